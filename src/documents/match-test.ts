import * as z from 'zod/mini';
import { otherItem } from './other-item.ts';
import { pinOrNull } from './pin.ts';
import type { DocumentOf } from './shapes.ts';
import { agreement, count, fileFacts, id, instant, itemFile, span } from './shapes.ts';

const lastWritten = z.object({
  rating_key: z.string(),
  library: z.nullable(z.string()),
  file: z.nullable(z.string()).check(z.describe('The file by which the item was proven; null for a guess.')),
  synced_at: z.nullable(instant),
  fields: z.array(z.string()),
});
export type LastWrittenDocument = DocumentOf<typeof lastWritten>;

const step = z.object({
  rule: z.enum(['index', 'file_name', 'listing', 'title']),
  library: z.string(),
  query: z.string(),
  found: count,
  requests: count,
});

const candidate = z.object({
  ...itemFile,
  path: z.enum(['exact', 'case', 'differs']),
  size: agreement,
  duration: agreement,
  ...fileFacts,
  shared_folders: count,
  shared_tail: z.string(),
  branch: z
    .enum(['same', 'other', 'other_root', 'unknown'])
    .check(
      z.describe(
        'Whether the library has the file in folders of its own that the path does not have (other), or in another library folder than the path points to (other_root): neither proves anything without a size.',
      ),
    ),
});

const nearMiss = z.object({
  kind: z
    .enum([
      'other_size',
      'other_duration',
      'other_ending',
      'smb_signs',
      'other_signs',
      'one_letter',
      'longer_name',
      'same_folder',
    ])
    .check(
      z.describe(
        'How the file differs: by this fact, by the ending, by the private-use signs of SMB, by other signs, by one letter, by words behind it; or it is only in a folder of that name.',
      ),
    ),
  ...itemFile,
  size: agreement,
  duration: agreement,
  ...fileFacts,
  shared_folders: count,
  pin: z.nullable(z.string()).check(z.describe('The command for a person who knows that it is the scene’s file.')),
});

export const matchTestSchema = z.object({
  path: z.string(),
  size_bytes: z.nullable(count).check(z.describe('What the sizes of candidates were compared with.')),
  duration_ms: z.nullable(span).check(z.describe('What the durations of candidates were compared with.')),
  scene_id: z.nullable(id),
  scene_from: z.nullable(z.enum(['stash', 'data_dir'])).check(z.describe('Where the file of the scene is known from.')),
  last_written: z.nullable(lastWritten).check(z.describe('What was written for the scene last time.')),
  pin: pinOrNull,
  mapped_path: z.string().check(z.describe('The path as Plex sees it.')),
  path_map: z
    .nullable(z.object({ from: z.string(), to: z.string() }))
    .check(z.describe('The mapping that applied, if any.')),
  seen_by: z.enum(['stash', 'plex']).check(z.describe('Which program sees the file under `path`.')),
  stash_path: z.nullable(z.string()),
  other_items: z.array(otherItem).check(z.describe('Other items that hold a file of the scene.')),
  belongs_to: z
    .array(id)
    .check(z.describe('The scenes to which the proven item belongs, or is pinned; then `confidence` is low.')),
  confidence: z.enum(['high', 'low', 'none']),
  would_write: z.boolean().check(z.describe('Whether `process` would write to the item.')),
  rating_key: z.nullable(z.string()),
  title: z.nullable(z.string()),
  library: z.nullable(z.string()),
  rule: z.nullable(z.string()),
  steps: z.array(step),
  requests: count,
  candidates: z.array(candidate),
  near_misses: z.array(nearMiss),
  left_out: z
    .nullable(z.object({ ...itemFile, certainty: z.enum(['proven', 'likely']), command: z.string() }))
    .check(z.describe('Where the file is among the libraries that plex_library leaves out, and what takes them in.')),
  suggestion: z.nullable(z.string()).check(z.describe('The --path-map to add.')),
});
export type MatchTestDocument = DocumentOf<typeof matchTestSchema>;
