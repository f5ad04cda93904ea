import { EXIT } from '../../exit.ts';
import { SETTING_NAMES } from '../../settings/table.ts';
import type { CommandSpec } from './spec.ts';

export const PROCESS: CommandSpec = {
  name: 'process',
  summary: 'write what is due to Plex, then exit',
  options: [
    { flags: '-s, --stats-only', help: 'print the stats document and touch nothing' },
    { flags: '--limit <n>', help: 'take on at most this many jobs' },
    {
      flags: '--scene <id>',
      help: 'only what waits of this scene, now; several between commas or one by one',
      repeatable: true,
      values: 'waiting_scenes',
      several: 'between_commas',
    },
    {
      flags: '--max-time <duration>',
      help: 'take on no more jobs after this long, such as 5m; a bare number is seconds',
    },
    { flags: '--watch', help: 'go on until stopped: look for work each poll_interval, and in Stash for what changed' },
    { flags: '--dry-run', help: 'show field by field what would change, and write nothing' },
    { flags: '--html <file>', help: 'with --dry-run: a page that shows it, before and after, with the reasons' },
    { flags: '--redact', help: 'with --html: mask titles, names and paths on the page' },
    { flags: '--cron', help: 'for mail on failure: speak up only for what is new and needs a person' },
    { flags: '--parallel', help: 'work beside another run instead of standing down' },
    { flags: '--allow-removals', help: 'let this run remove whatever it would, and what waits for permission' },
    {
      flags: '--adopt-server',
      help: 'bind the data directory to the server at plex_url, forgetting the old one’s items and pins',
    },
  ],
  settings: SETTING_NAMES,
  notes: [
    '--adopt-server asks Plex who it is even with nothing due, and a watch with its first due job. Leave it out of crontabs and units: there it would take any later server without asking. What was written to the old server, and what is undone there, is kept for when that one is adopted again; on the new one Stash wins at the first contact.',
    'The page of --html is one file that loads nothing and runs no script. It holds every change with its reason, pictures and removals first, and filters by kind; only its owner may read it. It holds no token; with --redact it may be shown to others.',
    'With --watch and stash_url no plugin is needed: each poll asks Stash what changed since the last one. The first watch begins now; the past is for plexsync enqueue --all.',
    'With --cron a run is silent and ends with 0 unless there is something to tell: new dead letters or an event of Stash that cannot be used (1), a refused token (3), an outage that has lasted an hour (4), or a mistake in the settings (2). The same complaint comes once a day. What is left when --max-time is reached is no complaint.',
  ],
  examples: [
    'plexsync process --plex-url http://plex:32400 --plex-library Scenes',
    'plexsync process --dry-run --limit 10',
    'plexsync process --scene 4711',
    'plexsync process --dry-run --html changes.html',
    'plexsync process --cron --max-time 5m',
    'plexsync process --path-map /data=/media --limit 1 -v',
  ],
  exitCodes: Object.values(EXIT),
  run: async ({ given, flags, configFile }, context) => {
    const { run } = await import('../../commands/process/process.ts');
    return await run(
      {
        flags,
        configFile,
        statsOnly: given.has('stats-only'),
        limit: given.text('limit'),
        scenes: given.list('scene'),
        maxTime: given.text('max-time'),
        audience: given.has('cron') ? 'cron' : 'person',
        repeat: given.has('watch') ? 'watch' : 'once',
        mode: given.has('dry-run') ? 'preview' : 'write',
        parallel: given.has('parallel'),
        adoptServer: given.has('adopt-server'),
        removals: given.has('allow-removals') ? 'allowed' : 'counted',
        html: given.text('html'),
        names: given.has('redact') ? 'masked' : 'shown',
      },
      context,
    );
  },
};
