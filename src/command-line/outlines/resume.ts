import { EXIT } from '../../exit.ts';
import type { CommandSpec } from './spec.ts';

export const RESUME: CommandSpec = {
  name: 'resume',
  summary: 'let writing go on that was stopped, also in a watch that runs',
  options: [{ flags: '-y, --yes', help: 'do not ask' }],
  notes: [
    'plexsync stats shows what is stopped, and why. A refused token is tried again, a run that stopped because every job failed alike is begun again, and jobs that wait because they would remove too much may do so, once: only for these it asks.',
    'Nothing need be resumed for a run without --watch: it tries again by itself, but for removals.',
  ],
  examples: ['plexsync resume', 'plexsync resume --yes'],
  exitCodes: [EXIT.done, EXIT.usage, EXIT.store],
  run: async ({ given }, context) => {
    const { run } = await import('../../commands/resume/resume.ts');
    return await run({ confirmed: given.has('yes') ? 'yes' : 'ask' }, context);
  },
};
