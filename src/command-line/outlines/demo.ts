import { EXIT } from '../../exit.ts';
import type { CommandSpec } from './spec.ts';

export const DEMO: CommandSpec = {
  name: 'demo',
  summary: 'show the whole way with a simulated Stash and Plex; needs no server, changes nothing',
  examples: ['plexsync demo'],
  exitCodes: [EXIT.done, EXIT.bug],
  anyDataDir: true,
  run: async (_invocation, context) => {
    const { run } = await import('../../commands/demo/demo.ts');
    return await run(context);
  },
};
