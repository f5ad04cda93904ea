import * as z from 'zod/mini';
import { RUN_COMMANDS, RUN_STARTERS } from '../core/model/run.ts';
import type { DocumentOf } from './shapes.ts';
import { count, id, instant } from './shapes.ts';

const run = {
  id,
  command: z.enum(RUN_COMMANDS),
  started_by: z.nullable(z.enum(RUN_STARTERS)).check(z.describe('Null where it is not known.')),
  started_at: instant,
  ended_at: z.nullable(instant).check(z.describe('Null while it runs.')),
  exit_code: z.nullable(count).check(z.describe('Null while it runs, and where it was killed.')),
  done: count,
  failed: count,
  items: count.check(z.describe('Items of Plex that it changed.')),
  fields: count.check(z.describe('Fields, lists and pictures of these that it changed.')),
  undone_by: z.optional(id.check(z.describe('Only where a later run undid any of that: the last one.'))),
};

export const runListSchema = z.array(z.object(run));
export type RunDocument = DocumentOf<typeof runListSchema>[number];

export const change = z.object({
  field: z.string(),
  before: z.nullable(z.union([z.string(), z.array(z.string())])),
  after: z.nullable(z.union([z.string(), z.array(z.string())])),
  added: z.array(z.string()),
  removed: z.array(z.string()),
});
export type ChangeDocument = DocumentOf<typeof change>;

const edit = z.object({
  job_id: z.nullable(id).check(z.describe('Null for an edit of an undo.')),
  scene_id: id,
  rating_key: z.string(),
  title: z.string().check(z.describe('Before the edit.')),
  at: instant,
  state: z
    .enum(['written', 'unfinished'])
    .check(z.describe('`unfinished`: it was cut short, and is judged when the item is read again.')),
  undone_by: z.optional(id.check(z.describe('Only where a run undid it: which one.'))),
  changes: z.array(change),
});
export type EditDocument = DocumentOf<typeof edit>;

export const runSchema = z.object({
  ...run,
  pruned: z.boolean().check(z.describe('Whether edits of it have left the journal.')),
  edits: z.array(edit).check(z.describe('Newest first.')),
});
