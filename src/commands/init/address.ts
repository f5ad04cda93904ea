import { looksLikeToken } from '../../core/text/token-like.ts';
import { withoutGraphql } from '../../settings/stash-address.ts';

/** What may be meant by an address that cannot be used as it was typed; `undefined` when nothing comes to mind. */
export function meantAddress(typed: string, usualPort: number): string | undefined {
  const text = typed.trim();
  const hasScheme = /^[a-z][a-z\d+.-]*:\/\//i.test(text);
  // A number alone would be read as the address of a host; a token is none.
  if (/^\d*$/.test(text) || looksLikeToken(text)) return undefined;
  const url = URL.parse(hasScheme ? text : `http://${text}`);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '' || /\s/.test(text)) return undefined;
  // Copied from a browser, it holds the path of a page.
  const page = /^\/(web|scenes|settings|stats|login)(\/|$)/i;
  const path = page.test(url.pathname) ? '' : withoutGraphql(url.pathname).replace(/\/+$/, '');
  const port = url.port === '' && !hasScheme ? `:${usualPort}` : url.port && `:${url.port}`;
  const meant = `${url.protocol}//${url.hostname}${port}${path}`;
  return meant === text.replace(/\/+$/, '') ? undefined : meant;
}

/** The same host at the port where the other server usually answers. */
export function atPort(address: string, port: number): string {
  const url = URL.parse(address);
  return url === null ? address : `${url.protocol}//${url.hostname}:${port}`;
}
