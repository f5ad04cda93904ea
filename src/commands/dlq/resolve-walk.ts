import { StoreError, SyncError, UsageError } from '../../core/model/errors.ts';
import { asHost, foreign, say } from '../../core/text/sentence.ts';
import type { ExitCode } from '../../exit.ts';
import { complaintOf } from '../../exit.ts';
import type { DeadLetter } from '../../queue/tables/dead-letters/letter.ts';
import { letterChoicesOf, letterFaultOf } from '../../queue/tables/dead-letters/letter.ts';
import { withoutGraphql } from '../../settings/stash-address.ts';
import type { Dialogue } from '../../terminal/answers/dialogue.ts';
import { openLink } from '../../terminal/open-link.ts';
import { renderFields } from '../../terminal/table.ts';
import { logWrapped } from '../shared/log-wrapped.ts';
import type { ActionUses, Reread } from './resolve-actions.ts';
import { pinOne, purgeAll, purgeOne, reread, retryAll, retryOne } from './resolve-actions.ts';
import type { Decision, LetterQuestion, Link, Question } from './resolve-keys.ts';
import { decide, helpOf, promptOf } from './resolve-keys.ts';
import { linksOf } from './resolve-links.ts';
import { letterScreen } from './resolve-screen.ts';

export type WalkUses = ActionUses & {
  readonly dialogue: Dialogue;
  readonly letters: readonly DeadLetter[];
  /** The data directory and the server, as a question names them. */
  readonly where: string;
  /** The exit codes of what could not be done, for letters that are left because of it. */
  readonly failures: Set<ExitCode>;
};

/** How a walk ended: at its end or by a person, or by a signal or Ctrl-C. */
export type WalkEnd = 'done' | { readonly signal: NodeJS.Signals };

/** Shows one letter after another, and does what the answers say. */
export async function walk(uses: WalkUses): Promise<WalkEnd> {
  for (const [index, listed] of uses.letters.entries()) {
    if (!uses.tally.isOpen(listed)) continue;
    const now = await reread(listed, uses);
    if (now === undefined) continue;
    const shown = { letter: now.letter, links: pagesOf(now, uses) };
    const { dialogue, letters } = uses;
    dialogue.show(
      `\n${letterScreen(now.letter, { number: index + 1, total: letters.length }, shown.links, dialogue.reader())}`,
    );
    const end = await settle(shown, uses);
    if (end !== 'next') return end === 'quit' ? 'done' : end;
  }
  return 'done';
}

type Shown = { readonly letter: DeadLetter; readonly links: readonly Link[] };

function pagesOf({ letter, ratingKey, machineIdentifier }: Reread, { loaded }: WalkUses): readonly Link[] {
  const { stash_url, plex_url } = loaded.settings;
  return linksOf({
    sceneId: letter.scene_id,
    // Some give the address of the API.
    stashUrl: stash_url && withoutGraphql(stash_url),
    plexUrl: plex_url,
    ...{ machineIdentifier, ratingKey },
    candidates: letterChoicesOf(letter).map((choice) => choice.rating_key),
  });
}

type LetterEnd = 'next' | 'quit' | Exclude<WalkEnd, 'done'>;

/** Asks about one letter until something became of it. */
async function settle(shown: Shown, uses: WalkUses): Promise<LetterEnd> {
  const { dialogue, where, tally } = uses;
  let question: Question = questionOf(shown, uses);
  while (tally.isOpen(shown.letter)) {
    const reply = await dialogue.ask(promptOf(question, where));
    if (reply.kind === 'stopped') return { signal: reply.signal };
    if (reply.kind === 'ended') return 'quit';
    const decision = decide(question, reply.key);
    if (decision.kind === 'quit') return 'quit';
    if (decision.kind === 'ask') question = decision.question;
    else {
      await attempt(() => carryOut(decision, shown, uses), shown, uses);
      question = questionOf(shown, uses);
    }
  }
  return 'next';
}

function questionOf({ letter, links }: Shown, uses: WalkUses): LetterQuestion {
  return {
    kind: 'letter',
    candidates: letterChoicesOf(letter).length,
    links,
    errorType: letter.error_type,
    ofKind: ofKind(letter, uses).length,
    fault: letterFaultOf(letter),
  };
}

/** The letters of the same type that nobody has decided about. */
function ofKind({ error_type }: DeadLetter, { letters, tally }: WalkUses): readonly DeadLetter[] {
  return letters.filter((letter) => letter.error_type === error_type && tally.isOpen(letter));
}

/**
 * Does it, or says why it could not be done. A person is asked again; a line from a pipe was meant for this letter, and
 * the next one is not.
 */
async function attempt(act: () => Promise<void>, { letter }: Shown, uses: WalkUses): Promise<void> {
  try {
    await act();
  } catch (thrown) {
    if (!isOfTheMoment(thrown)) throw thrown;
    const { context, dialogue, tally, failures, signal } = uses;
    if (signal.aborted) return;
    const { message, hint, exitCode } = complaintOf(thrown, context.version);
    logWrapped(context.output, say`Not done: ${message}`, 'error');
    if (hint !== undefined) logWrapped(context.output, say`  ${hint}`, 'error');
    if (dialogue.by === 'keys') return;
    tally.note([letter], { kind: 'left' });
    failures.add(exitCode);
  }
}

/** A server that does not answer, an item that is gone, a queue that another program holds: the next try may do. */
function isOfTheMoment(thrown: unknown): boolean {
  return (
    thrown instanceof UsageError ||
    thrown instanceof SyncError ||
    (thrown instanceof StoreError && thrown.kind === 'locked')
  );
}

type Deed = Exclude<Decision, { kind: 'quit' | 'ask' }>;

async function carryOut(deed: Deed, shown: Shown, uses: WalkUses): Promise<void> {
  const { dialogue, tally } = uses;
  const { letter } = shown;
  switch (deed.kind) {
    case 'pin':
      return await pinOne(letter, deed.candidate, uses);
    case 'retry':
      return await retryOne(letter, uses);
    case 'purge':
      return await purgeOne(letter, uses);
    case 'skip':
      return tally.note([letter], { kind: 'skipped' });
    case 'all':
      return await allOfKind(deed.action, ofKind(letter, uses), uses);
    case 'open':
      return await open(deed.link, uses);
    case 'help':
      return dialogue.show(renderFields(helpOf(questionOf(shown, uses)), dialogue.reader()));
    case 'back':
      return;
    case 'again':
      return logWrapped(uses.context.output, say`${foreign(deed.why)}`, 'warning');
    case 'impossible':
      throw new UsageError(deed.why);
  }
}

async function allOfKind(
  action: 'retry' | 'purge' | 'skip',
  letters: readonly DeadLetter[],
  uses: WalkUses,
): Promise<void> {
  if (action === 'retry') await retryAll(letters, uses);
  else if (action === 'purge') await purgeAll(letters, uses);
  else uses.tally.note(letters, { kind: 'skipped' });
}

/** Says the link in any case: the browser may be on another machine. */
async function open({ url }: Link, { context: { env, output } }: WalkUses): Promise<void> {
  const how = await openLink(url, env);
  const words = how === 'opened' ? say`Opening ${asHost(url)}` : say`No program here opens pages: ${asHost(url)}`;
  logWrapped(output, words);
}
