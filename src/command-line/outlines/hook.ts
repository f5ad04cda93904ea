import { EXIT } from '../../exit.ts';
import type { CommandSpec } from './spec.ts';

export const HOOK: CommandSpec = {
  name: 'hook',
  summary: 'take in one event of Stash from standard input',
  notes: [
    'For Stash, which starts it for each edit where the plugin was installed with --direct; the plugin’s tasks go this way too. The log is in Stash’s format unless --log-format says otherwise, and nothing is printed on standard output.',
    'An event that means nothing to do is no failure. After a failure Stash goes on, and logs the exit code as an error.',
  ],
  examples: ['plexsync hook < event.json', 'plexsync hook --log-format plain -v < event.json'],
  exitCodes: [EXIT.done, EXIT.jobsFailed, EXIT.usage, EXIT.refused, EXIT.unreachable, EXIT.store],
  logFormat: 'stash',
  run: async ({ configFile }, context) => {
    const { run } = await import('../../commands/plugin/hook.ts');
    return await run({ configFile }, context);
  },
};
