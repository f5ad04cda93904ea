import * as z from 'zod/mini';
import type { DocumentOf } from './shapes.ts';

export const notifySchema = z.object({
  told: z.array(
    z.object({
      target: z.string().check(z.describe('Scheme and host of an address alone, or the program of a command.')),
      taken: z.boolean(),
      failure: z.nullable(z.string()).check(z.describe('Why it was not taken; null where it was.')),
    }),
  ),
});
export type NotifyDocument = DocumentOf<typeof notifySchema>;
