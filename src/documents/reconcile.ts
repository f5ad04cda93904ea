import * as z from 'zod/mini';
import { REASSERT_FIELDS } from '../core/model/reassert.ts';
import type { KindInNeed } from '../core/model/reconcile.ts';
import type { DocumentOf } from './shapes.ts';
import { count, dryRun, id } from './shapes.ts';

const kind = z
  .object({ count, first: z.array(id).check(z.describe('The ids of the first of them.')) })
  .register(z.globalRegistry, { id: 'kind' });

const kindsInNeed = {
  never_synced: kind.check(z.describe('Nothing was ever written for them.')),
  changed: kind.check(z.describe('Not in Stash as they were written.')),
  missing_in_plex: kind.check(z.describe('The item they were written to is gone.')),
  gone_from_stash: kind.check(z.describe('Written by us, and no longer in Stash; not looked for with --since.')),
} satisfies Readonly<Record<KindInNeed, typeof kind>>;

export const reconcileSchema = z.object({
  ...dryRun,
  scope: z
    .enum(['all', 'since', 'left'])
    .check(
      z.describe(
        'Which scenes of Stash were looked at; `since`: those that changed lately; `left`: none, with --reassert.',
      ),
    ),
  plex_asked: z.boolean().check(z.describe('False where plex_url is not set: then `missing_in_plex` is not known.')),
  scenes: count.check(z.describe('Scenes that Stash has listed.')),
  ...kindsInNeed,
  waiting: count.check(z.describe('Scenes of which a job waits already.')),
  without_file: count.check(z.describe('Scenes without a file to look for in Plex.')),
  dead_letter: count.check(z.describe('Scenes that were never synced and have a dead letter.')),
  in_step: count.check(z.describe('Scenes that need nothing.')),
  rechecked: count.check(z.describe('Of those, put into the queue all the same, with --full or --pictures.')),
  pictures: z
    .object({ count, bytes: count })
    .check(z.describe('At most so many pictures come with what is put into the queue, and about so many bytes.')),
  undone: count.check(
    z.describe('Scenes that are left, since a person undid them and Stash is not known to have anything else of them.'),
  ),
  enqueued: count.check(z.describe('Scenes that were put into the queue.')),
  forgotten: count.check(z.describe('Scenes that were forgotten, being gone from Stash.')),
  dropped_jobs: count.check(z.describe('Waiting jobs of those.')),
  reassert: z.optional(
    z
      .object({ fields: z.array(z.enum(REASSERT_FIELDS)), count, first: z.array(id) })
      .check(z.describe('Only with --reassert: the scenes of which one of these fields was left as edited in Plex.')),
  ),
});
export type ReconcileDocument = DocumentOf<typeof reconcileSchema>;
