import { chooseSections, wholeNames } from '../../core/match/libraries.ts';
import { leftOutSections } from '../../core/match/near/left-out.ts';
import { meetServer, OTHER_SERVER_CURE, otherServerWords } from '../../core/match/plex-server.ts';
import { SyncError, UsageError } from '../../core/model/errors.ts';
import type { Binding, Section } from '../../core/model/plex-item.ts';
import type { Identity, PlexClient } from '../../plex/client.ts';
import type { Stores } from '../../queue/store/stores.ts';
import { prepareServerState } from '../../queue/tables/server-state.ts';
import type { ConfigPlace } from '../../settings/change-words.ts';
import { spanText } from '../../settings/duration.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import type { StashClient } from '../../stash/client.ts';
import type { Context } from '../shared/context.ts';
import { connectToPlex } from '../shared/plex-connection.ts';
import { stashProbe } from '../shared/probe.ts';
import { connectToStash } from '../shared/stash/stash-connection.ts';
import { checkAgent } from './agent.ts';
import { checkFiles } from './files/files.ts';
import type { Examined, Finding } from './finding.ts';
import { failure, failureOf, ok, skipped, warning } from './finding.ts';
import { plexFix } from './plex-fix.ts';

type Place = { readonly loaded: LoadedSettings; readonly stores: Stores | undefined };

/** Checks Plex: that it answers, the rights of the token, its libraries, and our files in them. */
export async function checkPlex({ loaded, stores }: Place, context: Context): Promise<readonly Finding[]> {
  const config = { loaded, dataDir: context.dataDir };
  const reached = await examineServer(loaded, context);
  if (reached.value === undefined) {
    return [...reached.findings, skipped('libraries', 'Plex cannot be asked: token, clock, libraries and files')];
  }
  const { plex, identity } = reached.value;
  const listed = await examineToken(plex);
  const known = [
    ...reached.findings,
    ...checkClock(identity, context.now()),
    ...checkBinding(identity, stores),
    ...listed.findings,
  ];
  if (listed.value === undefined) return [...known, skipped('libraries', 'the token was not accepted')];
  const libraries = examineLibraries(listed.value, config);
  const checked = [...known, ...(await checkEditRights(plex)), ...libraries.findings];
  if (libraries.value === undefined) return [...checked, skipped('files', 'there is no library to look in')];
  if (stores === undefined) return [...checked, skipped('files', 'no database says which files to look for')];
  const sections = libraries.value;
  const leftOut = leftOutSections(listed.value, sections);
  const stash = stashOf(loaded, context);
  return [...checked, ...(await checkFiles({ sections, leftOut, config }, { stores, plex, stash }))];
}

/** The check of Stash says what is wrong with its settings. */
function stashOf(loaded: LoadedSettings, context: Context): StashClient | undefined {
  try {
    return connectToStash(loaded, context);
  } catch (thrown) {
    if (thrown instanceof UsageError) return undefined;
    throw thrown;
  }
}

async function examineServer(
  loaded: LoadedSettings,
  context: Context,
): Promise<Examined<{ readonly plex: PlexClient; readonly identity: Identity }>> {
  const fix = 'Check plex_url (it should look like http://plex:32400) and that Plex runs.';
  try {
    const plex = connectToPlex(loaded, context);
    const identity = await plex.identity().catch((thrown: unknown) => complainBetter(plex, thrown));
    const version = identity.version === undefined ? 'of unknown version' : identity.version;
    const message = `Plex ${version} answers at ${loaded.settings.plex_url}`;
    return { findings: [ok('plex', message)], value: { plex, identity } };
  } catch (thrown) {
    const finding = (await stashInstead(thrown, loaded, context)) ?? failureOf('plex', thrown, plexFix(thrown, fix));
    return { findings: [finding], value: undefined };
  }
}

/** The addresses of both servers are easily swapped; a Stash with a password redirects to its own page of login. */
async function stashInstead(thrown: unknown, loaded: LoadedSettings, context: Context): Promise<Finding | undefined> {
  const { plex_url: url } = loaded.settings;
  if (url === undefined) return undefined;
  const isRedirected = thrown instanceof SyncError && thrown.message.includes(`redirected to ${new URL(url).origin} `);
  const isOther = thrown instanceof UsageError || isRedirected;
  if (!isOther || !(await stashProbe(loaded, context)(url))) return undefined;
  return failure('plex', `${url} is Stash, and not Plex`, 'Correct plex_url: it should look like http://plex:32400.');
}

/** `/identity` cannot tell a Plex in trouble from another server at the address; the list of libraries can. */
async function complainBetter(plex: PlexClient, thrown: unknown): Promise<never> {
  if (thrown instanceof SyncError && thrown.code !== 'plex_unavailable') await plex.sections();
  throw thrown;
}

const MINUTE_MS = 60_000;
const MOST_APART_MS = MINUTE_MS;

function checkClock({ clockAt }: Identity, now: number): readonly Finding[] {
  if (clockAt === undefined) return [skipped('clock', 'Plex does not tell its time')];
  const apartMs = now - clockAt;
  if (Math.abs(apartMs) <= MOST_APART_MS) return [ok('clock', 'agrees with the clock of Plex')];
  const apart = `${spanText(Math.round(Math.abs(apartMs) / MINUTE_MS) * MINUTE_MS)} ${apartMs > 0 ? 'ahead of' : 'behind'}`;
  const fix = 'Set the clock of both machines from the network.';
  return [warning('clock', `the clock here is ${apart} the clock of Plex`, fix)];
}

function checkBinding(identity: Identity, stores: Stores | undefined): readonly Finding[] {
  const check = 'server';
  if (stores === undefined) return [];
  let bound: Binding | undefined;
  try {
    bound = prepareServerState(stores.queueDb).binding();
  } catch (thrown) {
    return [failureOf(check, thrown, 'Check the disk.')];
  }
  const { machineIdentifier } = identity;
  const met = meetServer(bound, identity);
  if (met.kind === 'first')
    return [ok(check, `${machineIdentifier}; the data directory is bound at the first process`)];
  if (met.kind === 'ours') return [ok(check, `${machineIdentifier}, to which the data directory belongs`)];
  const message = `the ${otherServerWords(met)}`;
  return [failure(check, message, OTHER_SERVER_CURE)];
}

/** Reads the libraries, which needs a valid token. */
async function examineToken(plex: PlexClient): Promise<Examined<readonly Section[]>> {
  const fix = 'Check plex_url and that Plex runs.';
  try {
    const value = await plex.sections();
    return { findings: [ok('token', 'Plex accepts it')], value };
  } catch (thrown) {
    const isRefused = thrown instanceof SyncError && thrown.code === 'plex_unauthorized';
    return { findings: [failureOf(isRefused ? 'token' : 'plex', thrown, plexFix(thrown, fix))], value: undefined };
  }
}

/** Asks for a page that only the owner may see, since only the owner may edit (plex-api.md 1): writes nothing. */
async function checkEditRights(plex: PlexClient): Promise<readonly Finding[]> {
  const check = 'edit_rights';
  try {
    await plex.ownerPage();
    return [ok(check, 'the token is the owner’s')];
  } catch (thrown) {
    const fix = 'Use the token of the server’s owner.';
    if (thrown instanceof SyncError && (thrown.code === 'plex_forbidden' || thrown.code === 'plex_unauthorized'))
      return [failure(check, 'the token is not the owner’s: Plex will refuse every edit', fix)];
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    return [
      warning(check, `cannot be told without an edit (${reason})`, 'If edits are refused, use the owner’s token.'),
    ];
  }
}

/** The libraries to look in, each with its folders. */
function examineLibraries(sections: readonly Section[], config: ConfigPlace): Examined<readonly Section[]> {
  const { plex_library: names } = config.loaded.settings;
  const findings: Finding[] = [];
  const chosen = new Set<Section>();
  // One by one, so that every wrong name is reported.
  for (const wanted of names.length === 0 ? [[]] : wholeNames(sections, names).map((name) => [name])) {
    try {
      for (const section of chooseSections(sections, wanted)) chosen.add(section);
    } catch (thrown) {
      if (!(thrown instanceof UsageError)) throw thrown;
      findings.push(failureOf('libraries', thrown, 'Correct plex_library.'));
    }
  }
  for (const section of chosen) {
    const { title, folders } = section;
    if (folders.length > 0) findings.push(ok('libraries', `"${title}" holds ${folders.join(', ')}`));
    else findings.push(warning('libraries', `"${title}" has no folder`, 'Add one in Plex.'));
    findings.push(...checkAgent(section, config));
  }
  return { findings, value: chosen.size > 0 ? [...chosen] : undefined };
}
