import * as z from 'zod/mini';
import type { DocumentOf } from './shapes.ts';
import { count, id, instant } from './shapes.ts';

const spool = z.object({
  path: z.string(),
  as: z.string(),
  as_from: z
    .enum(['data_dir', 'option', 'earlier_install'])
    .check(z.describe('Where the path at which Stash sees it comes from: an earlier --spool-as is kept.')),
  writer: z.enum(['same_user', 'any_user']),
});

export const pluginInstallSchema = z.object({
  how: z.enum(['spool', 'direct']),
  files: z.array(z.object({ path: z.string(), how: z.enum(['written', 'updated', 'unchanged']) })),
  spool: z.nullable(spool).check(z.describe('The folder, and where Stash sees it; null with --direct.')),
});
export type PluginInstallDocument = DocumentOf<typeof pluginInstallSchema>;

export const pluginStatusSchema = z.object({
  ok: z.boolean(),
  spool: z.object({ path: z.string(), present: z.boolean() }),
  events_waiting: z.nullable(count).check(z.describe('null where the folder cannot be read.')),
  oldest_waiting_at: z.nullable(instant),
  last_event_at: z.nullable(instant),
  seconds_since_last_event: z
    .nullable(count)
    .check(z.describe('Since the latest that was taken in or waits; null where nothing has ever come.')),
  arriving: z
    .enum(['yes', 'unknown', 'no'])
    .check(
      z.describe(
        'yes: an event came within 24 hours. unknown: the last one is older, or the spool cannot be read. no: none ever came, or what Stash sends now is lost.',
      ),
    ),
  bad: z.nullable(count).check(z.describe('null where the spool cannot be read.')),
  problems: z.array(z.string()),
});
export type PluginStatusDocument = DocumentOf<typeof pluginStatusSchema>;

export const hookSchema = z.discriminatedUnion('event', [
  z.object({ event: z.literal('sync'), scene_id: id, job_id: id, how: z.enum(['added', 'merged']) }),
  z.object({ event: z.literal('forget'), scene_id: id, dropped_job_id: z.nullable(id) }),
  z.object({
    event: z.literal('compare').check(z.describe('Names were merged or deleted: the next run compares all scenes.')),
  }),
  z.object({ event: z.literal('ignored'), reason: z.string() }),
]);
export type HookDocument = DocumentOf<typeof hookSchema>;
