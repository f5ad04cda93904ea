import { createHmac } from 'node:crypto';
import type { WorkerEvent } from '../../core/drain/ports/events.ts';
import { createPathMasker } from '../../redact/mask.ts';
import type { OutputMask } from '../../terminal/log/output.ts';

/** Takes file paths and names out of all that a run says: the same file has the same mask in every run of a data directory. */
export type PathMask = OutputMask & {
  /** Notes the paths that an event names; what it is told of later may repeat them. */
  learn(event: WorkerEvent): void;
};

/** A mask whose words cannot be looked up without `key`. */
export function createPathMask(key: string): PathMask {
  const masker = createPathMasker((text) => createHmac('sha256', key).update(text).digest('hex'));
  const masked = (value: unknown, under: string): unknown => {
    if (typeof value === 'string') return PATH_KEYS.includes(under) ? masker.maskPath(value) : masker.mask(value);
    if (Array.isArray(value)) return value.map((entry) => masked(entry, under));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, masked(inner, name)]));
  };
  return {
    learn: (event) => {
      for (const path of pathsIn(event)) masker.learn(path);
    },
    text: (text) => text.split('\n').map(masker.mask).join('\n'),
    document: (value) => masked(value, ''),
  };
}

/** What stands under these in a document is a path as a whole, whatever it looks like. */
const PATH_KEYS = ['file', 'folder', 'path'];

function pathsIn(event: WorkerEvent): readonly string[] {
  switch (event.kind) {
    case 'searching':
      return [event.file];
    case 'title_search':
      return [event.title];
    case 'scan_requested':
    case 'scan_failed':
      return [event.folder];
    case 'pin_moved':
      return [event.file];
    case 'low_confidence':
      return [event.file, ...event.candidates.flatMap(({ candidate }) => candidate.files.map(({ path }) => path))];
    default:
      return [];
  }
}
