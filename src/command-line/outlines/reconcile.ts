import { REASSERT_VALUES } from '../../core/model/reassert.ts';
import { EXIT } from '../../exit.ts';
import { STASH_SETTINGS } from './setting-options.ts';
import type { CommandSpec } from './spec.ts';

export const RECONCILE: CommandSpec = {
  name: 'reconcile',
  summary: 'hold all of Stash against what was written, and enqueue what needs it',
  options: [
    { flags: '--all', help: 'every scene of Stash; so it is unless --since is given' },
    { flags: '--since <duration>', help: 'only the scenes that changed in Stash within this time, such as 7d' },
    { flags: '--full', help: 'enqueue what is in step too, so that each item in Plex is looked at' },
    { flags: '--pictures', help: 'enqueue what is in step too, where none of our pictures was written yet' },
    {
      flags: '--reassert <fields>',
      values: REASSERT_VALUES,
      several: 'between_commas',
      help: 'only enqueue scenes of which these fields were left as edited in Plex, to take them back',
    },
    { flags: '--allow-removals', help: 'believe a Stash that has less than half of the scenes written from it' },
    { flags: '--dry-run', help: 'only show what would be done' },
    { flags: '-y, --yes', help: 'do not ask' },
  ],
  settings: [
    ...STASH_SETTINGS,
    'sync_poster',
    'sync_background',
    'plex_url',
    'plex_token',
    'plex_token_file',
    'plex_ca',
    'plex_insecure',
  ],
  notes: [
    'never synced: nothing was ever written for it. changed: Stash says something else of it than when it was written, also where the time of its last change does not tell so, as after tags were merged or a performer was deleted; or its file is elsewhere. What an older plexsync wrote is judged by that time, once. With --all also what was not written from Stash, and a summary that was cut because it was too long. missing in Plex: the item it was written to is gone. These are enqueued, after hand edits and hooks. gone from Stash: its waiting job is dropped, and it is forgotten; its item in Plex stays as it is. Only --all can tell.',
    'What waits already is left to wait, and a scene without a file is passed over, as is one that was never synced and has a dead letter: plexsync dlq retry tries it again. Where plex_url is not set, items that are gone from Plex are not looked for.',
    'Settings do not count: after a change of sync_… or max_tags, --full puts all of Stash into the queue, and what is right already costs next to nothing.',
    'Turning sync_poster on brings no picture by itself: a scene that was written before gets its own with its next edit, or with --pictures, which tells how many come, and about how many bytes, before it asks. Plex keeps each picture for ever.',
    'With --reassert, no scene is compared: those are enqueued whose last sync left one of the fields as a person has it in Plex, and there Stash wins once, also where preserve_plex_edits is on. The fields are title, details, studio, tagline, date, rating, performers, tags and collection, between commas, or all. With collection, also those whose collection is gone from the whole library. What it writes can be taken back with plexsync undo.',
    'A bare number of --since is in days. Merged and deleted names do not show with it: Stash does not count them as a change of the scene.',
  ],
  examples: [
    'plexsync reconcile --dry-run --stash-url http://stash:9999',
    'plexsync reconcile --since 7d --yes --stash-url http://stash:9999',
    'plexsync reconcile --stash-url http://stash:9999',
    'plexsync reconcile --reassert tags --stash-url http://stash:9999',
  ],
  exitCodes: [EXIT.done, EXIT.usage, EXIT.refused, EXIT.unreachable, EXIT.store],
  run: async ({ given, flags, configFile }, context) => {
    const reassert = given.text('reassert');
    if (reassert !== undefined) {
      const { run } = await import('../../commands/reconcile/reassert.ts');
      const besides = ['all', 'full', 'pictures', 'allow-removals'].filter((name) => given.has(name));
      const others = given.text('since') === undefined ? besides : [...besides, 'since'];
      const effect = given.has('dry-run') ? 'show_only' : 'reconcile';
      const confirmed = given.has('yes') ? 'yes' : 'ask';
      return await run({ reassert, besides: others, effect, confirmed, flags, configFile }, context);
    }
    const { run } = await import('../../commands/reconcile/reconcile.ts');
    const options = {
      all: given.has('all') ? 'given' : 'default',
      since: given.text('since'),
      depth: given.has('full') ? 'full' : 'in_need',
      pictures: given.has('pictures') ? 'missing' : 'none',
      effect: given.has('dry-run') ? 'show_only' : 'reconcile',
      removals: given.has('allow-removals') ? 'allowed' : 'counted',
      confirmed: given.has('yes') ? 'yes' : 'ask',
      flags,
      configFile,
    } as const;
    return await run(options, context);
  },
};
