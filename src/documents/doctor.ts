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
  fixes: z.optional(
    z
      .array(
        z.object({
          kind: z.enum(['path_map', 'close', 'heal']),
          outcome: z
            .enum(['done', 'declined', 'left'])
            .check(z.describe('left: a stronger source than the config file says it, or what it needs was not done.')),
          message: z.string(),
          command: z.optional(z.string().check(z.describe('Only where a person has to run a line.'))),
        }),
      )
      .check(z.describe('Only with --fix.')),
  ),
});
export type DoctorDocument = DocumentOf<typeof doctorSchema>;
