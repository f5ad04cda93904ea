import * as z from 'zod/mini';
import { sceneKeys } from './job.ts';
import type { DocumentOf } from './shapes.ts';
import { count, counts, dryRun, id, instant, itemFile } from './shapes.ts';

export const letterSchema = z.object({
  id,
  job_id: id,
  scene_id: id,
  error_type: z.string(),
  error_message: z.string(),
  stack_trace: z.nullable(z.string()),
  retry_count: count,
  failed_at: instant,
  job_data: z
    .nullable(z.object({ scene_id: id, ...sceneKeys }))
    .check(z.describe('The scene as it was to be written; null where dlq.db holds no JSON object for it.')),
  choices: z
    .array(z.object(itemFile))
    .check(
      z.describe(
        "The items that may be meant where none is proven to be the scene's, the likeliest first; the most likely five.",
      ),
    ),
});
export type LetterDocument = DocumentOf<typeof letterSchema>;

export const letterListSchema = z.array(letterSchema);

const retriedLetter = z.object({
  id,
  scene_id: id,
  how: z.enum(['queued', 'merged', 'covered', 'gone', 'damaged']),
  fault: z.optional(z.string().check(z.describe('Only of a damaged one: what is wrong with it.'))),
});
export type RetriedLetterDocument = DocumentOf<typeof retriedLetter>;

export const letterRetrySchema = z.object({ ...dryRun, retried: z.array(retriedLetter) });
export type LetterRetryDocument = DocumentOf<typeof letterRetrySchema>;

const briefLetter = z.object({ id, scene_id: id, error_type: z.string() });
export type BriefLetterDocument = DocumentOf<typeof briefLetter>;

export const letterPurgeSchema = z.object({
  ...dryRun,
  purged: count,
  letters: z.optional(z.array(briefLetter).check(z.describe('Only with --dry-run: which letters would go.'))),
});
export type LetterPurgeDocument = DocumentOf<typeof letterPurgeSchema>;

const resolvedLetter = z.object({
  id,
  scene_id: id,
  error_type: z.string(),
  outcome: z
    .enum(['pinned', 'retried', 'purged', 'skipped', 'gone', 'left'])
    .check(
      z.describe(
        '`gone`: another process took care of it meanwhile. `left`: it was not decided about, or that could not be done.',
      ),
    ),
  rating_key: z.optional(z.string().check(z.describe('Only of a pinned one: the item its scene is pinned to.'))),
});

export const letterResolveSchema = z.object({
  ...counts(['pinned', 'retried', 'purged', 'skipped', 'gone', 'left']),
  letters: z.array(resolvedLetter),
  next: z.nullable(z.string()).check(z.describe('The command that goes on; null where nothing was put back.')),
});
export type LetterResolveDocument = DocumentOf<typeof letterResolveSchema>;

const folder = z.object({
  path: z.nullable(z.string()).check(z.describe('`null` for letters without a path.')),
  count,
});

export const letterSummarySchema = z.object({
  count,
  groups: z.array(
    z.object({
      error_type: z.string(),
      count,
      folders: z.array(folder),
      cure: z.object({ advice: z.string(), command: z.string() }),
    }),
  ),
});
export type LetterSummaryDocument = DocumentOf<typeof letterSummarySchema>;
