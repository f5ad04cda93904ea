import { EXIT } from '../../exit.ts';
import type { CommandSpec } from './spec.ts';

export const STATUS: CommandSpec = {
  name: 'status',
  summary: 'say where a scene is: waiting, dead, written, and why',
  operands: [{ name: '<sceneId>', help: 'Stash scene id', values: 'scenes' }],
  options: [
    {
      flags: '--wait <duration>',
      help: 'wait until it is written or dead, this long at most; a bare number is seconds',
    },
  ],
  settings: ['plex_url'],
  notes: [
    'Looks into the data directory alone: no server is asked. The link leads to the item in Plex’s web app, at plex_url where that is set.',
    'Exits 1 when nothing is known of the scene. With --wait: 0 when it is written and nothing of it waits, 1 when it has a dead letter, 5 when something of it still waits.',
  ],
  examples: ['plexsync status 4711', 'plexsync status 4711 --json', 'plexsync status 4711 --wait 60s'],
  exitCodes: [EXIT.done, EXIT.jobsFailed, EXIT.usage, EXIT.timeUp, EXIT.store],
  run: async ({ operands, given, flags, configFile }, context) => {
    const { run } = await import('../../commands/status/status.ts');
    return run({ scene: operands[0] ?? '', wait: given.text('wait'), flags, configFile }, context);
  },
};
