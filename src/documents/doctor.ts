import * as z from 'zod/mini';
import type { DocumentOf } from './shapes.ts';

export const doctorSchema = z.object({
  ok: z.boolean().check(z.describe('Whether there is no failure.')),
  findings: z.array(
    z.object({
      check: z.string(),
      status: z.enum(['ok', 'warning', 'failure']),
      message: z.string(),
      fix: z.nullable(z.string()),
      command: z.optional(z.string()).check(z.describe('Only where one line does it: that line.')),
      fixable: z.optional(z.literal(true)).check(z.describe('Only where doctor --fix can do something about it.')),
    }),
  ),
});
export type DoctorDocument = DocumentOf<typeof doctorSchema>;
