/** Where the words come from that a value may be. All but the settings are in the data directory. */
export type ValueSource =
  | 'letters'
  | 'scenes_of_letters'
  | 'jobs'
  | 'waiting_scenes'
  | 'scenes'
  | 'undone_scenes'
  | 'pinned_scenes'
  | 'items_for_scene'
  | 'runs'
  | 'written_jobs'
  | 'written_scenes'
  | 'error_types'
  | 'libraries'
  | 'settings'
  | 'values_of_setting';

/** A word that can be typed at some position, and its meaning. */
export type Word = { readonly word: string; readonly help: string };
