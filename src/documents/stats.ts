import * as z from 'zod/mini';
import type { DocumentOf } from './shapes.ts';
import { count, counts, instant, leftCount, paused, span } from './shapes.ts';

const breaker = z
  .object({
    state: z.enum(['closed', 'open', 'half_open']),
    opened_at: z.optional(instant.check(z.describe('Only while open: since when.'))),
  })
  .register(z.globalRegistry, { id: 'breaker' });
export type BreakerDocument = DocumentOf<typeof breaker>;

const violation = z
  .discriminatedUnion('bound', [
    z.object({ bound: z.literal('max_dead'), value: count, limit: count }),
    z.object({
      bound: z.enum(['max_age', 'max_outage', 'max_silence']),
      value_s: count.check(z.describe('Measured, in seconds.')),
      limit_s: span.check(z.describe('Allowed, in seconds.')),
      server: z.optional(z.enum(['plex', 'stash']).check(z.describe('Only for max_outage: which one is away.'))),
    }),
    z.object({ bound: z.literal('stopped'), code: z.string(), since: instant, hint: z.string() }),
  ])
  .register(z.globalRegistry, { id: 'violation' });
export type ViolationDocument = DocumentOf<typeof violation>;

export const liveSchema = z.object({
  live: z.boolean(),
  last_look_at: z.nullable(instant).check(z.describe('When a watch looked last, noted at most once a minute.')),
});
export type LiveDocument = DocumentOf<typeof liveSchema>;

const lastRun = z.object({
  started_at: instant,
  ended_at: z.nullable(instant),
  exit_code: z.nullable(z.int()),
  done: count,
  failed: count,
});

const totals = counts([
  'updated',
  'unchanged',
  'retries',
  'not_found_waits',
  'skipped',
  'gone',
  'dead_lettered',
  'released',
  'superseded',
  'rescued',
  'dropped',
]);

export const statsSchema = z.object({
  pending: count.check(z.describe('All jobs that wait, due or not.')),
  in_progress: count,
  completed: count.check(z.describe('Jobs ever finished.')),
  failed: count.check(z.describe('Jobs ever dead-lettered.')),
  waiting: z.object(counts(['due', 'retry', 'not_found', 'no_stash', 'removals', 'undone'])),
  dead_letters: z.object({ count, by_error_type: z.record(z.string(), count) }),
  breaker: z.object({ plex: breaker, stash: breaker }),
  outage_since: z.nullable(instant).check(z.describe('Since when a server has been away, until now.')),
  stash_outage_since: z.nullable(instant).check(z.describe('Since when Stash has been away, until now.')),
  stopped: z
    .nullable(z.object({ code: z.string(), since: instant, hint: z.string() }))
    .check(z.describe('What stops writing, wholly or in part, until somebody does something about it.')),
  paused: paused.check(
    z.describe('Why nothing is written for now, and until when; null there: until plexsync resume.'),
  ),
  totals: z.object(totals),
  scenes: z.object(counts(['done', 'waiting', 'dead'])),
  left: leftCount.check(z.describe('What the last sync of each scene left as edited in Plex.')),
  undone: count.check(z.describe('Scenes whose edits a person took back.')),
  never_synced: z
    .nullable(z.object({ count, of: count, at: instant }))
    .check(z.describe('Scenes of Stash that were never synced, of those with a file, when they were last counted.')),
  oldest_pending_at: z.nullable(instant),
  last_run: z.nullable(lastRun),
  last_success_at: z.nullable(instant),
  data_dir: z.string(),
  check: z.optional(
    z.object({ ok: z.boolean(), violations: z.array(violation) }).check(z.describe('Only with --check.')),
  ),
});
export type StatsDocument = DocumentOf<typeof statsSchema>;
