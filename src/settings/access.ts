import * as z from 'zod/mini';
import { UsageError } from '../core/model/errors.ts';
import { MOST_SETTINGS_BYTES, readBounded } from '../read-bounded.ts';
import { whyNotRead } from './file-errors.ts';
import type { LoadedSettings, Origin } from './load.ts';
import { firstMessage } from './load.ts';
import { schemaOf } from './schema.ts';
import { withoutGraphql } from './stash-address.ts';
import type { SettingName } from './table.ts';
import { flagOf, SETTINGS, variableOf } from './table.ts';
import { withoutToken } from './without-token.ts';

/** What is needed to talk to Plex. */
export type PlexAccess = { readonly baseUrl: string; readonly token: string; readonly trust: Trust };

/** Which certificates an https server may show: those the system trusts plus `ca` (PEM), or any. */
export type Trust = { readonly certificates: 'verified' | 'any'; readonly ca: string | undefined };

/**
 * The address of Plex and its token, which may be given directly or in a file; the stronger source counts.
 * @throws {UsageError} naming every way to give what is missing.
 */
export function requirePlex(loaded: LoadedSettings): PlexAccess {
  const { plex_url: baseUrl } = loaded.settings;
  if (baseUrl === undefined) throw missing('plex_url', 'The address of Plex is not set.');
  const token = secretOf(loaded, 'plex_token', 'plex_token_file');
  if (token === undefined) throw missing('plex_token', 'The Plex token is not set.');
  return { baseUrl, token, trust: trustOf(loaded) };
}

/** What is needed to talk to Stash; no key for a Stash without a password. */
export type StashAccess = { readonly baseUrl: string; readonly apiKey: string | undefined; readonly trust: Trust };

/** The address of Stash and its key; `undefined` without an address, since Stash is optional. @throws {UsageError} */
export function stashAccess(loaded: LoadedSettings): StashAccess | undefined {
  const { stash_insecure: takesAny } = loaded.settings;
  const baseUrl = stashAddress(loaded);
  if (baseUrl === undefined) return undefined;
  const apiKey = secretOf(loaded, 'stash_api_key', 'stash_api_key_file');
  return { baseUrl, apiKey, trust: { certificates: takesAny ? 'any' : 'verified', ca: undefined } };
}

/** Other tools ask for the API's address: used here, every request would go to a page that does not exist. */
function stashAddress({ settings, origins }: LoadedSettings): string | undefined {
  const { stash_url: url } = settings;
  const bare = url && withoutGraphql(url);
  if (bare === url) return url;
  throw new UsageError(
    `stash_url (from ${origins.stash_url.name}) ends in /graphql, and plexsync adds that itself.`,
    `Leave out /graphql: ${bare}`,
  );
}

const STRENGTH: Readonly<Record<Origin['kind'], number>> = { flag: 3, environment: 2, file: 1, default: 0 };

/** The settings that hold a secret, each with the setting that names a file of it. */
export const SECRETS = [
  { itself: 'plex_token', inFile: 'plex_token_file' },
  { itself: 'stash_api_key', inFile: 'stash_api_key_file' },
] as const satisfies readonly { readonly itself: SettingName; readonly inFile: SettingName }[];

/**
 * A secret that may be given directly or by the file that holds it.
 * @throws {UsageError} when both are given in one place, or the file is empty.
 */
export function secretOf(
  { settings, origins }: LoadedSettings,
  name: 'plex_token' | 'stash_api_key',
  fileName: 'plex_token_file' | 'stash_api_key_file',
): string | undefined {
  const [itself, inFile] = [origins[name], origins[fileName]];
  const file = settings[fileName];
  if (file === undefined || isStronger(itself, inFile)) return settings[name];
  if (itself.kind === inFile.kind) {
    const [one, other] =
      itself.kind === 'file'
        ? [`${name} and ${fileName}`, `in ${itself.name}`]
        : [`${itself.name} and ${inFile.name}`, ''];
    throw new UsageError(`Both ${one} are given ${other}`.trim().concat('.'), 'Give one of them.');
  }
  return readSecret(file, inFile, fileName);
}

/** What can be wrong with settings although each is valid on its own. */
export type AccessReview = {
  /** A secret given twice in one place, or a file or address that cannot be used. */
  readonly problems: readonly { readonly name: SettingName; readonly error: UsageError }[];
  /** Settings without effect, because another one gives the same from a stronger source. */
  readonly unused: readonly { readonly name: SettingName; readonly counts: SettingName }[];
};

/** Checks the files, secrets and addresses that settings name, without asking any server. */
export function reviewAccess(loaded: LoadedSettings): AccessReview {
  const checks: readonly (readonly [name: SettingName, check: () => unknown])[] = [
    ...SECRETS.map(({ itself, inFile }) => [inFile, () => secretOf(loaded, itself, inFile)] as const),
    ['plex_ca', () => trustOf(loaded)],
    ['stash_url', () => stashAddress(loaded)],
  ];
  const problems = checks.flatMap(([name, check]) => {
    try {
      check();
      return [];
    } catch (thrown) {
      if (thrown instanceof UsageError) return [{ name, error: thrown }];
      throw thrown;
    }
  });
  const { settings, origins } = loaded;
  const unused = SECRETS.flatMap(({ itself, inFile }): AccessReview['unused'] => {
    if (settings[itself] === undefined || settings[inFile] === undefined) return [];
    if (isStronger(origins[itself], origins[inFile])) return [{ name: inFile, counts: itself }];
    return isStronger(origins[inFile], origins[itself]) ? [{ name: itself, counts: inFile }] : [];
  });
  return { problems, unused };
}

/** The sentence that says which of two settings counts. */
export function unusedWords(
  { name, counts }: AccessReview['unused'][number],
  { origins }: Pick<LoadedSettings, 'origins'>,
): string {
  return `${name} from ${origins[name].name} does not count: ${counts} from ${origins[counts].name} is stronger`;
}

/** Whether one source outranks another. */
export function isStronger(here: Origin, there: Origin): boolean {
  return STRENGTH[here.kind] > STRENGTH[there.kind];
}

function readSecret(file: string, origin: Origin, name: SettingName): string {
  const text = readGivenFile(file, origin, name);
  const parsed = z.safeParse(schemaOf(SETTINGS.plex_token.type), text.trim());
  if (parsed.success) return parsed.data as string;
  throw new UsageError(
    `The file ${withoutToken(file)} (${name}, from ${origin.name}) holds no token: it ${firstMessage(parsed.error.issues)}.`,
    'Write the token into it, and nothing else.',
  );
}

function trustOf({ settings, origins }: LoadedSettings): Trust {
  const { plex_ca: file, plex_insecure: takesAny } = settings;
  const ca = file === undefined ? undefined : readCertificates(file, origins.plex_ca);
  return { certificates: takesAny ? 'any' : 'verified', ca };
}

function readCertificates(file: string, origin: Origin): string {
  const text = readGivenFile(file, origin, 'plex_ca');
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new UsageError(
    `The file ${withoutToken(file)} (plex_ca, from ${origin.name}) holds no certificate in PEM form.`,
    'It begins with -----BEGIN CERTIFICATE-----.',
  );
}

function readGivenFile(file: string, origin: Origin, name: SettingName): string {
  try {
    return readBounded(file, MOST_SETTINGS_BYTES).toString('utf8');
  } catch (thrown) {
    throw new UsageError(
      `The file ${withoutToken(file)} (${name}, from ${origin.name}) cannot be read: ${whyNotRead(thrown)}.`,
      'Check its path.',
    );
  }
}

function missing(name: 'plex_url' | 'plex_token', message: string): UsageError {
  return new UsageError(
    message,
    `Give --${flagOf(name)}, set ${variableOf(name)}, or let plexsync init write it into config.json.`,
  );
}
