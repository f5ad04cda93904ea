import { dirname, resolve } from 'node:path';
import { UsageError } from '../../core/model/errors.ts';
import { draftOf } from '../../replace-file.ts';
import { isStronger, requirePlex, SECRETS, stashAccess } from '../../settings/access.ts';
import type { ConfigChange } from '../../settings/config-file.ts';
import { unwritable } from '../../settings/config-file.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import { isOfShell, loadSettings } from '../../settings/load.ts';
import type { Setting } from '../../settings/setting.ts';
import type { SettingName, Settings } from '../../settings/table.ts';
import { libraryText, SETTING_NAMES, SETTINGS, variableOf } from '../../settings/table.ts';
import type { Context } from '../shared/context.ts';
import type { Answers, InitOptions } from './source.ts';

/**
 * Everything that Plex was tried with is written, including a certificate or a longer timeout that only a flag gave.
 */
const WRITTEN: readonly SettingName[] = SETTING_NAMES.filter(
  (name) => SETTINGS[name].group === 'connection' || ['path_map', 'strict_matching', 'sync_poster'].includes(name),
);

type Source = { readonly loaded: LoadedSettings; readonly options: InitOptions; readonly context: Context };

/**
 * What the file is to hold: the answers, plus values from flags and environment, which a cron job may not have; of a
 * secret only the value that counts.
 */
export function toWrite(
  answers: Answers,
  { loaded, options, context }: Source,
): Readonly<Partial<Record<SettingName, unknown>>> {
  const { settings, origins } = loaded;
  const given = WRITTEN.filter((name) => answers[name] !== null && isOfShell(origins[name]));
  const outranked = SECRETS.flatMap(({ itself, inFile }) => {
    if (isStronger(origins[itself], origins[inFile])) return [inFile];
    return isStronger(origins[inFile], origins[itself]) ? [itself] : [];
  });
  const values = given
    .filter((name) => !outranked.some((other) => other === name))
    .map((name) => {
      const { type }: Setting = SETTINGS[name];
      // The loaded value is in ms; written to the file it would be read in another unit.
      if (type.kind === 'duration') return [name, options.flags[name] ?? context.env[variableOf(name)]] as const;
      // A cron job runs in a different folder.
      if (type.kind === 'file') return [name, resolve(String(settings[name]))] as const;
      return [name, answers[name] ?? writtenValue(name, settings)] as const;
    });
  return Object.fromEntries(values);
}

/** A list in the file holds whole names: a text that may hold several stays a text. */
function writtenValue(name: SettingName, settings: Settings): unknown {
  if (name !== 'plex_library') return settings[name];
  const { plex_library: names } = settings;
  return names.every((one) => typeof one === 'string') ? names : names.map(libraryText).join(', ');
}

/** The changes of the file: each secret appears once, and removed settings go. */
export function changesFor(
  setup: Readonly<Partial<Record<SettingName, unknown>>>,
  answers: Answers,
): readonly ConfigChange[] {
  const replaced = SECRETS.flatMap(({ itself, inFile }) => [
    ...(itself in setup ? [inFile] : []),
    ...(inFile in setup ? [itself] : []),
  ]);
  const gone = [...replaced, ...SETTING_NAMES.filter((name) => answers[name] === null)];
  return [
    ...gone.map((key) => ({ key, value: undefined })),
    ...Object.entries(setup).map(([key, value]) => ({ key, value })),
  ];
}

/** Refuses a file that would not work alone, without flags and the current environment. @throws {UsageError} */
export async function refuseUnusable(path: string, text: string): Promise<void> {
  let draft: ReturnType<typeof draftOf>;
  try {
    draft = draftOf(path, text, { mode: 0o600 });
  } catch (thrown) {
    throw unwritable(path, thrown);
  }
  try {
    const loaded = await loadSettings({ flags: {}, env: {}, dataDir: dirname(path), configFile: draft.path });
    requirePlex(loaded);
    stashAccess(loaded);
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown;
    const reason = thrown.message.replaceAll(draft.path, path);
    throw new UsageError(`${path} was not written, since nothing could use it: ${reason}`, thrown.hint);
  } finally {
    draft.discard();
  }
}
