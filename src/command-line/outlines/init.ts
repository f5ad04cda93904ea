import { EXIT } from '../../exit.ts';
import { CONNECTION_SETTINGS } from './setting-options.ts';
import type { CommandSpec } from './spec.ts';

export const INIT: CommandSpec = {
  name: 'init',
  summary: 'ask what is needed to begin, try it, and write the config file',
  options: [{ flags: '-y, --yes', help: 'ask nothing: take what flags and environment say' }],
  settings: [...CONNECTION_SETTINGS, 'sync_poster'],
  notes: [
    'The file is config.json in the data directory (or --config), readable for its owner alone. An address and a token that Plex does not take are not written.',
    'Where there is no terminal to ask at, flags and environment must say it all, and a file that exists is changed with --yes only.',
  ],
  examples: ['plexsync init', 'plexsync init --yes --plex-url http://plex:32400 --plex-token-file /run/secrets/plex'],
  exitCodes: [EXIT.done, EXIT.usage, EXIT.refused, EXIT.unreachable],
  run: async ({ given, flags, configFile }, context) => {
    const { run } = await import('../../commands/init/init.ts');
    return await run({ flags, configFile, yes: given.has('yes') }, context);
  },
};
