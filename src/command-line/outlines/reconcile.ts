import { EXIT } from '../../exit.ts';
import { STASH_SETTINGS } from './setting-options.ts';
import type { CommandSpec } from './spec.ts';

export const RECONCILE: CommandSpec = {
  name: 'reconcile',
  summary: 'hold all of Stash against what was written, and enqueue what needs it',
  options: [
    { flags: '--all', help: 'every scene of Stash; so it is unless --since is given' },
    { flags: '--since <duration>', help: 'only the scenes that changed in Stash within this time, such as 7d' },
    { flags: '--dry-run', help: 'only show what would be done' },
    { flags: '-y, --yes', help: 'do not ask' },
  ],
  settings: [...STASH_SETTINGS, 'plex_url', 'plex_token', 'plex_token_file', 'plex_ca', 'plex_insecure'],
  notes: [
    'never synced: nothing was ever written for it. changed: Stash says another time of its last change than when it was written, or its file is elsewhere; with --all also what was not written from Stash, or by an older plexsync, and a summary that was cut because it was too long. missing in Plex: the item it was written to is gone. These are enqueued, after hand edits and hooks. gone from Stash: its waiting job is dropped, and it is forgotten; its item in Plex stays as it is. Only --all can tell.',
    'What waits already is left to wait, and a scene without a file is passed over, as is one that was never synced and has a dead letter: plexsync dlq retry tries it again. Where plex_url is not set, items that are gone from Plex are not looked for.',
    'A bare number of --since is in days. Renamed tags, performers and studios do not show: Stash does not count them as a change of the scene.',
  ],
  examples: [
    'plexsync reconcile --dry-run --stash-url http://stash:9999',
    'plexsync reconcile --since 7d --yes --stash-url http://stash:9999',
    'plexsync reconcile --stash-url http://stash:9999',
  ],
  exitCodes: [EXIT.done, EXIT.usage, EXIT.refused, EXIT.unreachable, EXIT.store],
  run: async ({ given, flags, configFile }, context) => {
    const { run } = await import('../../commands/reconcile/reconcile.ts');
    const options = {
      all: given.has('all') ? 'given' : 'default',
      since: given.text('since'),
      effect: given.has('dry-run') ? 'show_only' : 'reconcile',
      confirmed: given.has('yes') ? 'yes' : 'ask',
      flags,
      configFile,
    } as const;
    return await run(options, context);
  },
};
