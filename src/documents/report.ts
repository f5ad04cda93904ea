import * as z from 'zod/mini';
import type { DocumentOf } from './shapes.ts';
import { count } from './shapes.ts';

export const reportSchema = z.object({
  report: z.nullable(z.string()).check(z.describe('The text, where it was not written to a file.')),
  file: z.nullable(z.string()),
  masked: z.record(z.string(), count).check(z.describe('How many different words were masked, by kind.')),
  problems: z.array(z.string()).check(z.describe('What could not be read.')),
});
export type ReportDocument = DocumentOf<typeof reportSchema>;
