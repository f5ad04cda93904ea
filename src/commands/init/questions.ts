import type { LibraryName } from '../../core/match/libraries.ts';
import { chooseSections, wholeNames } from '../../core/match/libraries.ts';
import { splitMappings } from '../../core/match/mappings.ts';
import type { PathMapping } from '../../core/match/paths.ts';
import { SyncError, UsageError } from '../../core/model/errors.ts';
import type { Section } from '../../core/model/plex-item.ts';
import { say } from '../../core/text/sentence.ts';
import { complaintOf } from '../../exit.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import type { SettingName } from '../../settings/table.ts';
import { ask } from '../../terminal/ask.ts';
import type { Context } from '../shared/context.ts';
import { connectToPlex } from '../shared/plex-connection.ts';
import type { Answers, InitOptions } from './source.ts';
import { loadWith } from './source.ts';

type Contact = { readonly answers: Answers; readonly sections: readonly Section[] };

/** Asks all questions, each with the current value as its default; `undefined` when the person aborted. */
export async function askAll(options: InitOptions, context: Context): Promise<Answers | undefined> {
  const contact = await askUntilPlexAnswers(options, context);
  if (contact === undefined) return undefined;
  const { sections } = contact;
  const asking = { options, context };
  const now = await loadWith(contact.answers, options, context);
  const withLibraries = await askFor(contact.answers, { ...asking, ...libraryQuestion(sections, now) });
  if (withLibraries === undefined) return undefined;
  const { plex_library } = (await loadWith(withLibraries, options, context)).settings;
  const chosen = chooseSections(sections, plex_library);
  const withMapping = await askFor(withLibraries, { ...asking, ...mappingQuestion(chosen, now) });
  if (withMapping === undefined) return undefined;
  const withStash = await askFor(withMapping, {
    ...asking,
    name: 'stash_url',
    text: 'Address of Stash, such as http://stash:9999',
    present: now.settings.stash_url,
    none: 'none',
  });
  if (withStash === undefined) return undefined;
  return await askFor(withStash, { ...asking, ...pictureQuestion(now) });
}

/** Asks for address and token until Plex accepts them. */
async function askUntilPlexAnswers(options: InitOptions, context: Context): Promise<Contact | undefined> {
  const { output } = context;
  for (;;) {
    const { settings } = await loadWith({}, options, context);
    const plex_url = await ask({
      text: 'Address of Plex',
      fallback: settings.plex_url ?? 'http://127.0.0.1:32400',
      echo: 'shown',
    });
    if (plex_url === undefined) return undefined;
    const isKnown = settings.plex_token !== undefined || settings.plex_token_file !== undefined;
    const typed = await ask({
      text: 'Token of the server’s owner (X-Plex-Token; not shown)',
      fallback: isKnown ? '' : undefined,
      echo: 'hidden',
    });
    if (typed === undefined) return undefined;
    const answers: Answers = { plex_url, ...(typed === '' ? {} : { plex_token: typed }) };
    try {
      const sections = await connectToPlex(await loadWith(answers, options, context), context).sections();
      chooseSections(sections, []);
      output.log('info', say`Plex answers, and accepts the token.`);
      return { answers, sections };
    } catch (thrown) {
      if (!(thrown instanceof UsageError) && !(thrown instanceof SyncError)) throw thrown;
      complainOf(thrown, context);
    }
  }
}

/** A question about an optional setting. */
type SettingQuestion = {
  readonly name: SettingName;
  readonly text: string;
  /** The current value, as it would be typed. */
  readonly present: string | undefined;
  /** The word that removes the setting. */
  readonly none: string;
  /** Converts the typed text to the setting's form; absent when they are the same. */
  readonly toValue?: (typed: string) => unknown;
  /** Throws when the answer is a valid setting but Plex does not accept it. */
  readonly accept?: (loaded: LoadedSettings) => void;
};

function libraryQuestion(sections: readonly Section[], { settings }: LoadedSettings): SettingQuestion {
  const names = chooseSections(sections, []).map(({ title }) => spelled(title));
  const present = wholeNames(sections, settings.plex_library).map(spelled);
  return {
    name: 'plex_library',
    text: `Libraries to write to (${names.join(', ')})`,
    present: present.join(', ') || undefined,
    none: ALL,
    toValue: (typed) => quotedOrNot(typed).flatMap((name) => wholeNames(sections, [name])),
    accept: (loaded) => void chooseSections(sections, loaded.settings.plex_library),
  };
}

const ALL = 'all';

/**
 * A library may have the same name as the word for all of them, a comma in its name or a space around it: quotes tell
 * them apart.
 */
function spelled(title: string): string {
  return title.trim().toLowerCase() === ALL || title.includes(',') || title !== title.trim() ? `"${title}"` : title;
}

/** What is typed in quotes is a whole name. */
function quotedOrNot(typed: string): readonly LibraryName[] {
  const parts = typed.split(/((?<=^\s*|,\s*)"[^"]*"(?=\s*(?:,|$)))/);
  return parts.map((part, index) => (index % 2 === 1 ? part.slice(1, -1) : { typed: part.trim() }));
}

function mappingQuestion(sections: readonly Section[], { settings }: LoadedSettings): SettingQuestion {
  const folders = sections.flatMap((section) => section.folders);
  return {
    name: 'path_map',
    text: `Plex sees the files under ${folders.join(', ')}. Where Stash sees them elsewhere: /stash/folder=/plex/folder`,
    present: settings.path_map.map(({ from, to }: PathMapping) => `${from}=${to}`).join(', ') || undefined,
    none: 'same',
    toValue: splitMappings,
  };
}

/** Undecided is an answer of its own: then a run tells how many pictures would come. */
function pictureQuestion({ settings }: LoadedSettings): SettingQuestion {
  const { sync_poster } = settings;
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

/** Asks until the answer is valid: returns `answers` with it, or `undefined` when the person aborted. */
async function askFor(
  answers: Answers,
  asking: SettingQuestion & { readonly options: InitOptions; readonly context: Context },
): Promise<Answers | undefined> {
  const { name, text, present, none, options, context, toValue = (typed) => typed } = asking;
  const hint = present === undefined ? '' : `, or ${none}`;
  for (;;) {
    const typed = await ask({ text: `${text}${hint}`, fallback: present ?? none, echo: 'shown' });
    if (typed === undefined) return undefined;
    const isKept = typed === present;
    const answer = typed.toLowerCase() === none ? null : toValue(typed);
    const all = isKept ? answers : { ...answers, [name]: answer };
    try {
      const loaded = await loadWith(all, options, context);
      asking.accept?.(loaded);
      return all;
    } catch (thrown) {
      if (!(thrown instanceof UsageError)) throw thrown;
      complainOf(thrown, context);
    }
  }
}

/** Says what is wrong with an answer, and what may be meant; then the question is asked again. */
function complainOf(thrown: UsageError | SyncError, { output, version }: Context): void {
  const { message, hint } = complaintOf(thrown, version);
  output.log('error', message);
  if (hint !== undefined) output.log('error', say`  ${hint}`);
}
