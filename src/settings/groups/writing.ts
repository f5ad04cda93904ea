import type { Setting } from '../setting.ts';

const SWITCH = { kind: 'switch' } as const;
const LIST_CAP = { kind: 'whole_number', min: 10, max: 500 } as const;

/** What is written, and what is left alone. */
export const WRITING_SETTINGS = {
  preserve_plex_edits: {
    group: 'writing',
    type: SWITCH,
    fallback: false,
    help: 'only fill fields that are empty in Plex',
  },
  clear_empty: {
    group: 'writing',
    type: { kind: 'choice', values: ['ours', 'always', 'never'] },
    fallback: 'ours',
    value: '<when>',
    help: 'whether a field that is empty in Stash is cleared in Plex; ours: only what we wrote there',
  },
  quality_gate: {
    group: 'writing',
    type: SWITCH,
    fallback: true,
    help: 'clear nothing for a scene that has only a title in Stash yet',
    off: 'let a scene that has only a title in Stash clear what it lacks',
  },
  lock_fields: {
    group: 'writing',
    type: SWITCH,
    fallback: true,
    help: 'lock what is written, so that Plex keeps it',
    off: 'do not lock what is written, so that Plex may change it',
  },
  max_tags: { group: 'writing', type: LIST_CAP, fallback: 100, value: '<n>', help: 'most tags written per scene' },
  max_performers: {
    group: 'writing',
    type: LIST_CAP,
    fallback: 50,
    value: '<n>',
    help: 'most performers written per scene',
  },
  max_removals: {
    group: 'writing',
    type: { kind: 'limit', min: 0, max: 1_000_000 },
    value: '<n>',
    help: 'most values of its own that plexsync removes within a day unasked, or off; unless set 500, or a fifth of those it met if that is more',
  },
  sync_master: {
    group: 'writing',
    type: SWITCH,
    fallback: true,
    help: 'write anything besides the title',
    off: 'write nothing but the title',
  },
  sync_studio: {
    group: 'writing',
    type: SWITCH,
    fallback: true,
    help: 'write the studio',
    off: 'do not write the studio',
  },
  sync_summary: {
    group: 'writing',
    type: SWITCH,
    fallback: true,
    help: 'write the summary',
    off: 'do not write the summary',
  },
  sync_tagline: {
    group: 'writing',
    type: SWITCH,
    fallback: true,
    help: 'write the tagline',
    off: 'do not write the tagline',
  },
  sync_date: {
    group: 'writing',
    type: SWITCH,
    fallback: true,
    help: 'write the date',
    off: 'do not write the date',
  },
  sync_rating: {
    group: 'writing',
    type: SWITCH,
    fallback: true,
    help: 'write the rating',
    off: 'do not write the rating',
  },
  sync_performers: {
    group: 'writing',
    type: SWITCH,
    fallback: true,
    help: 'write performers as actors',
    off: 'do not write performers as actors',
  },
  sync_tags: {
    group: 'writing',
    type: SWITCH,
    fallback: true,
    help: 'write tags as genres',
    off: 'do not write tags as genres',
  },
  sync_poster: {
    group: 'writing',
    type: SWITCH,
    help: 'write the scene’s picture as the poster; where this is not set, a run only says how many would come',
    off: 'do not write the poster, and say nothing of it',
  },
  sync_background: {
    group: 'writing',
    type: SWITCH,
    fallback: false,
    help: 'write the scene’s picture as the background too',
  },
  poster_takeover: {
    group: 'writing',
    type: { kind: 'choice', values: ['unlocked', 'never', 'always'] },
    fallback: 'unlocked',
    value: '<which>',
    help: 'which pictures of an item give way to the scene’s; unlocked: those that nobody uploaded or locked; never: only where no picture was ever uploaded; always: locked and foreign ones too',
  },
  overlay_label: {
    group: 'writing',
    type: { kind: 'choice', values: ['respect', 'release'] },
    fallback: 'respect',
    value: '<how>',
    help: 'what becomes of a poster under Kometa’s label Overlay; respect: it stays; release: the scene’s new one is written and the label removed',
  },
  sync_collection: {
    group: 'writing',
    type: SWITCH,
    fallback: true,
    help: 'write the studio as a collection',
    off: 'do not write the studio as a collection',
  },
} as const satisfies Readonly<Record<string, Setting>>;
