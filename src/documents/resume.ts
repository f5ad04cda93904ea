import * as z from 'zod/mini';
import type { DocumentOf } from './shapes.ts';
import { count, instant } from './shapes.ts';

export const resumeSchema = z.object({
  ended: z
    .nullable(z.object({ code: z.string(), since: instant }))
    .check(z.describe('What stopped writing; null where nothing did.')),
  pause_ended: z.boolean().check(z.describe('Whether writing was paused by a person until now.')),
  jobs_allowed: count.check(z.describe('Jobs that waited because they would remove too much.')),
  quiet_until: z
    .nullable(instant)
    .check(z.describe('When quiet_hours are over, which nothing ends before; null outside of them.')),
});
export type ResumeDocument = DocumentOf<typeof resumeSchema>;

export const pauseSchema = z.object({
  until: z.nullable(instant).check(z.describe('null: until plexsync resume.')),
});
export type PauseDocument = DocumentOf<typeof pauseSchema>;
