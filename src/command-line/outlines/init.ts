import { EXIT } from '../../exit.ts';
import { CONNECTION_SETTINGS } from './setting-options.ts';
import type { CommandSpec } from './spec.ts';

export const INIT: CommandSpec = {
  name: 'init',
  summary: 'ask what is needed to begin, try it, and write the config file',
  options: [
    { flags: '-y, --yes', help: 'ask nothing: take what flags and environment say' },
    { flags: '--accept-path-map', help: 'write a path_map that the files of Stash and Plex prove, without a question' },
  ],
  settings: [...CONNECTION_SETTINGS, 'sync_poster'],
  notes: [
    'The file is config.json in the data directory (or --config), readable for its owner alone. An address and a token that Plex does not take are not written.',
    'Without a terminal the answers are read from standard input, one a line, in the order of the questions; an empty line takes what is offered, and one that cannot be an answer ends the run. Where they end, the rest stays as flags and environment say it. With --yes nothing is asked.',
    'If Stash answers, 20 of its scenes are looked at, and their files in Plex. Where they all agree on a path_map, it is proposed; --yes alone does not write it.',
  ],
  examples: [
    'plexsync init',
    'plexsync init --yes --plex-url http://plex:32400 --plex-token-file /run/secrets/plex',
    'plexsync init --yes --accept-path-map --stash-url http://stash:9999',
  ],
  exitCodes: [EXIT.done, EXIT.usage, EXIT.refused, EXIT.unreachable],
  run: async ({ given, flags, configFile }, context) => {
    const { run } = await import('../../commands/init/init.ts');
    return await run(
      { flags, configFile, yes: given.has('yes'), acceptPathMap: given.has('accept-path-map') },
      context,
    );
  },
};
