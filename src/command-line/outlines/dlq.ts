import type { Selection } from '../../commands/dlq/selection.ts';
import { EXIT } from '../../exit.ts';
import { PLEX_SETTINGS } from './setting-options.ts';
import type { CommandSpec, Invocation, OptionSpec } from './spec.ts';

const IDS = { name: '[id...]', help: 'ids of dead letters, as dlq list shows them', values: 'letters' } as const;

const FILTERS: readonly OptionSpec[] = [
  { flags: '--error-type <type>', help: 'only this type of error, such as PlexNotFound', values: 'error_types' },
  { flags: '--scene <id>', help: 'only this scene', values: 'scenes_of_letters' },
  { flags: '--path-prefix <folder>', help: 'only files in this folder, as Stash sees it' },
  { flags: '--older-than <duration>', help: 'only what failed longer ago, such as 7d; a bare number is days' },
  { flags: '--since <when>', help: 'only what failed since: a duration such as 7d, a date or an RFC 3339 time' },
  { flags: '--all', help: 'every dead letter' },
];

const DRY_RUN: OptionSpec = { flags: '--dry-run', help: 'only show what would happen' };
const YES: OptionSpec = { flags: '-y, --yes', help: 'do not ask' };
const EXIT_CODES = [EXIT.done, EXIT.usage, EXIT.store] as const;

function selectionOf({ operands, given }: Invocation): Selection {
  return {
    ids: operands,
    errorType: given.text('error-type'),
    scene: given.text('scene'),
    pathPrefix: given.text('path-prefix'),
    olderThan: given.text('older-than'),
    since: given.text('since'),
    all: given.has('all'),
  };
}

export const DLQ_LIST: CommandSpec = {
  name: 'dlq list',
  summary: 'list dead letters, newest first',
  operands: [IDS],
  options: FILTERS,
  examples: ['plexsync dlq list', 'plexsync dlq list --error-type PlexNotFound --path-prefix /data/old'],
  exitCodes: EXIT_CODES,
  run: async (invocation, context) => {
    const { list } = await import('../../commands/dlq/dlq.ts');
    return await list({ selection: selectionOf(invocation) }, context);
  },
};

export const DLQ_SHOW: CommandSpec = {
  name: 'dlq show',
  summary: 'show one dead letter whole, and what can be done about it',
  operands: [{ name: '<id>', help: 'id of a dead letter, as dlq list shows it', values: 'letters' }],
  examples: ['plexsync dlq show 12'],
  exitCodes: EXIT_CODES,
  run: async ({ operands }, context) => {
    const { show } = await import('../../commands/dlq/dlq.ts');
    return await show({ id: operands[0] ?? '' }, context);
  },
};

export const DLQ_RETRY: CommandSpec = {
  name: 'dlq retry',
  summary: 'put dead letters back into the queue, under whatever is newer',
  operands: [IDS],
  options: [...FILTERS, DRY_RUN, YES],
  notes: ['Asks first when there is more than one. A letter never overwrites what was said after it.'],
  examples: ['plexsync dlq retry 12', 'plexsync dlq retry --error-type PlexNotFound --path-prefix /data/old --yes'],
  exitCodes: EXIT_CODES,
  run: async (invocation, context) => {
    const { retry } = await import('../../commands/dlq/dlq.ts');
    const { given } = invocation;
    const asked = { selection: selectionOf(invocation), yes: given.has('yes'), dryRun: given.has('dry-run') };
    return await retry(asked, context);
  },
};

export const DLQ_PURGE: CommandSpec = {
  name: 'dlq purge',
  summary: 'delete dead letters for good',
  operands: [IDS],
  options: [...FILTERS, DRY_RUN, YES],
  notes: ['Asks first. The edits in the letters will not arrive.'],
  examples: ['plexsync dlq purge 12', 'plexsync dlq purge --older-than 7d --dry-run'],
  exitCodes: EXIT_CODES,
  run: async (invocation, context) => {
    const { purge } = await import('../../commands/dlq/dlq.ts');
    const { given } = invocation;
    const asked = { selection: selectionOf(invocation), yes: given.has('yes'), dryRun: given.has('dry-run') };
    return await purge(asked, context);
  },
};

export const DLQ_RESOLVE: CommandSpec = {
  name: 'dlq resolve',
  summary: 'go through dead letters one by one, and decide about each with a key',
  operands: [IDS],
  options: FILTERS,
  settings: [...PLEX_SETTINGS, 'stash_url'],
  notes: [
    'Shows scene, file, reason, what helps and the items that may be meant, and asks: a number pins the scene to that item and puts the letter back into the queue, r puts it back, p deletes it for good, s skips it, o opens the scene or an item in the browser, a asks for one answer for all letters of this kind, q stops, ? explains. Nothing is written before the key, and only a number asks Plex.',
    'At a terminal one key is enough. From a pipe or a file each line is one answer, and the end of the input stops; an answer that cannot be carried out leaves its letter and goes on with the next.',
    'A letter that another process took care of meanwhile is said and passed over.',
  ],
  examples: [
    'plexsync dlq resolve',
    'plexsync dlq resolve --error-type LowConfidenceMatch --since 7d',
    "printf 's\\n' | plexsync dlq resolve 12 --json",
  ],
  exitCodes: [EXIT.done, EXIT.usage, EXIT.refused, EXIT.unreachable, EXIT.store],
  run: async (invocation, context) => {
    const { run } = await import('../../commands/dlq/resolve.ts');
    const { flags, configFile } = invocation;
    return await run({ selection: selectionOf(invocation), flags, configFile }, context);
  },
};

export const DLQ_SUMMARY: CommandSpec = {
  name: 'dlq summary',
  summary: 'count dead letters by type and folder, with what probably helps',
  options: FILTERS,
  examples: ['plexsync dlq summary', 'plexsync dlq summary --since 7d --json'],
  exitCodes: EXIT_CODES,
  run: async (invocation, context) => {
    const { summary } = await import('../../commands/dlq/review.ts');
    return await summary({ selection: selectionOf(invocation) }, context);
  },
};

export const DLQ_EXPORT: CommandSpec = {
  name: 'dlq export',
  summary: 'write dead letters as NDJSON, one a line',
  operands: [IDS],
  options: [...FILTERS, { flags: '--redact', help: 'mask titles, names, paths and texts' }],
  notes: [
    'Each line has the keys of dlq list --json. Its job_data is a scene as enqueue takes it: the last example puts the scenes into the queue again, as new edits.',
    '--redact keeps ids, sizes, dates, ratings, the depth of a path and the kind of its file.',
  ],
  examples: [
    'plexsync dlq export > letters.ndjson',
    'plexsync dlq export --redact --error-type LowConfidenceMatch',
    'plexsync dlq export | jq -c .job_data | plexsync enqueue -',
  ],
  exitCodes: EXIT_CODES,
  run: async (invocation, context) => {
    const { exportLetters } = await import('../../commands/dlq/review.ts');
    const names = invocation.given.has('redact') ? 'masked' : 'shown';
    return await exportLetters({ selection: selectionOf(invocation), names }, context);
  },
};
