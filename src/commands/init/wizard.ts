import type { PathMapping } from '../../core/match/paths.ts';
import type { Settings } from '../../settings/table.ts';
import { askForLibraries } from './libraries.ts';
import { askForMapping } from './mapping.ts';
import { askForPlex } from './plex.ts';
import type { SettingQuestion, Wizard } from './questions.ts';
import { askFor } from './questions.ts';
import type { Answers } from './source.ts';
import { loadWith } from './source.ts';
import { askForStash } from './stash.ts';

/** What was answered, and what was found besides. */
export type Outcome = { readonly answers: Answers; readonly leftPathMap: readonly PathMapping[] | undefined };

/**
 * Asks all questions, each with the current value as its default, and tries each server as soon as it is known.
 * `undefined` when the person broke off.
 */
export async function askAll(wizard: Wizard): Promise<Outcome | undefined> {
  const contact = await askForPlex(wizard);
  if (contact === undefined) return undefined;
  const { plex, sections, stashUrl } = contact;
  const now = await loadWith(contact.answers, wizard.options, wizard.context);
  const chosen = await askForLibraries(contact.answers, { sections, now }, wizard);
  if (chosen === undefined) return undefined;
  const reached = await askForStash(chosen, { seen: stashUrl }, wizard);
  if (reached === undefined) return undefined;
  const mapped = await askForMapping(reached.answers, { plex, stash: reached.stash, sections }, wizard);
  if (mapped === undefined) return undefined;
  const answers = await askFor(mapped.answers, pictureQuestion(now.settings), wizard);
  return answers && { answers, leftPathMap: mapped.left };
}

/** Undecided is an answer of its own: then a run tells how many pictures would come. */
function pictureQuestion({ sync_poster }: Settings): SettingQuestion {
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
