import { isAbsolutePath } from '../model/file-argument.ts';
import type { PathMapping } from './paths.ts';
import { isInFolder, isSamePath } from './paths.ts';

/** One mapping as it may be given: `/stash/folder=/plex/folder`, or its two sides by name. */
export type GivenMapping = string | PathMapping;

/** All mappings of a setting, or why one of them cannot work, as words that complete "path_map …". */
export type ParsedMappings =
  | { readonly kind: 'mappings'; readonly mappings: readonly PathMapping[] }
  | { readonly kind: 'fault'; readonly fault: string };

/** The form of a mapping, for messages. */
export const MAPPING_FORM = 'must look like /stash/folder=/plex/folder';
const WHOLE_PATHS = 'must have a whole path on both sides, such as /data=/media or C:\\films=/media';
const TWO_READINGS = 'must say which = divides it, as {"from": "/data", "to": "/media"} in the config file';

const ONE_EACH =
  'must have one mapping in each text: repeat --path-map for every one, or write them as a list in the config file';

/**
 * Parses the mappings and refuses what is certainly wrong: a side that is not a whole path, a Stash folder named twice,
 * a folder mapped to itself, and a pair that points both ways. Allowed, since only one mapping is ever applied to a
 * path: several Stash folders that are one in Plex, nested mappings, and a folder that is on the left of one and the
 * right of another.
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

/** A folder name may contain `=`: the separator is the one that leaves a whole path on both sides. */
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

/**
 * The mappings in one text, such as an environment variable: divided at a comma or semicolon that a whole path follows,
 * since a folder's own name may hold one.
 */
export function splitMappings(text: string): readonly string[] {
  return text
    .split(/[,;](?=\s*(?:[\\/]|[a-z]:))/i)
    .map((line) => line.replace(/^[\s,;]+/, '').replace(/(?<![\s,;])[\s,;]+$/, ''))
    .filter((line) => line !== '');
}

/** Whether the text holds several mappings. */
function isSeveral(line: string): boolean {
  const pieces = splitMappings(line);
  return pieces.length > 1 && pieces.every((piece) => typeof parseLine(piece) !== 'string');
}

/** `D:` alone is a folder too: the drive. */
function isWholeFolder(path: string): boolean {
  return isAbsolutePath(path) || /^[a-z]:$/i.test(path);
}

function faultOf(mapping: PathMapping, mappings: readonly PathMapping[], index: number): string | undefined {
  const { from, to } = mapping;
  const others = mappings.filter((other) => other !== mapping);
  // Mapping a folder to itself inside a mapped folder exempts it.
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
