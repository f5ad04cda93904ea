import { chooseSections } from '../../core/match/libraries.ts';
import { splitMappings } from '../../core/match/mappings.ts';
import type { PathMapping } from '../../core/match/paths.ts';
import { fileName, pathMapWords } from '../../core/match/paths.ts';
import type { MappingVerdict } from '../../core/match/sample/agreed-mapping.ts';
import { SyncError } from '../../core/model/errors.ts';
import type { Section } from '../../core/model/plex-item.ts';
import type { Sentence } from '../../core/text/sentence.ts';
import { asName, asPath, listed, ours, plainText, say } from '../../core/text/sentence.ts';
import type { PlexClient } from '../../plex/client.ts';
import type { Settings } from '../../settings/table.ts';
import type { StashClient } from '../../stash/client.ts';
import type { Wizard } from './questions.ts';
import { askFor, askYesNo } from './questions.ts';
import { sampleMappings } from './sample.ts';
import type { Answers } from './source.ts';
import { loadWith } from './source.ts';
import { wait } from './wait.ts';

/** The answers, and a `path_map` that was found and is not among them: a person may still take it. */
export type Mapped = { readonly answers: Answers; readonly left: readonly PathMapping[] | undefined };

type Known = {
  readonly plex: PlexClient;
  readonly stash: StashClient | undefined;
  readonly sections: readonly Section[];
};

/**
 * Finds out by the files of Stash how Plex sees them, and proposes the `path_map` where they prove one; asks for it
 * where they do not. `undefined` when the person broke off.
 */
export async function askForMapping(answers: Answers, known: Known, wizard: Wizard): Promise<Mapped | undefined> {
  const { settings } = await loadWith(answers, wizard.options, wizard.context);
  const sections = chooseSections(known.sections, settings.plex_library);
  const verdict = await lookAtFiles({ ...known, sections, settings }, wizard);
  if (verdict !== undefined) {
    tellVerdict(verdict, settings.plex_library.length === 0 ? [] : sections, wizard);
    if (verdict.kind === 'fits') return { answers, left: undefined };
    if (verdict.kind === 'agreed') {
      const taken = await isTaken(wizard);
      if (taken === undefined) return undefined;
      if (taken === 'yes') return { answers: { ...answers, path_map: verdict.mappings }, left: undefined };
      if (taken === 'unanswered') return { answers, left: verdict.mappings };
    }
  }
  const asked = await askFor(answers, mappingQuestion(sections, settings), wizard);
  return asked && { answers: asked, left: undefined };
}

/** Under --yes nobody sees what is shown: it is told as the news it is. */
function tellVerdict(
  verdict: MappingVerdict,
  chosen: readonly Section[],
  { asker, context: { output } }: Wizard,
): void {
  const words = verdictWords(verdict, chosen);
  if (asker.by !== 'nobody') asker.show(plainText(words));
  else if (verdict.kind !== 'fits') output.log('info', words);
}

async function isTaken(wizard: Wizard) {
  return wizard.options.acceptPathMap ? 'yes' : await askYesNo('Write that path_map?', 'yes', wizard);
}

/** `undefined` without a Stash, or where one of the servers fails: then the person is asked. */
async function lookAtFiles(
  { plex, stash, sections, settings }: Known & { readonly settings: Settings },
  wizard: Wizard,
): Promise<MappingVerdict | undefined> {
  if (stash === undefined) return undefined;
  const { path_map: mappings, concurrency } = settings;
  try {
    return await wait(
      'Looking at scenes of Stash, 20 at a time, and for their files in Plex',
      wizard,
      async () => await sampleMappings({ stash, plex }, { sections, mappings, concurrency }),
    );
  } catch (thrown) {
    if (!(thrown instanceof SyncError)) throw thrown;
    wizard.context.output.log('warning', say`Whether a path_map is needed could not be seen: ${thrown.said}`);
    return undefined;
  }
}

function mappingQuestion(sections: readonly Section[], settings: Settings) {
  const folders = sections.flatMap((section) => section.folders);
  return {
    name: 'path_map',
    text: `Plex sees the files under ${folders.join(', ')}. Where Stash sees them elsewhere: /stash/folder=/plex/folder`,
    present: settings.path_map.map(({ from, to }: PathMapping) => `${from}=${to}`).join(', ') || undefined,
    none: 'same',
    toValue: splitMappings,
  } as const;
}

/** What the sample says, in a sentence for whoever answers. */
function verdictWords(verdict: MappingVerdict, chosen: readonly Section[]): Sentence {
  const { total, agreeing, missing } = verdict;
  const left = missing === 0 ? '' : say`, ${missing} are not in Plex`;
  switch (verdict.kind) {
    case 'unknown':
      return total === 0
        ? say`Stash has no scene with a file yet: nothing tells whether Plex sees the files elsewhere.`
        : say`Plex has none of the files of Stash that were looked for (${total})${placeWords(chosen)}: nothing tells whether it sees them elsewhere.`;
    case 'fits':
      return say`${agreeing} of ${total} files of Stash are in Plex where they are expected${left}: path_map needs no change.`;
    case 'agreed':
      return say`${agreeing} of ${total} files agree on ${flagsOf(verdict.derived)}${left}.`;
    case 'unsure':
      return verdict.derived.length === 0
        ? say`The ${total - missing} files of Stash that Plex has agree on no path_map.`
        : say`${agreeing} of ${total} files agree on ${flagsOf(verdict.derived)}${left}: ${whyUnsure(verdict)}.`;
  }
}

/** Files in other libraries are no sign of a wrong path. */
function placeWords(chosen: readonly Section[]): Sentence {
  if (chosen.length === 0) return ours('');
  return say` in ${listed(chosen.map(({ title }) => say`"${asName(title)}"`))}, where alone it was looked`;
}

function whyUnsure({ contradicting }: Extract<MappingVerdict, { kind: 'unsure' }>): Sentence {
  return contradicting === undefined
    ? ours('too few to be sure')
    : say`but ${asPath(fileName(contradicting.path))} is elsewhere, or another file`;
}

function flagsOf(mappings: readonly PathMapping[]): Sentence {
  return listed(mappings.map(pathMapWords), ' ');
}
