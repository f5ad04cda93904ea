import { EXIT } from '../../exit.ts';
import type { CommandSpec } from './spec.ts';

export const BACKUP: CommandSpec = {
  name: 'backup',
  summary: 'write the queue and its dead letters into one file',
  operands: [{ name: '<file>', help: 'where to write it; an older backup there is replaced' }],
  notes: [
    'Both databases as they are at one instant, whatever runs meanwhile: what waits, what was written, the journal, the dead letters. The file is readable by its owner alone. The config file is no part of it, since it may hold the token.',
  ],
  examples: ['plexsync backup plexsync.backup'],
  exitCodes: [EXIT.done, EXIT.usage, EXIT.store],
  run: async ({ operands }, context) => {
    const { run } = await import('../../commands/backup/backup.ts');
    return run({ file: operands[0] ?? '' }, context);
  },
};

export const RESTORE: CommandSpec = {
  name: 'restore',
  summary: 'put a backup in the place of the queue',
  operands: [{ name: '<file>', help: 'a file that plexsync backup wrote' }],
  options: [{ flags: '-y, --yes', help: 'do not ask' }],
  notes: [
    'Says when the backup was taken and what is in it, and asks. What was there is kept as a backup beside it; a damaged database is set aside under the name queue.db.damaged-TIME or dlq.db.damaged-TIME. While a run or a watch is at work nothing is restored. A pause stays, whether it stands now or stood then.',
    'With stash_url set, values that waited then are dropped and Stash is asked again, so that old never overwrites new; the scenes that lose a tagline, which Stash does not have, are named. Without it they are written as they were: look at plexsync queue list first.',
    'What was written after the backup looks like an edit of yours in Plex, and is left. plexsync reconcile --reassert gives it back to Stash.',
  ],
  examples: ['plexsync restore plexsync.backup', 'plexsync restore plexsync.backup --yes'],
  exitCodes: [EXIT.done, EXIT.usage, EXIT.store],
  run: async ({ operands, given, configFile }, context) => {
    const { run } = await import('../../commands/backup/restore.ts');
    return await run({ file: operands[0] ?? '', confirmed: given.has('yes') ? 'yes' : 'ask', configFile }, context);
  },
};
