import { EXIT } from '../../exit.ts';
import type { CommandSpec } from './spec.ts';

export const RESUME: CommandSpec = {
  name: 'resume',
  summary: 'let writing go on that was stopped or paused, also in a watch that runs',
  options: [{ flags: '-y, --yes', help: 'do not ask' }],
  notes: [
    'plexsync stats shows what is stopped, and why. A refused token is tried again, a run that stopped because every job failed alike is begun again, and jobs that wait because they would remove too much may do so, once: only for these it asks.',
    'Nothing need be resumed for a run without --watch: it tries again by itself, but for removals. A pause ends for every run; quiet hours are a setting, and stay.',
  ],
  examples: ['plexsync resume', 'plexsync resume --yes'],
  exitCodes: [EXIT.done, EXIT.usage, EXIT.store],
  run: async ({ given }, context) => {
    const { run } = await import('../../commands/pause/resume.ts');
    return await run({ confirmed: given.has('yes') ? 'yes' : 'ask' }, context);
  },
};

export const PAUSE: CommandSpec = {
  name: 'pause',
  summary: 'write nothing for a while, also in a watch that runs',
  options: [
    {
      flags: '--for <duration>',
      help: 'how long, such as 2h; a bare number is hours; until plexsync resume unless given',
    },
  ],
  notes: [
    'Events of Stash and what is enqueued are taken in meanwhile, and wait. A run that is under way ends after what it has in flight. plexsync stats says until when, and a run says so and ends with 0.',
    'The setting quiet_hours does the same each day. Neither keeps a person’s own plexsync undo from writing, nor a dry run or plexsync diff from looking.',
  ],
  examples: ['plexsync pause --for 2h', 'plexsync pause'],
  exitCodes: [EXIT.done, EXIT.usage, EXIT.store],
  run: async ({ given }, context) => {
    const { run } = await import('../../commands/pause/pause.ts');
    return run({ forHowLong: given.text('for') }, context);
  },
};
