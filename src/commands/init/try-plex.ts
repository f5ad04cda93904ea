import { chooseSections } from '../../core/match/libraries.ts';
import { SyncError, UsageError } from '../../core/model/errors.ts';
import type { Section } from '../../core/model/plex-item.ts';
import { say } from '../../core/text/sentence.ts';
import type { PlexClient } from '../../plex/client.ts';
import { requirePlex } from '../../settings/access.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import { connectToPlex } from '../shared/plex-connection.ts';
import { lookAround, plexProbe, stashProbe } from '../shared/probe.ts';
import { atPort, meantAddress } from './address.ts';
import type { Wizard } from './questions.ts';
import { refusal, usageError } from './questions.ts';
import type { Answers } from './source.ts';
import { loadWith } from './source.ts';
import { wait } from './wait.ts';

export const PLEX_PORT = 32_400;

/** What became of a trial, and which answer is at fault. */
export type Tried =
  | { readonly kind: 'contact'; readonly plex: PlexClient; readonly sections: readonly Section[] }
  | ({ readonly kind: 'failure'; readonly failure: UsageError | SyncError } & Blame);

type Blame = {
  /** `plex_insecure`: it is Plex, and its certificate is not trusted. */
  readonly fault: 'plex_url' | 'plex_token' | 'plex_insecure';
  /** The address that is probably meant. */
  readonly meant?: string | undefined;
  /** The address, where it is one of Stash. */
  readonly stashUrl?: string | undefined;
};

/** Asks Plex for its libraries, and looks for the reason where that fails. */
export async function tryPlex(answers: Answers, wizard: Wizard): Promise<Tried> {
  const loaded = await loadWith(answers, wizard.options, wizard.context);
  try {
    requirePlex(loaded);
  } catch (thrown) {
    // A file that holds the token, and cannot be read.
    return { kind: 'failure', failure: usageError(thrown), fault: 'plex_token' };
  }
  try {
    const plex = connectToPlex(loaded, wizard.context);
    const sections = await wait(`Asking Plex at ${loaded.settings.plex_url}`, wizard, () => plex.sections());
    chooseSections(sections, []);
    wizard.asker.show('Plex answers, and accepts the token.');
    await warnUnlessOwner(plex, wizard);
    return { kind: 'contact', plex, sections };
  } catch (thrown) {
    return await blame(refusal(thrown), loaded, wizard);
  }
}

async function blame(failure: UsageError | SyncError, loaded: LoadedSettings, wizard: Wizard): Promise<Tried> {
  const failed = { kind: 'failure', failure, fault: 'plex_url' } as const;
  const { plex_url: url } = loaded.settings;
  if (failure instanceof SyncError && TOKENS_FAULT.has(failure.code)) return { ...failed, fault: 'plex_token' };
  // Nobody is there to be helped.
  if (url === undefined || wizard.asker.by === 'nobody') return failed;
  const { context } = wizard;
  // Copied from a browser or another tool, it holds the path of a page or of the API.
  const server = meantAddress(url, PLEX_PORT) ?? url;
  if (failure instanceof UsageError && (await stashProbe(loaded, context)(server))) {
    const confused = new UsageError(`${server} is Stash, and not Plex.`, `Plex usually answers at port ${PLEX_PORT}.`);
    return { ...failed, failure: confused, meant: atPort(server, PLEX_PORT), stashUrl: server };
  }
  const found = await lookAround(url, { failure, probe: plexProbe(loaded, context) });
  if (found?.kind === 'untrusted' && !loaded.settings.plex_insecure) return { ...failed, fault: 'plex_insecure' };
  return found?.kind === 'elsewhere' ? { ...failed, meant: found.url } : failed;
}

const TOKENS_FAULT: ReadonlySet<SyncError['code']> = new Set(['plex_unauthorized', 'plex_forbidden']);

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
