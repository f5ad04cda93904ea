import { UsageError } from '../../core/model/errors.ts';
import { EXIT } from '../../exit.ts';
import { PLEX_SETTINGS } from './setting-options.ts';
import type { CommandSpec } from './spec.ts';

export const PIN: CommandSpec = {
  name: 'pin',
  summary: 'say which item of Plex a scene is, whatever matching says',
  operands: [
    { name: '[sceneId]', help: 'Stash scene id', values: 'scenes_of_letters' },
    {
      name: '[ratingKey]',
      help: 'the item’s key: the number at the end of its address in Plex',
      values: 'items_for_scene',
    },
  ],
  options: [{ flags: '--list', help: 'show the pins there are; asks no server' }],
  settings: PLEX_SETTINGS,
  notes: [
    'A pinned scene is written to its item whatever the evidence, also where another scene was written to that item. Pinning itself writes nothing: it says which command does. What waited for its file in Plex is due at once.',
    'When Plex scans the library anew and the item gets another key, the pin follows the item’s file. Where that file is nowhere, the job waits and says so.',
    'Pins belong to one Plex server: process --adopt-server drops them.',
  ],
  examples: ['plexsync pin 4711 1234', 'plexsync pin --list', 'plexsync pin --list --json'],
  exitCodes: [EXIT.done, EXIT.usage, EXIT.refused, EXIT.unreachable, EXIT.store],
  run: async ({ operands, given, flags, configFile }, context) => {
    const [scene, ratingKey] = operands;
    const command = await import('../../commands/pin/pin.ts');
    if (given.has('list')) {
      if (scene !== undefined)
        throw new UsageError('pin --list takes no scene.', `plexsync status ${scene} shows its pin.`);
      return command.list(context);
    }
    if (scene === undefined || ratingKey === undefined)
      throw new UsageError(
        'Give the scene id and the rating key of its item.',
        'plexsync pin 4711 1234, or plexsync pin --list for the pins there are.',
      );
    return await command.pin({ scene, ratingKey, flags, configFile }, context);
  },
};

export const UNPIN: CommandSpec = {
  name: 'unpin',
  summary: 'let a pinned scene be matched by its file again',
  operands: [{ name: '<sceneId>', help: 'Stash scene id', values: 'pinned_scenes' }],
  notes: ['Asks no server and changes nothing in Plex. What was written stays; it says how to pin the scene again.'],
  examples: ['plexsync unpin 502'],
  exitCodes: [EXIT.done, EXIT.usage, EXIT.store],
  run: async ({ operands }, context) => {
    const { unpin } = await import('../../commands/pin/pin.ts');
    return unpin({ scene: operands[0] ?? '' }, context);
  },
};
