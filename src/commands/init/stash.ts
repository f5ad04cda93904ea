import type { UsageError } from '../../core/model/errors.ts';
import { SyncError } from '../../core/model/errors.ts';
import { say } from '../../core/text/sentence.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import { withoutGraphql } from '../../settings/stash-address.ts';
import type { StashClient } from '../../stash/client.ts';
import { KEY_HINT } from '../../stash/translate.ts';
import { lookAround, stashProbe } from '../shared/probe.ts';
import { connectToStash } from '../shared/stash/stash-connection.ts';
import { meantAddress, withScheme } from './address.ts';
import type { Wizard } from './questions.ts';
import { askToTrust, complainOf, refusal, refuseAnswer, usageError } from './questions.ts';
import type { Answers } from './source.ts';
import { loadWith } from './source.ts';
import { wait } from './wait.ts';

/** The answers, and Stash if it answers; it is optional. */
export type StashContact = { readonly answers: Answers; readonly stash: StashClient | undefined };

const STASH_PORT = 9_999;
const NONE = 'none';
const KEEP = 'keep';

/**
 * Asks for Stash until it answers, or the person goes on without; asks for the key where it wants one. `undefined` when
 * the person broke off.
 * @param seen an address that was taken for Plex's, and is one of Stash
 * @throws {UsageError | SyncError} why the last answer cannot be used, when none comes any more
 */
export async function askForStash(
  before: Answers,
  { seen }: { readonly seen: string | undefined },
  wizard: Wizard,
): Promise<StashContact | undefined> {
  const { settings } = await loadWith(before, wizard.options, wizard.context);
  let standing: Standing = { offered: settings.stash_url ?? seen, failure: undefined };
  for (;;) {
    const asked = await askForAddress(standing, settings.stash_url, wizard);
    if (asked === undefined) return undefined;
    const answers = asked.url === settings.stash_url ? before : { ...before, stash_url: asked.url };
    if (asked.kind === 'untried') return { answers, stash: undefined };
    const refused = await refusalOf(answers, wizard);
    if (refused !== undefined) {
      // What was refused may be a secret, and what is offered is shown.
      standing = { offered: meantAddress(asked.url, STASH_PORT) ?? standing.offered, failure: refused };
      continue;
    }
    const tried = await reachStash(answers, wizard);
    if (tried === undefined || tried.kind === 'contact') return tried;
    const { failure, fault, meant } = tried;
    if (wizard.asker.by === 'nobody') return withoutStash(answers, failure, wizard);
    // The others were complained of before they were asked for.
    if (fault === 'stash_url') complainOf(failure, wizard);
    standing = { offered: meant ?? asked.url, failure };
  }
}

/** Why the answer is no address at all, of which a person is told; lines end there. */
async function refusalOf(answers: Answers, wizard: Wizard): Promise<UsageError | undefined> {
  try {
    await loadWith(answers, wizard.options, wizard.context);
    return undefined;
  } catch (thrown) {
    const failure = usageError(thrown);
    if (wizard.asker.by === 'nobody') throw failure;
    refuseAnswer(failure, wizard);
    return failure;
  }
}

/** What is offered as the answer, and why the one before cannot be used. */
type Standing = { readonly offered: string | undefined; readonly failure: UsageError | SyncError | undefined };

type Address =
  | { readonly kind: 'typed'; readonly url: string }
  /** To be written as it is; `null` for no Stash at all. */
  | { readonly kind: 'untried'; readonly url: string | null };

async function askForAddress(
  { offered, failure }: Standing,
  present: string | undefined,
  wizard: Wizard,
): Promise<Address | undefined> {
  const answer = await wizard.asker.ask({
    text: `Address of Stash, such as http://stash:${STASH_PORT}${wordsAfter(offered, failure)}`,
    fallback: offered ?? NONE,
    echo: 'shown',
  });
  if (answer.kind === 'broken_off') return undefined;
  if (answer.kind === 'ended' && failure !== undefined) throw failure;
  const typed = answer.kind === 'ended' ? (present ?? NONE) : answer.text;
  const word = typed.toLowerCase();
  if (word === NONE) return { kind: 'untried', url: null };
  if (word === KEEP && failure instanceof SyncError && offered !== undefined) return { kind: 'untried', url: offered };
  return { kind: 'typed', url: ofStashItself(withScheme(typed), wizard) };
}

function wordsAfter(offered: string | undefined, failure: UsageError | SyncError | undefined): string {
  if (failure instanceof SyncError) return `, ${NONE} to go on without it, or ${KEEP} to write it untried`;
  if (failure !== undefined) return `, or ${NONE} to go on without it`;
  return offered === undefined ? '' : `, or ${NONE}`;
}

/** With --yes nobody can answer for a Stash that is down: what was given stays, for it may be up tomorrow. */
function withoutStash(answers: Answers, failure: UsageError | SyncError, { context }: Wizard): StashContact {
  if (!(failure instanceof SyncError) || failure.code === 'stash_unauthorized') throw failure;
  context.output.log('warning', say`${failure.said}. The address of Stash is written all the same.`);
  return { answers, stash: undefined };
}

/** Other tools ask for the address of the API. */
function ofStashItself(typed: string, { asker }: Wizard): string {
  const url = withoutGraphql(typed);
  if (url !== typed) asker.show(`/graphql is left out: plexsync adds it itself.`);
  return url;
}

type Failed = {
  readonly kind: 'failure';
  readonly failure: UsageError | SyncError;
  readonly fault: 'stash_url' | 'stash_api_key' | 'stash_insecure';
  /** The address that is probably meant. */
  readonly meant?: string;
};
type Tried = ({ readonly kind: 'contact' } & StashContact) | Failed;

/** Tries Stash, asks for its key or for trust where it lacks that, and tries again; `undefined` after Ctrl-C. */
async function reachStash(before: Answers, wizard: Wizard): Promise<Tried | undefined> {
  let answers = before;
  for (;;) {
    const tried = await tryStash(answers, wizard);
    if (tried.kind === 'contact' || tried.fault === 'stash_url' || wizard.asker.by === 'nobody') return tried;
    if (lacksKey(tried.failure)) wizard.asker.show('Stash asks for its API key.');
    else complainOf(tried.failure, wizard);
    const cured = await cure(answers, tried, wizard);
    if (cured === undefined) return undefined;
    if (cured === 'none') return tried;
    answers = cured;
  }
}

/** Before the key was asked for, that one is wanted is no failure. */
function lacksKey({ message }: UsageError | SyncError): boolean {
  return message.endsWith(KEY_HINT);
}

async function tryStash(answers: Answers, wizard: Wizard): Promise<Tried> {
  const loaded = await loadWith(answers, wizard.options, wizard.context);
  try {
    const stash = connectToStash(loaded, wizard.context);
    const spoken = await wait(`Asking Stash at ${loaded.settings.stash_url}`, wizard, async () => stash?.version());
    wizard.asker.show(`Stash ${spoken?.version ?? 'of unknown version'} answers.`);
    return { kind: 'contact', answers, stash };
  } catch (thrown) {
    return await blame(refusal(thrown), loaded, wizard);
  }
}

async function blame(failure: UsageError | SyncError, loaded: LoadedSettings, wizard: Wizard): Promise<Failed> {
  const failed = { kind: 'failure', failure, fault: 'stash_url' } as const;
  const { stash_url: url, stash_insecure: isTrusted } = loaded.settings;
  if (failure instanceof SyncError && failure.code === 'stash_unauthorized')
    return { ...failed, fault: 'stash_api_key' };
  if (url === undefined || wizard.asker.by === 'nobody') return failed;
  const found = await lookAround(url, { failure, probe: stashProbe(loaded, wizard.context) });
  if (found?.kind === 'untrusted' && !isTrusted) return { ...failed, fault: 'stash_insecure' };
  return found?.kind === 'elsewhere' ? { ...failed, meant: found.url } : failed;
}

/** The answers with what was lacking; `none` when the person would rather give another address. */
async function cure(
  answers: Answers,
  { fault, failure }: Failed,
  wizard: Wizard,
): Promise<Answers | 'none' | undefined> {
  if (fault === 'stash_api_key') return await askForKey(answers, failure, wizard);
  const trust = await askToTrust('Stash', wizard);
  if (trust === undefined) return undefined;
  return trust === 'yes' ? { ...answers, stash_insecure: true } : 'none';
}

/** @throws `failure`, when no answer comes any more */
async function askForKey(
  answers: Answers,
  failure: UsageError | SyncError,
  wizard: Wizard,
): Promise<Answers | 'none' | undefined> {
  for (;;) {
    const answer = await wizard.asker.ask({
      text: 'API key of Stash (its Settings › Security show it; not shown here; empty to give another address)',
      echo: 'hidden',
    });
    if (answer.kind === 'broken_off') return undefined;
    if (answer.kind === 'ended') throw failure;
    if (answer.text === '') return 'none';
    const keyed = { ...answers, stash_api_key: answer.text.toLowerCase() === NONE ? null : answer.text };
    try {
      await loadWith(keyed, wizard.options, wizard.context);
      return keyed;
    } catch (thrown) {
      refuseAnswer(usageError(thrown), wizard);
    }
  }
}
