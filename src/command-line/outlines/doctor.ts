import { EXIT } from '../../exit.ts';
import { SETTING_NAMES, SETTINGS } from '../../settings/table.ts';
import type { CommandSpec } from './spec.ts';

export const DOCTOR: CommandSpec = {
  name: 'doctor',
  summary: 'check the whole set-up, and say how to mend what is wrong',
  settings: [...SETTING_NAMES.filter((name) => SETTINGS[name].group === 'connection'), 'path_map'],
  notes: [
    'Looks at Node, the data directory and its databases, the settings, Plex with its token and libraries, and whether files that wait or were written are found there; proposes the missing --path-map line. Writes nothing.',
    'A failure stops the work, a warning may. Exits 1 when there is a failure.',
  ],
  examples: ['plexsync doctor', 'plexsync doctor --path-map /data=/media', 'plexsync doctor --json | jq .ok'],
  exitCodes: [EXIT.done, EXIT.jobsFailed, EXIT.usage],
  run: async ({ flags, configFile }, context) => {
    const { run } = await import('../../commands/doctor/doctor.ts');
    return await run({ flags, configFile }, context);
  },
};
