import { chooseSections } from '../../core/match/libraries.ts';
import { splitMappings } from '../../core/match/mappings.ts';
import type { PathMapping } from '../../core/match/paths.ts';
import type { MappingVerdict } from '../../core/match/sample/agreed-mapping.ts';
import { SyncError } from '../../core/model/errors.ts';
import type { Section } from '../../core/model/plex-item.ts';
import { plainText, say } from '../../core/text/sentence.ts';
import type { PlexClient } from '../../plex/client.ts';
import type { Settings } from '../../settings/table.ts';
import type { StashClient } from '../../stash/client.ts';
import { verdictWords } from './mapping-words.ts';
import type { Wizard } from './questions.ts';
import { askFor } from './questions.ts';
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
    tellVerdict(verdict, wizard);
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
function tellVerdict(verdict: MappingVerdict, { asker, context: { output } }: Wizard): void {
  const words = verdictWords(verdict);
  if (asker.by !== 'nobody') asker.show(plainText(words));
  else if (verdict.kind !== 'fits') output.log('info', words);
}

async function isTaken({ options, asker }: Wizard): Promise<'yes' | 'no' | 'unanswered' | undefined> {
  if (options.acceptPathMap) return 'yes';
  for (;;) {
    const answer = await asker.ask({ text: 'Write that path_map? yes or no', fallback: 'yes', echo: 'shown' });
    if (answer.kind === 'broken_off') return undefined;
    if (answer.kind === 'ended') return 'unanswered';
    if (/^y(es)?$/i.test(answer.text)) return 'yes';
    if (/^no?$/i.test(answer.text)) return 'no';
    asker.show('Answer yes or no.');
  }
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
      'Looking at 20 scenes of Stash, and for their files in Plex',
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
