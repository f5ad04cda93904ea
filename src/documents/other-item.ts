import * as z from 'zod/mini';
import type { DocumentOf } from './shapes.ts';

/** An item that holds a file of a scene which is written to another item. */
export const otherItem = z.object({
  path: z.string().check(z.describe('The file, as Stash has it.')),
  rating_key: z.string(),
  title: z.string(),
  library: z.string(),
});
export type OtherItemDocument = DocumentOf<typeof otherItem>;
