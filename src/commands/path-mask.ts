import { createHmac } from 'node:crypto';
import type { WorkerEvent } from '../core/events.ts';
import { fileName } from '../core/file-paths.ts';

/** Takes file paths and names out of log lines: the same file has the same mask in every run of a data directory. */
export type PathMask = {
  /** Notes the paths that an event names; what it is told of later may repeat them. */
  learn(event: WorkerEvent): void;
  apply(line: string): string;
};

/** Lines repeat the paths of the jobs at hand, not those of long ago. */
const REMEMBERED = 1_000;

/** A mask whose words cannot be looked up without `key`. */
export function createPathMask(key: string): PathMask {
  const masks = new Map<string, string>();
  const note = (text: string): void => {
    if (text === '' || masks.has(text)) return;
    masks.set(text, maskOf(text, key));
    const [oldest] = masks.keys();
    if (masks.size > REMEMBERED && oldest !== undefined) masks.delete(oldest);
  };
  return {
    learn: (event) => {
      for (const path of pathsIn(event)) {
        note(path);
        note(fileName(path));
      }
    },
    // Longest first: a name is part of its path.
    apply: (line) =>
      [...masks.keys()]
        .toSorted((a, b) => b.length - a.length)
        .reduce((text, known) => text.replaceAll(known, masks.get(known) ?? ''), line),
  };
}

function pathsIn(event: WorkerEvent): readonly string[] {
  switch (event.kind) {
    case 'searching':
      return [event.file];
    case 'low_confidence':
      return [event.file, ...event.candidates.flatMap(({ candidate }) => candidate.files.map(({ path }) => path))];
    default:
      return [];
  }
}

function maskOf(text: string, key: string): string {
  const extension = /\.[a-z0-9]{1,5}$/i.exec(text)?.[0] ?? '';
  return `file-${createHmac('sha256', key).update(text).digest('hex').slice(0, 8)}${extension}`;
}
