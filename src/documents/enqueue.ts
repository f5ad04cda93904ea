import * as z from 'zod/mini';
import type { DocumentOf } from './shapes.ts';
import { count, id } from './shapes.ts';

export const enqueueSchema = z.object({
  enqueued: count,
  scenes: count.check(z.describe('Different ones; `enqueued` counts a scene as often as it was given.')),
  added: count,
  merged: count,
  undone: z.optional(
    count.check(z.describe('Only with --all and --recent: scenes that were left, since a person undid them.')),
  ),
  without_file: z.optional(
    count.check(
      z.describe(
        'Only with --all and --recent: scenes that were passed over, since there is nothing to look for in Plex.',
      ),
    ),
  ),
  dry_run: z.optional(
    z
      .literal(true)
      .check(z.describe('Only with --dry-run: nothing was enqueued, and the counts are of what would be.')),
  ),
  jobs: z.optional(
    z
      .array(z.object({ job_id: id, scene_id: id, how: z.enum(['added', 'merged']) }))
      .check(z.describe('Only for scenes that were named or came in a file.')),
  ),
});
export type EnqueueDocument = DocumentOf<typeof enqueueSchema>;
