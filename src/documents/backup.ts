import * as z from 'zod/mini';
import type { DocumentOf } from './shapes.ts';
import { count, instant } from './shapes.ts';

const facts = {
  file: z.string(),
  taken_at: instant,
  version: z.string().check(z.describe('The plexsync that took it.')),
  waiting: count.check(z.describe('Jobs in it.')),
  dead_letters: count,
};

export const backupSchema = z.object(facts);
export type BackupDocument = DocumentOf<typeof backupSchema>;

export const restoreSchema = z.object({
  ...facts,
  asked_anew: z
    .object({ jobs: count, dead_letters: count })
    .check(z.describe('Those that carried values of then, for which Stash is asked again.')),
  lost_taglines: z
    .array(count)
    .check(z.describe('The scenes whose tagline of then is dropped, since Stash has none to ask for.')),
  kept: z.nullable(z.string()).check(z.describe('The backup of what was there before; null where nothing was.')),
  set_aside: z
    .array(z.string())
    .check(z.describe('Where the databases are now that were there before, if they were damaged; then kept is null.')),
  paused: z
    .nullable(z.object({ until: z.nullable(instant) }))
    .check(
      z.describe('The pause that stands, since it stood before or in the backup; null there: until plexsync resume.'),
    ),
});
export type RestoreDocument = DocumentOf<typeof restoreSchema>;
