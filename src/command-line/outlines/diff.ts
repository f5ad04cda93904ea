import { EXIT } from '../../exit.ts';
import { SETTING_NAMES } from '../../settings/table.ts';
import type { CommandSpec } from './spec.ts';

export const DIFF: CommandSpec = {
  name: 'diff',
  summary: 'show what process would do to one scene now, and why',
  operands: [
    { name: '<scene|file>', help: 'id of the scene, or the whole path of its file as Stash sees it', values: 'scenes' },
  ],
  settings: SETTING_NAMES,
  notes: [
    'Runs the very steps of process over this one scene and writes nothing: the job that waits for it, whenever it is due, else what Stash has now. Each field is told with what Plex has, what it would get, and the rule that decides: what plexsync wrote before, what Stash says, whose the value in Plex is. What is left as it is, is told too.',
    'A file is looked for in the data directory, then in Stash; the path may also be one as Plex sees it, where path_map leads back, or where the scene was written or pinned to its item.',
    'Exits 0 whether or not something would change, 1 where nothing could be written (not in Plex, LOW, gone from Stash), 2 where the changes remove so much that they wait for permission.',
  ],
  examples: [
    'plexsync diff 4711',
    'plexsync diff /media/a.mp4',
    'plexsync diff 4711 --json | jq .changes',
    'plexsync diff 4711 --clear-empty always',
  ],
  exitCodes: [EXIT.done, EXIT.jobsFailed, EXIT.usage, EXIT.refused, EXIT.unreachable, EXIT.store],
  run: async ({ operands, flags, configFile }, context) => {
    const { run } = await import('../../commands/diff/diff.ts');
    return await run({ target: operands[0] ?? '', flags, configFile }, context);
  },
};
