import * as z from 'zod/mini';
import { queueListSchema } from './job.ts';
import { letterListSchema } from './letter.ts';
import { otherItem } from './other-item.ts';
import { pinOrNull } from './pin.ts';
import { leftAlone } from './process-event.ts';
import type { DocumentOf } from './shapes.ts';
import { id, instant } from './shapes.ts';

const item = z.object({
  rating_key: z.string(),
  section_key: z.string(),
  library: z.nullable(z.string()),
  file: z.nullable(z.string()),
  link: z.nullable(z.string()),
  synced_at: z.nullable(instant),
  written: z.array(z.string()),
  left: z.array(z.object(leftAlone)),
  other_items: z
    .array(otherItem)
    .check(z.describe('Other items that hold a file of the scene, as of the last sync that looked for them.')),
});
export type StatusItemDocument = DocumentOf<typeof item>;

export const statusSchema = z.object({
  scene_id: id,
  known: z.boolean(),
  path: z.nullable(z.string()),
  item_taken_by: z
    .nullable(id)
    .check(z.describe('The scene for which the item at this path was written since; then `item` is null.')),
  jobs: queueListSchema,
  dead_letters: letterListSchema,
  item: z.nullable(item),
  undone_by: z.nullable(id).check(z.describe('The undo by which a person took the edits of the scene back.')),
  pin: pinOrNull,
});
export type StatusDocument = DocumentOf<typeof statusSchema>;
