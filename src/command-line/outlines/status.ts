import { EXIT } from '../../exit.ts';
import type { CommandSpec } from './spec.ts';

export const STATUS: CommandSpec = {
  name: 'status',
  summary: 'say where a scene is: waiting, dead, written, and why',
  operands: [{ name: '<sceneId>', help: 'Stash scene id' }],
  settings: ['plex_url'],
  notes: [
    'Looks into the data directory alone: no server is asked. The link leads to the item in Plex’s web app, at plex_url where that is set.',
    'Exits 1 when nothing is known of the scene.',
  ],
  examples: ['plexsync status 4711', 'plexsync status 4711 --json'],
  exitCodes: [EXIT.done, EXIT.jobsFailed, EXIT.usage, EXIT.store],
  run: async ({ operands, flags, configFile }, context) => {
    const { run } = await import('../../commands/status/status.ts');
    return run({ scene: operands[0] ?? '', flags, configFile }, context);
  },
};
