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

const CHANGE_NOTES = [
  'The file is config.json in the data directory, or the one of --config. It is written whole, readable by its owner alone; the order of its keys stays.',
];

export const CONFIG_SET: CommandSpec = {
  name: 'config set',
  summary: 'set one setting in the config file',
  operands: [
    { name: '<key>', help: 'the name of the setting', values: 'settings' },
    {
      name: '<value...>',
      help: 'its value as on the command line; a list takes several; - reads it from standard input, or asks for it at a terminal',
      values: 'values_of_setting',
    },
  ],
  notes: CHANGE_NOTES,
  examples: [
    'plexsync config set max_tags 60',
    'plexsync config set path_map /data=/media',
    'plexsync config set plex_token - < /run/secrets/plex',
    "plexsync config set notify_command -- sh -c 'cat >> notices.ndjson'",
  ],
  exitCodes: [EXIT.done, EXIT.usage],
  run: async ({ operands: [key = '', ...values], configFile }, context) => {
    const { set } = await import('../../commands/config/change.ts');
    return await set({ key, values, configFile }, context);
  },
};

export const CONFIG_UNSET: CommandSpec = {
  name: 'config unset',
  summary: 'take one setting out of the config file',
  operands: [{ name: '<key>', help: 'the name of the setting', values: 'settings' }],
  notes: CHANGE_NOTES,
  examples: ['plexsync config unset max_tags'],
  exitCodes: [EXIT.done, EXIT.usage],
  run: async ({ operands: [key = ''], configFile }, context) => {
    const { unset } = await import('../../commands/config/change.ts');
    return await unset({ key, configFile }, context);
  },
};

export const CONFIG_EDIT: CommandSpec = {
  name: 'config edit',
  summary: 'edit the config file in your editor',
  notes: [
    'The editor is VISUAL, else EDITOR, else vi. It gets a copy, which takes the place of the file once a run could use it; until then the file stays as it is. A text that is refused and not mended is kept as config.json.refused.',
  ],
  examples: ['plexsync config edit'],
  exitCodes: [EXIT.done, EXIT.usage],
  run: async ({ configFile }, context) => {
    const { edit } = await import('../../commands/config/edit.ts');
    return await edit({ configFile }, context);
  },
};
