import { isAbsolutePath } from '../model/file-argument.ts';
import type { Personal, Sentence } from '../text/sentence.ts';
import { asHost, asPath, ours, say } from '../text/sentence.ts';

/** Where a picture is, and how it is shown: without a query, in which a key may stand. */
export type PictureAddress = { readonly shown: Personal | Sentence } & (
  | {
      /** On a server; without the version that Stash carries as `t` in it. */
      readonly kind: 'url';
      readonly url: string;
      readonly version: string | undefined;
    }
  | { readonly kind: 'file'; readonly path: string }
  /** `why` completes "the picture …". */
  | { readonly kind: 'unusable'; readonly why: Sentence }
);

/** Reads an address as a scene has it: a URL, or the whole path of a local file. */
export function readPictureAddress(address: string): PictureAddress {
  if (/^https?:/i.test(address)) return readUrl(address);
  const shown = asPath(address.slice(0, MOST_SHOWN));
  if (/^file:/i.test(address))
    return { kind: 'unusable', shown, why: say`is a file URL, which is not read: give the path of the file` };
  if (address.includes('\0')) return { kind: 'unusable', shown, why: say`has a NUL character in its path` };
  if (isAbsolutePath(address)) return { kind: 'file', shown: asPath(address), path: address };
  return { kind: 'unusable', shown, why: say`is neither an http or https address nor the whole path of a file` };
}

const MOST_SHOWN = 200;

function readUrl(address: string): PictureAddress {
  const url = URL.parse(address);
  if (url === null || url.hostname === '')
    return { kind: 'unusable', shown: ours(''), why: say`has an address that cannot be read` };
  const shown = asHost(`${url.origin}${url.pathname}`);
  if (url.username !== '' || url.password !== '')
    return { kind: 'unusable', shown, why: say`has an address with a user or a password, which is not sent` };
  const version = url.searchParams.get('t') ?? undefined;
  leaveOut(url, ['t', 'apikey']);
  url.hash = '';
  return { kind: 'url', shown, url: url.href, version };
}

/** An address without the key that Stash takes in it too: it goes in a header, and would be told wherever this is. */
export function withoutKey(address: string): string {
  const url = URL.parse(address);
  if (url === null || !url.searchParams.has('apikey')) return address;
  leaveOut(url, ['apikey']);
  return url.href;
}

/** Rewrites the query only where there is something to leave out. */
function leaveOut({ searchParams }: URL, names: readonly string[]): void {
  for (const name of names) if (searchParams.has(name)) searchParams.delete(name);
}
