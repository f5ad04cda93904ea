import type { SyncError } from '../../core/model/errors.ts';
import { UsageError } from '../../core/model/errors.ts';
import type { Section } from '../../core/model/plex-item.ts';
import type { PlexClient } from '../../plex/client.ts';
import { meantAddress, withScheme } from './address.ts';
import type { Wizard } from './questions.ts';
import { askToTrust, complainOf, refuseAnswer, usageError } from './questions.ts';
import type { Answers, InitOptions } from './source.ts';
import { loadWith } from './source.ts';
import { PLEX_PORT, tryPlex } from './try-plex.ts';

/** A Plex that answers and accepts the token. */
export type PlexContact = {
  readonly answers: Answers;
  readonly plex: PlexClient;
  readonly sections: readonly Section[];
  /** An address that was given for Plex, and is one of Stash. */
  readonly stashUrl: string | undefined;
};

const USUAL_PLEX = 'http://127.0.0.1:32400';

const TOKEN_HELP =
  'The token: in Plex’s web app, signed in as the owner of the server, open any item, then ⋯, "Get Info", "View XML"; it stands at the end of the address that opens, after X-Plex-Token=. Take no token out of the server’s Preferences.xml (PlexOnlineToken): that one is the server’s own, and used elsewhere it can cut its remote access off.';

type Asked = 'plex_url' | 'plex_token';

/**
 * Asks for address and token until Plex accepts them, each again only while it is at fault; `undefined` when the person
 * broke off.
 * @throws {UsageError | SyncError} why the last answer cannot be used, when none comes any more
 */
export async function askForPlex(wizard: Wizard): Promise<PlexContact | undefined> {
  let standing: Standing = { answers: {}, meant: undefined, failure: undefined };
  let open: readonly Asked[] = ['plex_url', 'plex_token'];
  let stashUrl: string | undefined;
  for (;;) {
    const answers = await askForOpen(open, standing, wizard);
    if (answers === undefined) return undefined;
    const tried = await tryPlex(answers, wizard);
    if (tried.kind === 'contact') return { ...tried, answers, stashUrl };
    const { failure, fault, meant } = tried;
    if (wizard.asker.by === 'nobody') throw failure;
    complainOf(failure, wizard);
    stashUrl = tried.stashUrl ?? stashUrl;
    const trust = fault === 'plex_insecure' ? await askToTrust('Plex', wizard) : 'no';
    if (trust === undefined) return undefined;
    // What is trusted is the server at one address.
    const { plex_insecure: _, ...others } = answers;
    const isTrusted = trust === 'yes';
    standing = { answers: isTrusted ? { ...others, plex_insecure: true } : others, meant, failure };
    open = isTrusted ? [] : [fault === 'plex_token' ? 'plex_token' : 'plex_url'];
  }
}

/** `undefined` when the person broke off. */
async function askForOpen(open: readonly Asked[], standing: Standing, wizard: Wizard): Promise<Answers | undefined> {
  let { answers } = standing;
  for (const name of open) {
    const ask = name === 'plex_url' ? askForAddress : askForToken;
    if (name === 'plex_token' && standing.failure === undefined) wizard.asker.show(TOKEN_HELP);
    const given = await ask({ ...standing, answers }, wizard);
    if (given === undefined) return undefined;
    answers = { ...answers, ...given };
  }
  return answers;
}

type Standing = {
  readonly answers: Answers;
  readonly meant: string | undefined;
  /** Why the answers before cannot be used. */
  readonly failure: UsageError | SyncError | undefined;
};

async function askForAddress(standing: Standing, wizard: Wizard): Promise<Answers | undefined> {
  const { settings } = await loadWith(standing.answers, wizard.options, wizard.context);
  let { meant, failure } = standing;
  for (;;) {
    const answer = await wizard.asker.ask({
      text: 'Address of Plex',
      fallback: meant ?? settings.plex_url ?? USUAL_PLEX,
      echo: 'shown',
    });
    if (answer.kind === 'broken_off') return undefined;
    if (answer.kind === 'ended') {
      if (failure !== undefined) throw failure;
      if (settings.plex_url === undefined) throw notGiven('The address of Plex is not set', wizard.options);
      return {};
    }
    const typed = withScheme(answer.text);
    try {
      await loadWith({ plex_url: typed }, wizard.options, wizard.context);
      return { plex_url: typed };
    } catch (thrown) {
      failure = usageError(thrown);
      meant = meantAddress(answer.text, PLEX_PORT);
      refuseAnswer(failure, wizard);
    }
  }
}

async function askForToken(standing: Standing, wizard: Wizard): Promise<Answers | undefined> {
  const { settings } = await loadWith({}, wizard.options, wizard.context);
  const isGiven = settings.plex_token !== undefined || settings.plex_token_file !== undefined;
  let { failure } = standing;
  for (;;) {
    // One that was refused is nothing to keep.
    const fallback = isGiven && failure === undefined ? '' : undefined;
    const answer = await wizard.asker.ask({ text: 'Token (X-Plex-Token; not shown)', fallback, echo: 'hidden' });
    if (answer.kind === 'broken_off') return undefined;
    if (answer.kind === 'ended') {
      if (failure !== undefined) throw failure;
      if (!isGiven) throw notGiven('The Plex token is not set', wizard.options);
      return {};
    }
    if (answer.text === '' && fallback !== undefined) return {};
    try {
      await loadWith({ plex_token: answer.text }, wizard.options, wizard.context);
      return { plex_token: answer.text };
    } catch (thrown) {
      failure = usageError(thrown);
      refuseAnswer(failure, wizard);
    }
  }
}

function notGiven(what: string, { yes }: InitOptions): UsageError {
  const why = yes ? 'with --yes nothing is asked' : 'there is no terminal to ask at, and no answer on standard input';
  return new UsageError(
    `${what}, and ${why}.`,
    'Give --plex-url and --plex-token-file, or set PLEX_URL and PLEX_TOKEN_FILE.',
  );
}
