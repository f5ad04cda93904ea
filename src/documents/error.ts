import * as z from 'zod/mini';
import type { DocumentOf } from './shapes.ts';

export const errorSchema = z.object({
  error: z.object({
    code: z.string(),
    exit_code: z.int().check(z.minimum(1), z.maximum(255)),
    message: z.string(),
    hint: z.nullable(z.string()),
  }),
});
export type ErrorDocument = DocumentOf<typeof errorSchema>;
