import type { Normalise } from './library/edits.ts';
import type { Library } from './library/library.ts';
import type { Query } from './library/query.ts';
import type { Quirks, TagSemantics } from './library/quirks.ts';

/** One request, parsed and authorised: `params` are the decoded groups of its path. */
export type Call = {
  method: string;
  params: string[];
  query: Query;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
  format: 'json' | 'xml';
  isOwner: boolean;
};

/** What every handler can reach; a test changes the mutable parts while the server runs. */
export type ServerState = {
  library: Library;
  machineIdentifier: string;
  friendlyName: string;
  version: string;
  maxImageBytes: number;
  semantics: TagSemantics;
  quirks: Quirks;
  normalise: Normalise | undefined;
  onRefresh: ((sectionKey: string, path: string | undefined) => void) | undefined;
  images: Map<string, Buffer>;
};
