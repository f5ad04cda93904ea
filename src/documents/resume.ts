import * as z from 'zod/mini';
import type { DocumentOf } from './shapes.ts';
import { count, instant } from './shapes.ts';

export const resumeSchema = z.object({
  ended: z
    .nullable(z.object({ code: z.string(), since: instant }))
    .check(z.describe('What stopped writing; null where nothing did.')),
  jobs_allowed: count.check(z.describe('Jobs that waited because they would remove too much.')),
});
export type ResumeDocument = DocumentOf<typeof resumeSchema>;
