import { SyncError, UsageError } from '../../core/model/errors.ts';
import { say } from '../../core/text/sentence.ts';
import { complaintOf } from '../../exit.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import type { SettingName } from '../../settings/table.ts';
import type { Asker } from '../../terminal/answers/asker.ts';
import type { Confirmation } from '../../terminal/confirm.ts';
import type { Context } from '../shared/context.ts';
import type { Answers, InitOptions } from './source.ts';
import { loadWith } from './source.ts';

/** What every question of the wizard needs. */
export type Wizard = { readonly options: InitOptions; readonly context: Context; readonly asker: Asker };

/** A question about an optional setting. */
export type SettingQuestion = {
  readonly name: SettingName;
  readonly text: string;
  /** The current value, as it would be typed. */
  readonly present: string | undefined;
  /** The word that removes the setting. */
  readonly none: string;
  /** Converts the typed text to the setting's form; absent when they are the same. */
  readonly toValue?: (typed: string) => unknown;
  /** Throws when the answer is a valid setting but cannot be used. */
  readonly accept?: (loaded: LoadedSettings) => void;
};

/**
 * Asks until the answer can be used: returns `answers` with it, or `undefined` when the person broke off. Where no
 * answer comes any more, all stays as it is.
 * @throws {UsageError} when a line cannot be used
 */
export async function askFor(
  answers: Answers,
  question: SettingQuestion,
  wizard: Wizard,
): Promise<Answers | undefined> {
  const { name, text, present, none, toValue = (typed) => typed } = question;
  const hint = present === undefined ? '' : `, or ${none}`;
  let failure: UsageError | undefined;
  for (;;) {
    const answer = await wizard.asker.ask({ text: `${text}${hint}`, fallback: present ?? none, echo: 'shown' });
    if (answer.kind === 'broken_off') return undefined;
    if (answer.kind === 'ended') {
      if (failure !== undefined) throw failure;
      return answers;
    }
    const { text: typed } = answer;
    const isNone = typed.toLowerCase() === none;
    const all = typed === present ? answers : { ...answers, [name]: isNone ? null : toValue(typed) };
    try {
      const loaded = await loadWith(all, wizard.options, wizard.context);
      question.accept?.(loaded);
      return all;
    } catch (thrown) {
      failure = usageError(thrown);
      refuseAnswer(failure, wizard);
    }
  }
}

/** Asks until the answer is yes or no; `unanswered` where none comes any more, `undefined` when the person broke off. */
export async function askYesNo(
  text: string,
  fallback: 'yes' | 'no',
  { asker }: Pick<Wizard, 'asker'>,
): Promise<'yes' | 'no' | 'unanswered' | undefined> {
  for (;;) {
    const answer = await asker.ask({ text: `${text} yes or no`, fallback, echo: 'shown' });
    if (answer.kind === 'broken_off') return undefined;
    if (answer.kind === 'ended') return 'unanswered';
    if (/^y(es)?$/i.test(answer.text)) return 'yes';
    if (/^no?$/i.test(answer.text)) return 'no';
    asker.show('Answer yes or no.');
  }
}

/** Asks whether to do without a check of the certificate. */
export async function askToTrust(server: 'Plex' | 'Stash', wizard: Wizard) {
  const text = `${server} answers there, though nobody whom this machine trusts vouches for it. Accept any certificate from it?`;
  return await askYesNo(text, 'no', wizard);
}

/** Asks before a file that is there is changed; the default is No. @throws {UsageError} when there is nobody to ask */
export async function mayChange(question: string, asker: Asker): Promise<Confirmation> {
  const answer = await asker.ask({ text: `${question} [y/N]`, echo: 'shown' });
  if (answer.kind === 'broken_off') return 'broken_off';
  if (answer.kind === 'ended')
    throw new UsageError(`${question} There is no terminal to ask at.`, 'Run again with --yes.');
  return /^y(es)?$/i.test(answer.text) ? 'yes' : 'no';
}

/** The person's own mistake; anything else is thrown on. */
export function usageError(thrown: unknown): UsageError {
  if (thrown instanceof UsageError) return thrown;
  throw thrown;
}

/** A mistake, or what a server said; anything else is thrown on. */
export function refusal(thrown: unknown): UsageError | SyncError {
  if (thrown instanceof SyncError) return thrown;
  return usageError(thrown);
}

/**
 * Says what is wrong with an answer before a person is asked again. The next line was meant for the next question, where
 * it may be a secret: lines end here.
 * @throws {UsageError} `failure`, unless a person answers
 */
export function refuseAnswer(failure: UsageError, wizard: Wizard): void {
  if (wizard.asker.by === 'lines') throw failure;
  complainOf(failure, wizard);
}

/** Says what is wrong with an answer, and what may be meant; then the question is asked again. */
export function complainOf(thrown: UsageError | SyncError, { context: { output, version } }: Wizard): void {
  const { message, hint } = complaintOf(thrown, version);
  output.log('error', message);
  if (hint !== undefined) output.log('error', say`  ${hint}`);
}
