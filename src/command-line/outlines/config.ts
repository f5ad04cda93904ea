import { EXIT } from '../../exit.ts';
import { SETTING_NAMES } from '../../settings/table.ts';
import type { CommandSpec } from './spec.ts';

export const CONFIG_SHOW: CommandSpec = {
  name: 'config show',
  summary: 'show every setting, its value and where that comes from; secrets stay hidden',
  settings: SETTING_NAMES,
  notes: ['A flag goes before the environment, the environment before the config file, and that before the default.'],
  examples: ['plexsync config show', 'plexsync config show --max-tags 50 --json'],
  exitCodes: [EXIT.done, EXIT.usage],
  run: async ({ flags, configFile }, context) => {
    const { show } = await import('../../commands/config/config.ts');
    return await show({ flags, configFile }, context);
  },
};
