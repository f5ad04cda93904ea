import { isAbsolutePath } from '../model/file-argument.ts';
import type { PathMapping } from './paths.ts';
import { isInFolder, isSamePath } from './paths.ts';

/** One mapping as it may be given: `/stash/folder=/plex/folder`, or its two sides by name. */
export type GivenMapping = string | PathMapping;

/** All mappings of a setting, or why one of them can never do what was meant: the words complete "path_map …". */
export type ParsedMappings =
  | { readonly kind: 'mappings'; readonly mappings: readonly PathMapping[] }
  | { readonly kind: 'fault'; readonly fault: string };

/** What a mapping looks like. */
export const MAPPING_FORM = 'must look like /stash/folder=/plex/folder';
const WHOLE_PATHS = 'must have a whole path on both sides, such as /data=/media or C:\\films=/media';
const TWO_READINGS = 'must say which = divides it, as {"from": "/data", "to": "/media"} in the config file';

const ONE_EACH =
  'must have one mapping in each text: repeat --path-map for every one, or write them as a list in the config file';

/**
 * Reads the mappings, and refuses what is certainly wrong: a side that is no whole path, a folder of Stash named twice,
 * a folder mapped to itself, and a pair that points both ways. Several folders of Stash that are one in Plex, mappings
 * inside each other, and a folder that is on the left of one and on the right of another may all be meant: only one
 * mapping is ever applied to a path.
 */
export function parsePathMappings(given: readonly GivenMapping[]): ParsedMappings {
  const mappings: PathMapping[] = [];
  for (const one of given) {
    const mapping = typeof one === 'string' ? parseLine(one) : one;
    if (typeof mapping === 'string') return { kind: 'fault', fault: mapping };
    if (!isWholeFolder(mapping.from) || !isWholeFolder(mapping.to)) return { kind: 'fault', fault: WHOLE_PATHS };
    mappings.push(mapping);
  }
  const fault = mappings
    .map((mapping, index) => faultOf(mapping, mappings, index))
    .find((found) => found !== undefined);
  return fault === undefined ? { kind: 'mappings', mappings } : { kind: 'fault', fault };
}

/** A folder's name may hold an `=`: the one that counts leaves a whole path on both sides. */
function parseLine(line: string): PathMapping | string {
  const parts = line.split('=');
  if (parts.length === 1 || parts.some((part) => part.trim() === '')) return MAPPING_FORM;
  const readings = parts.slice(1).map(
    (_, index): PathMapping => ({
      from: parts
        .slice(0, index + 1)
        .join('=')
        .trim(),
      to: parts
        .slice(index + 1)
        .join('=')
        .trim(),
    }),
  );
  const [only, ...more] = readings.filter(({ from, to }) => isWholeFolder(from) && isWholeFolder(to));
  if (only === undefined) return WHOLE_PATHS;
  if (more.length === 0) return only;
  return isSeveral(line) ? ONE_EACH : TWO_READINGS;
}

/** Whether it falls into mappings at the signs that divide them in an environment variable. */
function isSeveral(line: string): boolean {
  const pieces = line.split(/[,;]/);
  return pieces.length > 1 && pieces.every((piece) => typeof parseLine(piece) !== 'string');
}

/** `D:` alone is a folder too: the drive. */
function isWholeFolder(path: string): boolean {
  return isAbsolutePath(path) || /^[a-z]:$/i.test(path);
}

function faultOf(mapping: PathMapping, mappings: readonly PathMapping[], index: number): string | undefined {
  const { from, to } = mapping;
  const others = mappings.filter((other) => other !== mapping);
  // Inside a folder that is mapped, it says that this one is not.
  if (isSamePath(from, to) && !others.some((other) => isInFolder(from, other.from)))
    return `must not map ${from} to itself: leave that line out, for what is not mapped stays as it is`;
  const earlier = mappings.slice(0, index);
  const twice = earlier.find((other) => isSamePath(other.from, from));
  if (twice !== undefined)
    return isSamePath(twice.to, to)
      ? `must name ${from} once: leave one of its lines out`
      : `must map ${from} to one folder: keep ${twice.from}=${twice.to} or ${from}=${to}`;
  const back = earlier.find((other) => isSamePath(other.from, to) && isSamePath(other.to, from));
  return (
    back &&
    `must not map both ways: keep ${back.from}=${back.to} if ${back.from} is where Stash sees it, else ${from}=${to}`
  );
}
