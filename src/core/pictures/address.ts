import { isAbsolutePath } from '../model/file-argument.ts';
import type { Sentence } from '../text/sentence.ts';
import { say } from '../text/sentence.ts';

/** Where a picture is. `why` completes "the picture …". */
export type PictureAddress =
  /** `url` is without the version, which Stash carries as `t` in it. */
  | { readonly kind: 'url'; readonly url: string; readonly version: string | undefined }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'unusable'; readonly why: Sentence };

/** Reads an address as a scene has it: a URL, or the whole path of a local file. */
export function readPictureAddress(address: string): PictureAddress {
  if (/^file:/i.test(address)) return unusable(say`is a file URL, which is not read: give the path of the file`);
  if (/^https?:/i.test(address)) return readUrl(address);
  if (address.includes('\0')) return unusable(say`has a NUL character in its path`);
  if (isAbsolutePath(address)) return { kind: 'file', path: address };
  return unusable(say`is neither an http or https address nor the whole path of a file`);
}

function readUrl(address: string): PictureAddress {
  const url = URL.parse(address);
  if (url === null || url.hostname === '') return unusable(say`has an address that cannot be read`);
  if (url.username !== '' || url.password !== '')
    return unusable(say`has an address with a user or a password, which is not sent`);
  const version = url.searchParams.get('t') ?? undefined;
  // The key goes in a header; in an address it would be told wherever that is.
  for (const name of ['t', 'apikey']) if (url.searchParams.has(name)) url.searchParams.delete(name);
  url.hash = '';
  return { kind: 'url', url: url.href, version };
}

/** The address as it may be shown: a query may hold a key. */
export function shownAddress(address: PictureAddress & { kind: 'url' | 'file' }): string {
  return address.kind === 'file' ? address.path : address.url.replace(/\?.*$/, '');
}

function unusable(why: Sentence): PictureAddress {
  return { kind: 'unusable', why };
}
