import type { Settings } from '../../settings/table.ts';
import type { SettingQuestion } from './questions.ts';

/** Undecided is an answer of its own: then a run tells how many pictures would come. */
export function pictureQuestion({ sync_poster }: Settings): SettingQuestion {
  return {
    name: 'sync_poster',
    text: 'Also write the scenes’ pictures as posters? Plex keeps each one for ever. yes or no',
    present: sync_poster === undefined ? undefined : sync_poster ? 'yes' : 'no',
    none: UNDECIDED,
    toValue: (typed) => SHORT_ANSWERS[typed.toLowerCase()] ?? typed,
  };
}

const UNDECIDED = 'later';

const SHORT_ANSWERS: Readonly<Record<string, boolean>> = { y: true, yes: true, n: false, no: false };
