import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { shellWord } from '../../core/text/shell-word.ts';
import { checkIntegrity } from '../../queue/store/integrity.ts';
import { QUEUE_SCHEMA } from '../../queue/store/migrations.ts';
import type { DataDir } from '../../queue/store/open.ts';
import { prepareDataDir } from '../../queue/store/open.ts';
import type { Stores } from '../../queue/store/stores.ts';
import { openStoresToRead } from '../../queue/store/stores.ts';
import { reviewAccess, unusedWords } from '../../settings/access.ts';
import { readByOthers } from '../../settings/file.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import type { Examined, Finding } from './finding.ts';
import { failure, failureOf, ok, skipped, warning } from './finding.ts';
import { isInRange, SUPPORTED_NODE } from './node-range.ts';

/** Whether plexsync supports this version of Node. */
export function checkNode(version: string): readonly Finding[] {
  if (isInRange(version, SUPPORTED_NODE)) return [ok('node', `Node ${version}`)];
  return [failure('node', `Node ${version} is not supported (${SUPPORTED_NODE})`, 'Install a current Node.')];
}

/** Whether the settings are valid, and whether they expose a secret. */
export async function examineSettings(
  load: () => Promise<LoadedSettings>,
  configPath: string,
): Promise<Examined<LoadedSettings>> {
  const check = 'settings';
  try {
    const value = await load();
    const warnings = value.warnings.map((message) =>
      message === readByOthers(configPath) ? openConfig(check, configPath) : warning(check, message.replace(/\.$/, '')),
    );
    const isOff = !value.settings.enabled;
    const off = warning(
      check,
      `plexsync is switched off (enabled, from ${value.origins.enabled.name})`,
      'Set it to true.',
    );
    const { problems, unused } = reviewAccess(value);
    const failures = problems.map(({ error }) => failureOf(check, error, 'See plexsync config show.'));
    const findings = [
      ...failures,
      ...(isOff ? [off] : []),
      ...warnings,
      ...unused.map((one) => ok(check, unusedWords(one, value))),
    ];
    if (failures.length > 0) return { findings, value: undefined };
    return { findings: findings.length > 0 ? findings : [ok(check, 'every setting is valid')], value };
  } catch (thrown) {
    return { findings: [failureOf(check, thrown, 'See plexsync config show.')], value: undefined };
  }
}

function openConfig(check: string, path: string): Finding {
  const command = `chmod 600 ${shellWord(path)}`;
  return warning(check, readByOthers(path), {
    fix: 'plexsync doctor --fix does that',
    command,
    remedy: { kind: 'close', path, mode: 0o600 },
  });
}

const OTHERS = 0o077;

/** Whether the data directory exists, is ours, closed to others and writable. */
export function checkDataDir(dir: DataDir): readonly Finding[] {
  const check = 'data_dir';
  const name = `${dir.path} (from ${dir.origin})`;
  if (!existsSync(dir.path)) {
    const elsewhere = 'or point --data-dir at the directory that has the queue (under cron, HOME is often another).';
    return [warning(check, `there is no data directory at ${name}`, `Begin with plexsync init, ${elsewhere}`)];
  }
  try {
    prepareDataDir(dir, 'existing');
    accessSync(dir.path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === undefined) return [failureOf(check, thrown, 'Choose another with --data-dir.')];
    const fix = 'Make it writable for this user, or choose another with --data-dir.';
    return [failure(check, `${name} cannot be written by this user (${code})`, fix)];
  }
  const mode = statSync(dir.path).mode & 0o777;
  if (process.platform === 'win32' || (mode & OTHERS) === 0) return [ok(check, name)];
  const shown = mode.toString(8).padStart(4, '0');
  const command = `chmod 700 ${shellWord(dir.path)}`;
  return [
    warning(check, `${name} is open to others (mode ${shown})`, {
      fix: `Close it with: ${command}, or plexsync doctor --fix`,
      command,
      remedy: { kind: 'close', path: dir.path, mode: 0o700 },
    }),
  ];
}

/** The databases, if they are open; otherwise whether there are none yet, or they cannot be read. */
export type ExaminedStores = Examined<Stores> & { readonly state: 'open' | 'none_yet' | 'unreadable' };

/** Opens the databases read-only, and lets SQLite check them. */
export function examineStores(dir: DataDir, directory: readonly Finding[]): ExaminedStores {
  const check = 'databases';
  const because = (why: string) => ({ findings: [skipped(check, why)], value: undefined });
  if (directory.some(({ status }) => status === 'failure'))
    return { ...because('the data directory cannot be used'), state: 'unreadable' };
  if (!existsSync(join(dir.path, QUEUE_SCHEMA.fileName)))
    return { ...because('nothing was enqueued here yet'), state: 'none_yet' };
  let stores: Stores | undefined;
  try {
    stores = openStoresToRead(dir);
    const findings = checkIntegrity(stores).map(({ fileName, schema, damage }) =>
      damage === undefined
        ? ok(check, `${fileName} is sound (schema ${schema})`)
        : failure(check, `${fileName} is damaged: ${damage}`, 'Restore it from a backup, or move it away.'),
    );
    return { findings, value: stores, state: 'open' };
  } catch (thrown) {
    stores?.close();
    return { findings: [failureOf(check, thrown, 'Check the disk.')], value: undefined, state: 'unreadable' };
  }
}
