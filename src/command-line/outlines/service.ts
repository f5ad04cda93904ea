import { EXIT } from '../../exit.ts';
import type { CommandSpec, OptionSpec } from './spec.ts';

const SYSTEM: OptionSpec = { flags: '--system', help: 'of the machine, not of this user' };
const YES: OptionSpec = { flags: '-y, --yes', help: 'do not ask' };

export const SERVICE_INSTALL: CommandSpec = {
  name: 'service install',
  summary: 'run plexsync by systemd, or print what another scheduler takes',
  options: [
    { flags: '--timer', help: 'a run every 5 minutes; unless given, one that goes on with --watch' },
    SYSTEM,
    { flags: '--user <name>', help: 'with --system: who it runs as' },
    { flags: '--instances <folder>', help: 'a template, plexsync@NAME: one for each data directory in this folder' },
    {
      flags: '--print <what>',
      values: ['systemd', 'cron', 'launchd', 'windows'],
      help: 'only print it: for systemd, cron, launchd or windows',
    },
    YES,
  ],
  notes: [
    'The units are shown before they are written. They run this installation on the data directory and config file of this command; what only the environment says, a service would not have, and that is refused.',
    'Installed again, it starts anew with what is written. A watch and a timer take turns: the other one is stopped.',
    'A system service is shut off from all but its data directory and the network, and gets what plex_token_file and stash_api_key_file hold as credentials. A token in the config file needs none. It sees the home folders, to read only, where the program, its data or a file that a setting names lies there.',
    'macOS and Windows: --print launchd and --print windows.',
  ],
  examples: [
    'plexsync service install',
    'plexsync service install --print cron',
    'sudo plexsync service install --system --user media --data-dir /var/lib/plexsync',
  ],
  exitCodes: [EXIT.done, EXIT.usage],
  run: async ({ given, configFile }, context) => {
    const { install } = await import('../../commands/service/install.ts');
    return await install(
      {
        scope: given.has('system') ? 'system' : 'user',
        mode: given.has('timer') ? 'timer' : 'watch',
        user: given.text('user'),
        instances: given.text('instances'),
        print: given.text('print'),
        confirmed: given.has('yes') ? 'yes' : 'ask',
        configFile,
      },
      context,
    );
  },
};

export const SERVICE_STATUS: CommandSpec = {
  name: 'service status',
  summary: 'say whether the service is installed, runs, and when it runs next',
  options: [SYSTEM],
  notes: ['Exits 1 where none is installed.'],
  examples: ['plexsync service status', 'plexsync service status --system --json'],
  exitCodes: [EXIT.done, EXIT.jobsFailed, EXIT.usage],
  run: async ({ given }, context) => {
    const { status } = await import('../../commands/service/manage.ts');
    return status({ scope: given.has('system') ? 'system' : 'user' }, context);
  },
};

export const SERVICE_UNINSTALL: CommandSpec = {
  name: 'service uninstall',
  summary: 'stop the service and remove its units',
  options: [SYSTEM, YES],
  notes: [
    'Only units that plexsync wrote are removed, and all instances of a template are stopped. The data directory stays.',
  ],
  examples: ['plexsync service uninstall'],
  exitCodes: [EXIT.done, EXIT.usage],
  run: async ({ given }, context) => {
    const { uninstall } = await import('../../commands/service/manage.ts');
    return await uninstall(
      { scope: given.has('system') ? 'system' : 'user', confirmed: given.has('yes') ? 'yes' : 'ask' },
      context,
    );
  },
};
