import { chooseSections } from '../../core/match/libraries.ts';
import { SyncError, UsageError } from '../../core/model/errors.ts';
import type { Section } from '../../core/model/plex-item.ts';
import { say } from '../../core/text/sentence.ts';
import type { PlexClient } from '../../plex/client.ts';
import { requirePlex } from '../../settings/access.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import type { Context } from '../shared/context.ts';
import { connectToPlex } from '../shared/plex-connection.ts';
import { connectToStash } from '../shared/stash/stash-connection.ts';
import { atPort, meantAddress } from './address.ts';
import type { Wizard } from './questions.ts';
import { complainOf, refusal, usageError } from './questions.ts';
import type { Answers, InitOptions } from './source.ts';
import { loadWith } from './source.ts';
import { wait } from './wait.ts';

/** A Plex that answers and accepts the token. */
export type PlexContact = {
  readonly answers: Answers;
  readonly plex: PlexClient;
  readonly sections: readonly Section[];
  /** An address that was given for Plex, and is one of Stash. */
  readonly stashUrl: string | undefined;
};

const USUAL_PLEX = 'http://127.0.0.1:32400';
const PLEX_PORT = 32_400;

const TOKEN_HELP =
  'The token: in Plex’s web app, signed in as the owner of the server, open any item, then ⋯, "Get Info", "View XML"; it stands at the end of the address that opens, after X-Plex-Token=. Take no token out of the server’s Preferences.xml (PlexOnlineToken): that one is the server’s own, and used elsewhere it can cut its remote access off.';

type Asked = 'plex_url' | 'plex_token';

/**
 * Asks for address and token until Plex accepts them, each again only while it is at fault; `undefined` when the person
 * broke off.
 * @throws {UsageError | SyncError} why the last answer cannot be used, when none comes any more
 */
export async function askForPlex(wizard: Wizard): Promise<PlexContact | undefined> {
  let answers: Answers = {};
  let open: readonly Asked[] = ['plex_url', 'plex_token'];
  let failure: UsageError | SyncError | undefined;
  let meant: string | undefined;
  let stashUrl: string | undefined;
  for (;;) {
    for (const name of open) {
      const ask = name === 'plex_url' ? askForAddress : askForToken;
      if (name === 'plex_token' && failure === undefined) wizard.asker.show(TOKEN_HELP);
      const given = await ask({ answers, meant, failure }, wizard);
      if (given === undefined) return undefined;
      answers = { ...answers, ...given };
    }
    const tried = await tryPlex(answers, wizard);
    if (tried.kind === 'contact') {
      const { plex, sections } = tried;
      return { answers, plex, sections, stashUrl };
    }
    ({ failure, meant } = tried);
    if (wizard.asker.by === 'nobody') throw failure;
    complainOf(failure, wizard);
    stashUrl = tried.stashUrl ?? stashUrl;
    open = [tried.fault];
  }
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
    try {
      await loadWith({ plex_url: answer.text }, wizard.options, wizard.context);
      return { plex_url: answer.text };
    } catch (thrown) {
      failure = usageError(thrown);
      meant = meantAddress(answer.text, PLEX_PORT);
      complainOf(failure, wizard);
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
      complainOf(failure, wizard);
    }
  }
}

type Tried =
  | { readonly kind: 'contact'; readonly plex: PlexClient; readonly sections: readonly Section[] }
  | {
      readonly kind: 'failure';
      readonly failure: UsageError | SyncError;
      readonly fault: Asked;
      readonly meant: string | undefined;
      readonly stashUrl: string | undefined;
    };

async function tryPlex(answers: Answers, wizard: Wizard): Promise<Tried> {
  const failed = { kind: 'failure', meant: undefined, stashUrl: undefined } as const;
  const loaded = await loadWith(answers, wizard.options, wizard.context);
  try {
    requirePlex(loaded);
  } catch (thrown) {
    // A file that holds the token, and cannot be read.
    return { ...failed, failure: usageError(thrown), fault: 'plex_token' };
  }
  try {
    const plex = connectToPlex(loaded, wizard.context);
    const sections = await wait(`Asking Plex at ${loaded.settings.plex_url}`, wizard, () => plex.sections());
    chooseSections(sections, []);
    wizard.asker.show('Plex answers, and accepts the token.');
    await warnUnlessOwner(plex, wizard);
    return { kind: 'contact', plex, sections };
  } catch (thrown) {
    const failure = refusal(thrown);
    if (failure instanceof SyncError)
      return { ...failed, failure, fault: TOKENS_FAULT.has(failure.code) ? 'plex_token' : 'plex_url' };
    const { plex_url: url } = loaded.settings;
    if (url === undefined || !(await isStash(url, loaded, wizard.context)))
      return { ...failed, failure, fault: 'plex_url' };
    const confused = new UsageError(`${url} is Stash, and not Plex.`, `Plex usually answers at port ${PLEX_PORT}.`);
    return { ...failed, failure: confused, fault: 'plex_url', meant: atPort(url, PLEX_PORT), stashUrl: url };
  }
}

const TOKENS_FAULT: ReadonlySet<SyncError['code']> = new Set(['plex_unauthorized', 'plex_forbidden']);

/** Whether Stash answers at an address that was given for Plex; it is sent no key, which is for another address. */
async function isStash(url: string, loaded: LoadedSettings, context: Context): Promise<boolean> {
  const settings = { ...loaded.settings, stash_url: url, stash_api_key: undefined, stash_api_key_file: undefined };
  try {
    await connectToStash({ ...loaded, settings }, context)?.version();
    return true;
  } catch (thrown) {
    if (thrown instanceof SyncError) return thrown.code === 'stash_unauthorized';
    if (thrown instanceof UsageError) return false;
    throw thrown;
  }
}

/** Only the owner may edit (plex-api.md 1): better said now than by the first job. */
async function warnUnlessOwner(plex: PlexClient, { context: { output } }: Wizard): Promise<void> {
  try {
    await plex.ownerPage();
  } catch (thrown) {
    if (!(thrown instanceof SyncError)) throw thrown;
    if (TOKENS_FAULT.has(thrown.code))
      output.log(
        'warning',
        say`The token is not that of the server’s owner: Plex will refuse every edit. Run plexsync init again with the owner’s.`,
      );
  }
}

function notGiven(what: string, { yes }: InitOptions): UsageError {
  const why = yes ? 'with --yes nothing is asked' : 'there is no terminal to ask at, and no answer on standard input';
  return new UsageError(
    `${what}, and ${why}.`,
    'Give --plex-url and --plex-token-file, or set PLEX_URL and PLEX_TOKEN_FILE.',
  );
}
