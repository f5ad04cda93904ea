import { existsSync, lstatSync, readlinkSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { StoreError, UsageError } from '../core/model/errors.ts';
import { MOST_SETTINGS_BYTES, readBounded } from '../read-bounded.ts';
import { whyNotRead } from './file-errors.ts';
import { SETTINGS } from './table.ts';

/** The content of a config file; empty when there is none. */
export type ConfigFile = {
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** What the person should know, although the file can be used. */
  readonly warnings: readonly string[];
};

/**
 * Reads the config file: the named one, or `config.json` in the data directory if it exists.
 * @throws {UsageError} when it cannot be read, is not a JSON object, or has an unknown key.
 */
export async function readConfigFile({
  dataDir,
  named,
}: {
  readonly dataDir: string;
  readonly named: string | undefined;
}): Promise<ConfigFile> {
  const path = configFilePath(dataDir, named);
  if (named === undefined && !existsSync(path)) {
    refuseDanglingLink(path);
    return { path, values: {}, warnings: [] };
  }
  if (named === undefined) refusePipe(path);
  const values = await parseConfig(path, readConfigFileText(path));
  const unknown = Object.keys(values).filter((key) => !Object.hasOwn(SETTINGS, key));
  if (unknown.length > 0) {
    // Loaded only where somebody has to be told.
    const { unknownSettings } = await import('./successors.ts');
    const { message, hint } = unknownSettings(path, unknown);
    throw new UsageError(message, hint);
  }
  return { path, values, warnings: isReadByOthers(path, values) ? [readByOthers(path)] : [] };
}

/** Where the config file is, or would be. */
export function configFilePath(dataDir: string, named: string | undefined): string {
  return named ?? join(dataDir, 'config.json');
}

/** The link shows that a file was intended: running without it would mean other settings. */
function refuseDanglingLink(path: string): void {
  if (!isLink(path)) return;
  throw new UsageError(
    `The config file ${path} cannot be used: it is a link to ${readlinkSync(path)}, which is not there.`,
    'Mend the link, or remove it.',
  );
}

/** @throws {StoreError} where the data directory, which holds the file, cannot be one. */
function isLink(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  } catch (thrown) {
    throw new StoreError(
      `The data directory ${dirname(path)} cannot be used: ${whyNotRead(thrown)}.`,
      'Choose another with --data-dir.',
    );
  }
}

/** A pipe of the shell may be named with `--config`; one that lies in the data directory would wait for ever. */
export function refusePipe(path: string): void {
  const stats = statSync(path);
  if (stats.isFile() || stats.isDirectory()) return;
  throw new UsageError(
    `The config file ${path} cannot be used: it is a pipe or a device.`,
    'Move it away, or give the path of a JSON file with --config.',
  );
}

/**
 * The text of a config file; `whenMissing`, if given, where there is none.
 * @throws {UsageError} where it cannot be read
 */
export function readConfigFileText(path: string, whenMissing?: string): string {
  try {
    return readBounded(path, MOST_SETTINGS_BYTES).toString('utf8');
  } catch (thrown) {
    if (whenMissing !== undefined && (thrown as NodeJS.ErrnoException).code === 'ENOENT') return whenMissing;
    throw new UsageError(
      `The config file ${path} cannot be used: ${whyNotRead(thrown)}.`,
      'Give the path of a JSON file with --config.',
    );
  }
}

const MEND = 'Mend it there, or with plexsync config edit.';

/** The deepest setting is a list of mappings; a value nested by the thousand could not even be shown. */
const DEEPEST = 100;

/** How many lists and objects lie in each other, as far as `DEEPEST` and one more. */
function depthOf(value: unknown): number {
  let depth = 0;
  for (let level: readonly unknown[] = [value]; depth <= DEEPEST; depth += 1) {
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
    if (level.length === 0) break;
  }
  return depth;
}

/** @throws {UsageError} for a text that is no JSON object; it is not quoted, since it may hold a token. */
export async function parseConfig(path: string, text: string): Promise<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    // The message of JSON.parse quotes the text, which may be a token, and seldom tells the position.
    const { describeJsonError } = await import('./json-error.ts');
    throw new UsageError(`The config file ${path} is no JSON: ${describeJsonError(text)}.`, MEND);
  }
  if (depthOf(value) > DEEPEST)
    throw new UsageError(`The config file ${path} is no JSON of ours: it is nested too deeply.`, MEND);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new UsageError(
    `The config file ${path} must hold one JSON object.`,
    'Such as {"plex_url": "http://plex:32400"}.',
  );
}

const READ_BY_OTHERS = 0o044;

function isReadByOthers(path: string, values: Readonly<Record<string, unknown>>): boolean {
  const holdsSecret = Object.entries(SETTINGS).some(([name, setting]) => 'secret' in setting && name in values);
  return holdsSecret && process.platform !== 'win32' && (statSync(path).mode & READ_BY_OTHERS) !== 0;
}

/** The warning for a config file whose token others can read. */
export function readByOthers(path: string): string {
  return `${path} holds a token, and others on this machine can read it. Close it with: chmod 600 ${path}`;
}
