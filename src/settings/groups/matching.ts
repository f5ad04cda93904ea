import type { Setting } from '../setting.ts';

const SWITCH = { kind: 'switch' } as const;

/** Which item of Plex a scene is. */
export const MATCHING_SETTINGS = {
  path_map: {
    group: 'matching',
    type: { kind: 'path_mappings' },
    fallback: [],
    value: '</stash=/plex>',
    repeatable: true,
    help: 'a folder as Stash sees it = as Plex sees it',
  },
  strict_matching: {
    group: 'matching',
    type: SWITCH,
    fallback: true,
    help: 'write only to items proven to be the scene’s',
    off: 'write to the likeliest item where none is proven to be the scene’s',
  },
  not_found_max_wait: {
    group: 'matching',
    type: { kind: 'duration', unit: 's', min: '1m', max: '30d' },
    fallback: '2h',
    value: '<duration>',
    help: 'time over which the 12 tries for a file that Plex has not scanned are spread',
  },
  skip_not_found: {
    group: 'matching',
    type: SWITCH,
    fallback: false,
    help: 'skip scenes that Plex does not have, instead of waiting for them',
  },
} as const satisfies Readonly<Record<string, Setting>>;
