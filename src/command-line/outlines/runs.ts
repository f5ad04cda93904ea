import { EXIT } from '../../exit.ts';
import type { CommandSpec } from './spec.ts';

export const RUNS: CommandSpec = {
  name: 'runs',
  summary: 'list the latest runs, or show what one of them changed in Plex',
  operands: [
    { name: '[show]', help: 'show one run instead of the list', values: ['show'] },
    { name: '[run]', help: 'its number', values: 'runs' },
  ],
  options: [{ flags: '--limit <n>', help: 'list at most this many runs (default: 20)' }],
  notes: [
    'A run that found nothing to do is not listed. BY says what ran and what started it: person (at a terminal), cron (--cron), watch, or script (without a terminal). EXIT is the exit code; going: it runs now; killed: it ended without a word.',
    'What a run changed is kept for journal_days, and at most 500 MB of it. plexsync undo takes it back.',
  ],
  examples: ['plexsync runs', 'plexsync runs show 12', 'plexsync runs --json --limit 1'],
  exitCodes: [EXIT.done, EXIT.usage, EXIT.store],
  run: async ({ operands, given }, context) => {
    const { run } = await import('../../commands/runs/runs.ts');
    return run({ operands, limit: given.text('limit') }, context);
  },
};
