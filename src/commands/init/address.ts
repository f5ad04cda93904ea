import { mayBeSecret, mixesLikeToken } from '../../core/text/token-like.ts';
import { withoutGraphql } from '../../settings/stash-address.ts';

/** What may be meant by an address that cannot be used as it was typed; `undefined` when nothing comes to mind. */
export function meantAddress(typed: string, usualPort: number): string | undefined {
  // Of the slashes there are two.
  const text = typed.trim().replace(/^(https?):?[/\\]+(?=[^/\\])/i, '$1://');
  const hasScheme = /^[a-z][a-z\d+.-]*:\/\//i.test(text);
  // A number alone would be read as the address of a host; what is offered is shown, and a secret must not be.
  if (/^\d*$/.test(text) || mayBeSecret(text)) return undefined;
  const url = URL.parse(hasScheme ? text : `http://${text}`);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '' || /\s/.test(text)) return undefined;
  // Copied from a browser, it holds the path of a page.
  const page = /^\/(web|scenes|settings|stats|login)(\/|$)/i;
  const path = page.test(url.pathname) ? '' : withoutGraphql(url.pathname).replace(/\/+$/, '');
  const port = url.port === '' && !hasScheme ? `:${usualPort}` : url.port && `:${url.port}`;
  const meant = `${url.protocol}//${url.hostname}${port}${path}`;
  return meant === typed.trim().replace(/\/+$/, '') ? undefined : meant;
}

/** What was typed, with `http://` before a host and its port. */
export function withScheme(typed: string): string {
  const text = typed.trim();
  const [, host] = /^([\w.-]+|\[[\da-f:.]+\]):\d{1,5}(?:\/|$)/i.exec(text) ?? [];
  const isAddress = host !== undefined && !mixesLikeToken(host) && URL.canParse(`http://${text}`);
  return isAddress ? `http://${text}` : typed;
}

/** The same host at the port where the other server usually answers. */
export function atPort(address: string, port: number): string {
  const url = URL.parse(address);
  return url === null ? address : `${url.protocol}//${url.hostname}:${port}`;
}
