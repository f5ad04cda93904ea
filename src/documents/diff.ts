import * as z from 'zod/mini';
import { JOB_STATES } from '../core/model/job.ts';
import { LIST_KINDS, SCALAR_FIELDS } from '../core/model/plex-item.ts';
import { CHANGE_ACTIONS } from '../core/write/change.ts';
import type { DocumentOf } from './shapes.ts';
import { count, id, instant } from './shapes.ts';

const names = z.array(z.string());
const value = z.nullable(z.union([z.string(), names]));

const change = z.object({
  field: z.enum([...SCALAR_FIELDS, ...LIST_KINDS, 'poster', 'background', 'label']),
  action: z
    .enum(CHANGE_ACTIONS)
    .check(
      z.describe('`add` for a list that gets names, whether or not it loses some; `left`: it differs, and stays.'),
    ),
  before: value.check(z.describe('What Plex has: a value, the names of a list, or the key of the selected picture.')),
  after: value.check(z.describe('What it would get; of a picture, where that comes from.')),
  added: names,
  removed: names,
  why: z.string(),
});

export const diffSchema = z.object({
  scene_id: id,
  rating_key: z.nullable(z.string()).check(z.describe('The item that would be written; null where there is none.')),
  confidence: z
    .enum(['high', 'low', 'none'])
    .check(z.describe('`low` too for an item that belongs to another scene; `none` too where the look-up failed.')),
  changes: z.array(change),
  verdict: z
    .enum(['write', 'right', 'hold', 'undone', 'fail'])
    .check(
      z.describe(
        '`hold`: the changes remove so much that they wait for permission; `undone`: they are left, since the scene was undone; `fail`: none is written.',
      ),
    ),
  message: z.nullable(z.string()).check(z.describe('Why nothing would be written, or not all of it.')),
  error_type: z.nullable(z.string()).check(z.describe('What a failure would be called in a dead letter.')),
  title: z.nullable(z.string()),
  library: z.nullable(z.string()),
  file: z.nullable(z.string()).check(z.describe('The file of the scene by which the item was found.')),
  matched_by: z.nullable(z.enum(['pin', 'record', 'index', 'look_up'])),
  job: z
    .nullable(z.object({ id: count, state: z.enum(JOB_STATES) }))
    .check(z.describe('The job of the scene; null where none waits, and what Stash has is shown.')),
  synced_at: z.nullable(instant).check(z.describe('When the scene was last known to be right in Plex.')),
  notes: names,
});
export type DiffDocument = DocumentOf<typeof diffSchema>;
