import * as z from 'zod/mini';
import type { DocumentOf } from './shapes.ts';
import { count, id, instant, leftCount, paused } from './shapes.ts';

function ofWork<Schema extends z.ZodMiniType>(schema: Schema) {
  return z.optional(schema.check(z.describe('Only if the run got to the queue, also with nothing due.')));
}

/** The event that closes every run. */
export const runSummary = z
  .object({
    event: z.literal('summary'),
    at: instant,
    run: z.nullable(id).check(z.describe('The number of the run; null where none began.')),
    exit_code: z.int().check(z.minimum(0), z.maximum(255)),
    ends: z.optional(
      z.array(z.string()).check(z.describe('Only if the run began: why it ended early; `error` if it could not work.')),
    ),
    dry_run: ofWork(z.boolean()),
    updated: ofWork(count),
    unchanged: ofWork(count),
    nothing_to_write: ofWork(count),
    waiting: ofWork(count),
    skipped: ofWork(count),
    without_file: ofWork(count),
    gone: ofWork(count),
    skipped_scenes: ofWork(z.array(id)),
    retried: ofWork(count),
    dead_lettered: ofWork(count),
    removals: ofWork(count),
    undone: ofWork(count),
    released: ofWork(count),
    pictures: z.optional(
      z
        .object({
          written: count.check(z.describe('In a dry run, those that would be.')),
          left: count.check(z.describe('Left as Plex shows them, and not counted by an earlier run.')),
          awaiting: z.optional(
            z
              .object({ count, bytes: count })
              .check(z.describe('Only where sync_poster is not set: pictures that would come, and about their bytes.')),
          ),
          given_and_left: z.optional(
            count.check(
              z.describe('Only where pictures are turned off: scenes that name one by hand, which was not written.'),
            ),
          ),
        })
        .check(z.describe('Only if jobs were looked at.')),
    ),
    left: ofWork(leftCount),
    pending: ofWork(count),
    started_at: ofWork(instant),
    ended_at: ofWork(instant),
    jobs_not_looked_at: z.optional(count.check(z.describe('Only of a dry run: jobs that another run has claimed.'))),
    events_not_looked_at: z.optional(
      z
        .nullable(count)
        .check(z.describe('Only of a dry run: what waits in the spool of the plugin; null where it cannot be read.')),
    ),
    paused: z.optional(
      paused.check(
        z.describe('Only of a dry run: why a run would write nothing now; until null: until plexsync resume.'),
      ),
    ),
    stood_down: z.optional(z.object({ pid: id, left: count }).check(z.describe('Only where another run was at work.'))),
  })
  .register(z.globalRegistry, { id: 'summary' });
export type RunSummaryDocument = DocumentOf<typeof runSummary>;
