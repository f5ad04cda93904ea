import { accessSync, constants, existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { FormattingOptions } from 'jsonc-parser';
import { applyEdits, modify, parseTree } from 'jsonc-parser';
import { UsageError } from '../core/model/errors.ts';
import { makeDirectory } from '../make-directory.ts';
import { replaceFile } from '../replace-file.ts';
import { parseConfig, readConfigFileText, refusePipe } from './file.ts';
import { whyNotWritten } from './file-errors.ts';

/** A setting of the config file and its new value; `undefined` takes it out. */
export type ConfigChange = { readonly key: string; readonly value: unknown };

/** The text of a config file after some changes; order and format of all else stay. `text` holds one JSON object. */
export function changedText(text: string, changes: readonly ConfigChange[]): string {
  return changes.reduce((changed, { key, value }) => {
    const single = withoutRepeats(changed, key);
    return applyEdits(single, modify(single, [key], value, { formattingOptions: formatOf(text) }));
  }, text);
}

/** Of a key that stands there twice only the last one counts, and an edit would meet the first. */
function withoutRepeats(text: string, key: string): string {
  const properties = parseTree(text)?.children ?? [];
  const repeats = properties.filter(({ children }) => children?.[0]?.value === key).length - 1;
  let single = text;
  for (let left = repeats; left > 0; left -= 1) single = applyEdits(single, modify(single, [key], undefined, {}));
  return single;
}

/** As its lines are indented and end already; two spaces in a new file. */
function formatOf(text: string): FormattingOptions {
  const [, eol = '\n', indent = '  '] = /\{(\r?\n)([ \t]+)"/.exec(text) ?? [];
  return { insertSpaces: !indent.startsWith('\t'), tabSize: indent.length, eol };
}

/**
 * Reads the text of a config file that is to be changed; where there is none, an empty object.
 * @throws {UsageError} when it cannot be read, or holds no JSON object.
 */
export async function readConfigText(path: string): Promise<string> {
  const text = readRawText(path);
  await parseConfig(path, text);
  return text;
}

/** The same whatever it holds. @throws {UsageError} when it cannot be read */
export function readRawText(path: string): string {
  if (existsSync(path)) refusePipe(path);
  return readConfigFileText(path, '{}\n').replace(/^\uFEFF/, '');
}

/**
 * Replaces a config file whole, readable by its owner alone; with `old: 'kept'` the one before is `config.json.bak`.
 * @throws {UsageError} when it cannot be written; it stays as it was then.
 */
export function writeConfigText(path: string, text: string, { old }: { readonly old: 'kept' | 'dropped' }): void {
  refuseReadOnly(path);
  try {
    makeDirectory(dirname(path), 0o700);
    if (old === 'kept') keepOld(path);
    // A link stays one.
    replaceFile(existsSync(path) ? realpathSync(path) : path, text, { mode: 0o600 });
  } catch (thrown) {
    throw unwritable(path, thrown);
  }
}

/** The complaint about a config file that cannot be written. @param thrown what the file system said */
export function unwritable(path: string, thrown: unknown): UsageError {
  return new UsageError(
    `${path} cannot be written: ${whyNotWritten(thrown)}.`,
    'Check the folder, or give another file with --config.',
  );
}

/**
 * Refuses a config file that cannot be written, before a person answers questions for nothing.
 * @throws {UsageError}
 */
export function refuseUnwritable(path: string): void {
  refuseReadOnly(path);
  try {
    if (existsSync(dirname(path))) accessSync(dirname(path), constants.W_OK);
  } catch (thrown) {
    throw unwritable(path, thrown);
  }
}

/** A rename would replace it all the same; whoever made it read-only did not want that. */
function refuseReadOnly(path: string): void {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  if (mode !== undefined && (mode & OWNER_WRITES) === 0)
    throw new UsageError(`${path} cannot be written: it is read-only.`, `Make it writable: chmod u+w ${path}`);
}

const OWNER_WRITES = 0o200;

function keepOld(path: string): void {
  try {
    replaceFile(`${path}.bak`, readFileSync(path, 'utf8'), { mode: 0o600 });
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown;
  }
}
