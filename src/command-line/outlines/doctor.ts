import { EXIT } from '../../exit.ts';
import { SETTING_NAMES, SETTINGS } from '../../settings/table.ts';
import type { CommandSpec } from './spec.ts';

export const DOCTOR: CommandSpec = {
  name: 'doctor',
  summary: 'check the whole set-up, and say how to mend what is wrong',
  options: [
    { flags: '--fix', help: 'do what can be done about it: ask for each, and say what was done' },
    { flags: '-y, --yes', help: 'with --fix: do not ask' },
  ],
  settings: [...SETTING_NAMES.filter((name) => SETTINGS[name].group === 'connection'), 'path_map'],
  notes: [
    'Looks at Node, the data directory and its databases, the settings, Plex with its token and libraries, and whether files that wait or were written are found there; proposes the missing --path-map line. Says where a file is that is not found: in a library that plex_library leaves out, or under a name that nearly agrees, with the line for plexsync pin. Counts the scenes of Stash that were never synced. Writes nothing without --fix.',
    '--fix writes the missing path_map into the config file, keeping the old one beside it as config.json.bak; takes the rights of others on config file and data directory away; and puts dead letters back into the queue whose files are found now, or would be with that path_map. Where a flag or the environment says path_map, it prints the line for there and writes nothing.',
    'A failure stops the work, a warning may. Exits 1 when there is a failure.',
  ],
  examples: [
    'plexsync doctor',
    'plexsync doctor --fix --yes',
    'plexsync doctor --path-map /data=/media',
    'plexsync doctor --json | jq .ok',
  ],
  exitCodes: [EXIT.done, EXIT.jobsFailed, EXIT.usage],
  anyDataDir: true,
  run: async ({ given, flags, configFile }, context) => {
    const { run } = await import('../../commands/doctor/doctor.ts');
    const confirmed = given.has('yes') ? 'yes' : 'ask';
    return await run({ flags, configFile, effect: given.has('fix') ? 'fix' : 'look', confirmed }, context);
  },
};
