import { EXIT } from '../exit.ts';
import type { CommandSpec } from './spec.ts';

export const STATS: CommandSpec = {
  name: 'stats',
  summary: 'show queue, dead letters, circuit breaker and last run',
  examples: ['plexsync stats', 'plexsync stats --json'],
  exitCodes: [EXIT.done, EXIT.usage, EXIT.store],
  run: async (_invocation, context) => {
    const { run } = await import('../commands/stats.ts');
    return run(context);
  },
};
