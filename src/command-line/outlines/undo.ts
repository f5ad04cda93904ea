import { EXIT } from '../../exit.ts';
import type { CommandSpec } from './spec.ts';

export const UNDO: CommandSpec = {
  name: 'undo',
  summary: 'put back in Plex what plexsync has changed there',
  options: [
    { flags: '--run <n>', help: 'what this run changed; plexsync runs lists them', values: 'runs' },
    { flags: '--job <id>', help: 'what this job changed', values: 'written_jobs' },
    { flags: '--scene <id>', help: 'all that was changed for this scene', values: 'written_scenes' },
    { flags: '--since <duration>', help: 'all that was changed within this time, such as 1h' },
    { flags: '--library <name>', help: 'all that was changed in this library', values: 'libraries' },
    { flags: '--dry-run', help: 'only show what would be put back' },
    { flags: '-y, --yes', help: 'do not ask' },
  ],
  settings: [
    ...(['plex_url', 'plex_token', 'plex_token_file', 'plex_ca', 'plex_insecure'] as const),
    ...(['connect_timeout', 'read_timeout', 'concurrency', 'journal_days'] as const),
  ],
  notes: [
    'Puts back values, names with their roles, locks and the selected picture, each only where Plex still has what plexsync wrote: what was changed since, by a person or by a later run, is left and said. What counts as ours is put back too. A picture that was uploaded stays in Plex, where nothing deletes it.',
    'An undo is a run of its own: undo --run takes it back. It may be stopped or killed anywhere; the same command goes on. No other run writes meanwhile. What was written to another Plex server can be undone once the data directory belongs to that one again.',
    'An undone scene is left as it is by enqueue --all and --recent, until plexsync enqueue ID, plexsync queue release or plexsync dlq retry, or until reconcile, a hook or a poll sees that Stash has something else of it.',
  ],
  examples: ['plexsync undo --run 12 --dry-run', 'plexsync undo --run 12', 'plexsync undo --since 1h --yes'],
  exitCodes: [EXIT.done, EXIT.jobsFailed, EXIT.usage, EXIT.refused, EXIT.unreachable, EXIT.store],
  run: async ({ given, flags, configFile }, context) => {
    const { run } = await import('../../commands/undo/undo.ts');
    const [job, scene, since, library] = ['job', 'scene', 'since', 'library'].map((name) => given.text(name));
    return await run(
      {
        selection: { run: given.text('run'), job, scene, since, library },
        effect: given.has('dry-run') ? 'show_only' : 'undo',
        confirmed: given.has('yes') ? 'yes' : 'ask',
        flags,
        configFile,
      },
      context,
    );
  },
};
