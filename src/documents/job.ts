import * as z from 'zod/mini';
import { JOB_STATES } from '../core/model/job.ts';
import { REASSERT_FIELDS } from '../core/model/reassert.ts';
import type { SceneKey } from '../core/model/scene.ts';
import type { DocumentOf } from './shapes.ts';
import { count, dryRun, id, instant } from './shapes.ts';

function ifSaid<Schema extends z.ZodMiniType>(schema: Schema) {
  return z.optional(schema.check(z.describe('Only where the job says something of it; empty clears it.')));
}

const ifKnown = z.optional(z.number().check(z.describe('Only where it is known.')));

/** The keys of the scene JSON, as a job carries them. */
export const sceneKeys = {
  path: ifSaid(z.string()),
  size: ifSaid(z.number()),
  duration: ifSaid(z.number()),
  files: ifSaid(z.array(z.object({ path: z.string(), size: ifKnown, duration: ifKnown }))),
  updated_at: ifSaid(z.string()),
  title: ifSaid(z.string()),
  details: ifSaid(z.nullable(z.string())),
  date: ifSaid(z.nullable(z.string())),
  rating100: ifSaid(z.nullable(z.int())),
  studio: ifSaid(z.nullable(z.string())),
  tagline: ifSaid(z.nullable(z.string())),
  performers: ifSaid(z.array(z.string())),
  tags: ifSaid(z.array(z.string())),
  poster_url: ifSaid(z.nullable(z.string())),
  background_url: ifSaid(z.nullable(z.string())),
} satisfies Readonly<Record<SceneKey, z.ZodMiniType>>;

const job = z.object({
  job_id: id,
  scene_id: id,
  state: z.enum(JOB_STATES),
  title: z.nullable(z.string()),
  path: z.nullable(z.string()),
  attempts: count,
  failures: count,
  misses: count,
  last_error: z.nullable(z.string()),
  available_at: instant,
  enqueued_at: instant,
  data: z
    .object(sceneKeys)
    .check(
      z.describe(
        'The scene as the job has it, in the keys of the scene JSON: what is absent is left alone in Plex, what is empty is cleared.',
      ),
    ),
  from_stash: z.boolean().check(z.describe('Whether all that Stash has is written too.')),
  reassert: z
    .array(z.enum(REASSERT_FIELDS))
    .check(z.describe('Fields that are taken back from Plex: there Stash wins over an edit.')),
});
export type JobDocument = DocumentOf<typeof job>;

export const queueListSchema = z.array(job);

const lostJob = z
  .object({
    job_id: id,
    scene_id: id,
    title: z.nullable(z.string()),
    keys: z.array(z.string()).check(z.describe('Keys that will not be written.')),
    from_stash: z.boolean().check(z.describe('Whether the rest was to come from Stash.')),
  })
  .register(z.globalRegistry, { id: 'job' });
export type LostJobDocument = DocumentOf<typeof lostJob>;

export const queueDropSchema = z.object({
  ...dryRun,
  dropped: z.array(lostJob),
  in_progress: z.array(lostJob).check(z.describe('Left, since a run is at work on them.')),
  changed: z.array(lostJob).check(z.describe('Left, since a newer edit came in.')),
});
export type QueueDropDocument = DocumentOf<typeof queueDropSchema>;

export const queueReleaseSchema = z.object({
  ...dryRun,
  released: count,
  no_stash: z.optional(
    count.check(z.describe('Only without --dry-run: how many of them wait until Stash can be asked (stash_url).')),
  ),
  removals: z.optional(
    count.check(z.describe('Only without --dry-run: how many of them wait until what they remove is allowed.')),
  ),
  scenes: z.array(id).check(z.describe('Of these scenes; in a dry run, those that would be released.')),
});
export type QueueReleaseDocument = DocumentOf<typeof queueReleaseSchema>;
