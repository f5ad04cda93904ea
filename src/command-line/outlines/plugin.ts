import { EXIT } from '../../exit.ts';
import type { CommandSpec } from './spec.ts';

export const PLUGIN_INSTALL: CommandSpec = {
  name: 'plugin install',
  summary: 'write the plugin for Stash, and the spool into which it puts what changes',
  options: [
    { flags: '--plugins-dir <dir>', help: 'the plugins folder of Stash, such as ~/.stash/plugins' },
    { flags: '--spool-as <path>', help: 'where Stash sees the spool, if it runs in a container or on another host' },
    { flags: '--direct', help: 'no spool: Stash starts plexsync itself for each edit (always so on Windows)' },
    { flags: '-y, --yes', help: 'do not ask' },
  ],
  notes: [
    'Writes plexsync/plexsync.yml into the plugins folder, and beside it a shell script that keeps each event in the spool of the data directory, in a few milliseconds: the save in Stash waits for it. plexsync process takes the events in, and does the tasks that a person starts in Stash: their answers are in plexsync.log in the data directory. Run again it brings its own files up to date; those of somebody else are never overwritten.',
    'A container needs the folder spool of the data directory mounted where --spool-as says. Any user may then leave events there, since Stash may run as another one. An install without --spool-as keeps what an earlier one was given.',
    'With --direct each edit starts Node, and Stash must be able to run it and to reach the data directory. Install again when Node or plexsync has moved: a program that cannot be started stops the hooks of other plugins too.',
  ],
  examples: [
    'plexsync plugin install --plugins-dir ~/.stash/plugins',
    'plexsync plugin install --plugins-dir /srv/stash/config/plugins --spool-as /plexsync-spool --yes',
  ],
  exitCodes: [EXIT.done, EXIT.usage, EXIT.store],
  run: async ({ given, configFile }, context) => {
    const { run } = await import('../../commands/plugin/install.ts');
    return await run(
      {
        pluginsDir: given.text('plugins-dir'),
        spoolAs: given.text('spool-as'),
        how: given.has('direct') ? 'direct' : 'spool',
        confirmed: given.has('yes') ? 'yes' : 'ask',
        configFile,
      },
      context,
    );
  },
};

export const PLUGIN_STATUS: CommandSpec = {
  name: 'plugin status',
  summary: 'tell whether what changes in Stash arrives',
  notes: [
    'Says that events arrive where one came within the last 24 hours; of an older one it says how long ago that was, since it may be that nobody edited anything. Exit code 1 when nothing has ever arrived, when events wait for an hour, or when some could not be used.',
  ],
  examples: ['plexsync plugin status', 'plexsync plugin status --json'],
  exitCodes: [EXIT.done, EXIT.jobsFailed, EXIT.usage, EXIT.store],
  run: async (_invocation, context) => {
    const { run } = await import('../../commands/plugin/status.ts');
    return run(context);
  },
};
