import * as z from 'zod/mini';
import { change } from './runs.ts';
import type { DocumentOf } from './shapes.ts';
import { count, dryRun, id } from './shapes.ts';

const left = z.object({
  field: z.string(),
  why: z.enum(['changed_since', 'later_run', 'never_empty', 'picture_gone']),
  run: z.optional(id.check(z.describe('Only where a later run has written it: which one.'))),
});
export type LeftDocument = DocumentOf<typeof left>;

const item = z.object({
  rating_key: z.string(),
  scene_id: z.int(),
  title: z.string(),
  outcome: z
    .enum(['undone', 'would_undo', 'already', 'gone', 'another_item', 'under_way', 'failed'])
    .check(z.describe('`already`: there was nothing to put back any more.')),
  changes: z.array(change),
  left: z.array(left).check(z.describe('What is not put back, and why.')),
  message: z.nullable(z.string()).check(z.describe('Why it failed.')),
});
export type UndoItemDocument = DocumentOf<typeof item>;

export const undoSchema = z.object({
  ...dryRun,
  run: z.nullable(id).check(z.describe('The run that this undo is; null for a dry run.')),
  exit_code: count,
  undone: count,
  fields: count,
  left: count.check(z.describe('Fields that were left.')),
  failed: count,
  items: z.array(item),
});
export type UndoDocument = DocumentOf<typeof undoSchema>;
