import { EXIT } from '../../exit.ts';
import { PLEX_SETTINGS, STASH_SETTINGS } from './setting-options.ts';
import type { CommandSpec } from './spec.ts';

export const MATCH_TEST: CommandSpec = {
  name: 'match-test',
  summary: 'show what a file would match in Plex, and why',
  operands: [{ name: '[file]', help: 'whole path of the file, as Stash sees it; with --scene it may be left out' }],
  options: [
    { flags: '--size <bytes>', help: 'size of the file in bytes, as further evidence' },
    { flags: '--duration <time>', help: 'length of the film, seconds or 1:02:03, as further evidence' },
    { flags: '--scene <id>', help: 'take the files of this scene, with their sizes and durations', values: 'scenes' },
  ],
  settings: [...new Set([...PLEX_SETTINGS, ...STASH_SETTINGS]), 'path_map', 'strict_matching'],
  notes: [
    'Judges the file exactly as process does, and writes nothing. HIGH is proven; LOW has candidates and no proof, and is written to only where strict_matching is off.',
    'With --scene it says too what was last written for it. Stash is asked where stash_url is set, else the data directory; what is given on the command line counts instead.',
    'What a person pinned the scene to is shown with --scene, and is what process would write to; verdict and exit code are those of the evidence.',
    'An item that belongs to another scene, or is pinned to one, is LOW: process would not write it. With --scene all files of the scene are looked for, the primary one first, and other items that hold one are named; a path given means that file alone.',
    'Exits 0 for HIGH and 1 for LOW or none. Needs no data directory; without one nothing is known of owners.',
  ],
  examples: [
    'plexsync match-test "/data/North Quay/lantern-row.mp4"',
    'plexsync match-test /data/01.mp4 --size 734003200 --path-map /data=/media',
    'plexsync match-test /data/01.mp4 --json | jq .confidence',
    'plexsync match-test --scene 4711',
  ],
  exitCodes: [EXIT.done, EXIT.jobsFailed, EXIT.usage, EXIT.refused, EXIT.unreachable, EXIT.store],
  run: async ({ operands, given, flags, configFile }, context) => {
    const { run } = await import('../../commands/match-test/match-test.ts');
    const [size, duration, scene] = ['size', 'duration', 'scene'].map((name) => given.text(name));
    return await run({ file: operands[0], scene, size, duration, flags, configFile }, context);
  },
};
