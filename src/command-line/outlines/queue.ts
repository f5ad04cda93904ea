import { JOB_STATES } from '../../core/model/job.ts';
import { EXIT } from '../../exit.ts';
import type { CommandSpec } from './spec.ts';

const STATES = `${JOB_STATES.slice(0, -1).join(', ')} or ${JOB_STATES.at(-1)}`;

export const QUEUE_LIST: CommandSpec = {
  name: 'queue list',
  summary: 'list what waits, and why',
  options: [
    { flags: '--scene <id>', help: 'only this scene', values: 'waiting_scenes' },
    { flags: '--state <state>', help: `only jobs in this state: ${STATES}`, values: JOB_STATES },
    { flags: '--limit <n>', help: 'at most this many; on a terminal 100 unless given' },
  ],
  notes: [
    'Next first: jobs under way, then in the order in which a run takes them. due: the next run takes it. retry: it failed, and is tried again at the time shown. not_found: its file is not in Plex yet. held: only Stash can say what to write (no_stash). removals: it would remove more than plexsync does unasked, and waits for process --allow-removals. undone: its scene was undone, and it waits for queue release. in_progress: a run is working on it.',
  ],
  examples: ['plexsync queue list', 'plexsync queue list --state retry', 'plexsync queue list --json'],
  exitCodes: [EXIT.done, EXIT.usage, EXIT.store],
  run: async ({ given }, context) => {
    const { list } = await import('../../commands/queue/list.ts');
    return list({ scene: given.text('scene'), state: given.text('state'), limit: given.text('limit') }, context);
  },
};

export const QUEUE_DROP: CommandSpec = {
  name: 'queue drop',
  summary: 'drop waiting jobs for good, saying which edits will not arrive',
  operands: [{ name: '[id...]', help: 'ids of jobs, as queue list shows them', values: 'jobs' }],
  options: [
    { flags: '--scene <id>', help: 'the job of this scene', repeatable: true, values: 'waiting_scenes' },
    { flags: '--state <state>', help: `jobs in this state: ${STATES}`, values: JOB_STATES },
    { flags: '--all', help: 'every job' },
    { flags: '--dry-run', help: 'only show what would go' },
    { flags: '-y, --yes', help: 'do not ask' },
  ],
  notes: ['A job that a run is working on is not dropped.'],
  examples: ['plexsync queue drop 12', 'plexsync queue drop --scene 4711 --dry-run', 'plexsync queue drop --all --yes'],
  exitCodes: [EXIT.done, EXIT.usage, EXIT.store],
  run: async ({ operands, given }, context) => {
    const { drop } = await import('../../commands/queue/drop.ts');
    return await drop(
      {
        ids: operands,
        scenes: given.list('scene'),
        state: given.text('state'),
        selectAll: given.has('all') ? 'all' : 'selected',
        confirmed: given.has('yes') ? 'yes' : 'ask',
        effect: given.has('dry-run') ? 'show_only' : 'drop',
      },
      context,
    );
  },
};

export const QUEUE_RELEASE: CommandSpec = {
  name: 'queue release',
  summary: 'let scenes be written again that were undone',
  operands: [{ name: '[sceneId...]', help: 'Stash scene ids', values: 'undone_scenes' }],
  options: [
    { flags: '--all', help: 'every undone scene' },
    { flags: '--dry-run', help: 'only show which' },
    { flags: '-y, --yes', help: 'do not ask' },
  ],
  notes: [
    'After plexsync undo a scene is left as it is by enqueue --all and --recent, reconcile, hooks and polls. It is written again once reconcile, a hook or a poll sees that Stash has something else of it than what was undone, by plexsync enqueue ID, by plexsync dlq retry, and by this command. Where it was not known what Stash had, what it has at the next look counts as undone.',
  ],
  examples: ['plexsync queue release 4711', 'plexsync queue release --all --dry-run'],
  exitCodes: [EXIT.done, EXIT.usage, EXIT.store],
  run: async ({ operands, given, configFile }, context) => {
    const { release } = await import('../../commands/queue/release.ts');
    return await release(
      {
        ids: operands,
        selectAll: given.has('all') ? 'all' : 'selected',
        confirmed: given.has('yes') ? 'yes' : 'ask',
        effect: given.has('dry-run') ? 'show_only' : 'release',
        configFile,
      },
      context,
    );
  },
};
