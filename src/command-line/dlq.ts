import { EXIT } from '../exit.ts';
import type { CommandSpec, Invocation, OptionSpec } from './spec.ts';

const FILTERS: readonly OptionSpec[] = [
  { flags: '--error-type <type>', help: 'only this type of error, such as PlexNotFound' },
  { flags: '--scene <id>', help: 'only this scene' },
];
const ALL: OptionSpec = { flags: '--all', help: 'every dead letter' };
const YES: OptionSpec = { flags: '-y, --yes', help: 'do not ask' };

const toSelection = ({ operands, given }: Invocation) => ({
  ids: operands,
  errorType: given.text('error-type'),
  scene: given.text('scene'),
  all: given.has('all'),
});

export const DLQ_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'dlq list',
    summary: 'list dead letters, newest first',
    options: FILTERS,
    examples: ['plexsync dlq list'],
    exitCodes: [EXIT.done, EXIT.usage, EXIT.store],
    run: async (invocation, context) => {
      const { list } = await import('../commands/dlq.ts');
      return await list({ selection: toSelection(invocation) }, context);
    },
  },
  {
    name: 'dlq show',
    summary: 'show one dead letter whole',
    operands: [{ name: '<id>', help: 'id as listed' }],
    examples: ['plexsync dlq show 1'],
    exitCodes: [EXIT.done, EXIT.usage, EXIT.store],
    run: async ({ operands: [id = ''] }, context) => {
      const { show } = await import('../commands/dlq.ts');
      return await show({ id }, context);
    },
  },
  {
    name: 'dlq retry',
    summary: 'put dead letters back into the queue, under whatever is newer',
    operands: [{ name: '[id...]', help: 'ids as listed' }],
    options: [...FILTERS, ALL, YES],
    examples: ['plexsync dlq retry 1'],
    exitCodes: [EXIT.done, EXIT.usage, EXIT.store],
    run: async (invocation, context) => {
      const { retry } = await import('../commands/dlq.ts');
      return await retry({ selection: toSelection(invocation), yes: invocation.given.has('yes') }, context);
    },
  },
  {
    name: 'dlq purge',
    summary: 'delete dead letters for good',
    operands: [{ name: '[id...]', help: 'ids as listed' }],
    options: [...FILTERS, ALL, YES],
    examples: ['plexsync dlq purge 1 --yes'],
    exitCodes: [EXIT.done, EXIT.usage, EXIT.store],
    run: async (invocation, context) => {
      const { purge } = await import('../commands/dlq.ts');
      return await purge({ selection: toSelection(invocation), yes: invocation.given.has('yes') }, context);
    },
  },
];
