import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { UsageError } from '../../core/model/errors.ts';
import { asPath, ours, say } from '../../core/text/sentence.ts';
import type { ServiceInstallDocument } from '../../documents/service.ts';
import { EXIT } from '../../exit.ts';
import { makeDirectory } from '../../make-directory.ts';
import { replaceFile } from '../../replace-file.ts';
import { requirePlex } from '../../settings/access.ts';
import { whyNotWritten } from '../../settings/file-errors.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import { loadSettings } from '../../settings/load.ts';
import type { SettingName } from '../../settings/table.ts';
import { confirm } from '../../terminal/confirm.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import { binPath } from '../shared/bin-path.ts';
import type { Context } from '../shared/context.ts';
import { declined } from '../shared/declined.ts';
import type { ServiceFacts } from './facts.ts';
import { cronLine, launchdPlist, windowsTask } from './other-schedulers.ts';
import type { PresentUnit } from './present.ts';
import { isTemplate, presentUnits, removeUnit, retire, runningOf } from './present.ts';
import type { Scope, Systemctl } from './systemctl.ts';
import { carryOut, createSystemctl, refuseWithoutSystemd, unitFolder } from './systemctl.ts';
import type { Unit } from './units.ts';
import { enabledUnit, MARKER, unitsOf } from './units.ts';
import { inWords, refuseUnsaved, settingVariables } from './unsaved.ts';

export const PRINTABLE = ['systemd', 'cron', 'launchd', 'windows'] as const;
export type Printable = (typeof PRINTABLE)[number];

export type InstallOptions = {
  readonly scope: Scope;
  readonly mode: ServiceFacts['mode'];
  readonly user: string | undefined;
  /** A folder with a data directory for each server. */
  readonly instances: string | undefined;
  readonly print: string | undefined;
  readonly confirmed: 'yes' | 'ask';
  readonly configFile: string | undefined;
};

/** Installs plexsync as a service of systemd, shown before it is written; or only prints what another scheduler takes. */
export async function install(options: InstallOptions, context: Context): Promise<number> {
  const { output, env, streams } = context;
  const print = toPrintable(options.print);
  const facts = await factsOf(options, context);
  if (print !== undefined) {
    output.result(sanitizeLines(PRINTED[print](facts)));
    return EXIT.done;
  }
  const { scope } = options;
  const systemctl = createSystemctl(scope, env);
  refuseWithoutSystemd(systemctl, scope, cronLine(facts));
  const folder = unitFolder(scope, env);
  const units = unitsOf(facts);
  for (const { name } of units) refuseForeign(join(folder, name));
  if (!output.json)
    for (const { name, text } of units) output.result(sanitizeLines(`${join(folder, name)}:\n${indented(text)}`));
  const enables = enabledUnit(facts);
  const outdated = outdatedUnits(folder, enables);
  const answer = await confirm(questionOf(facts, { units, outdated }), {
    yes: options.confirmed === 'yes',
    streams,
  });
  if (answer !== 'yes') return declined(answer, context);
  retire(
    systemctl,
    outdated.map(({ name }) => name),
  );
  write(folder, units);
  const removed = outdated.filter(({ name }) => !units.some((unit) => unit.name === name)).map(({ file }) => file);
  for (const file of removed) removeUnit(file);
  start(systemctl, enables);
  tell({ folder, units, enables, removed }, options, context);
  return EXIT.done;
}

/** Of ours what is enabled there, and will not be: a watch where a timer comes, or the other way round. */
function outdatedUnits(folder: string, enables: string): readonly PresentUnit[] {
  return presentUnits(folder).filter(
    ({ name, isEnabled }) => isEnabled && name !== enables && isTemplate(name) === isTemplate(enables),
  );
}

function questionOf(
  facts: ServiceFacts,
  { units, outdated }: { readonly units: readonly Unit[]; readonly outdated: readonly PresentUnit[] },
): string {
  const first = `Write ${units.length === 1 ? 'this unit' : 'these units'}`;
  const stops = outdated.length === 0 ? '' : `, stop ${inWords(outdated.map(({ name }) => name))}`;
  const starts = facts.instances === 'one' ? `, and start ${enabledUnit(facts)}` : '';
  return `${first}${stops}${starts}?`;
}

/** What runs already starts anew: it would go on as it was. @throws {UsageError} when systemd refuses */
function start(systemctl: Systemctl, unit: string): void {
  carryOut(systemctl, ['daemon-reload']);
  if (isTemplate(unit)) {
    carryOut(systemctl, ['try-restart', runningOf(unit)]);
    return;
  }
  carryOut(systemctl, ['enable', unit]);
  carryOut(systemctl, ['restart', unit]);
}

const PRINTED: Readonly<Record<Printable, (facts: ServiceFacts) => string>> = {
  systemd: (facts) =>
    unitsOf(facts)
      .map(({ name, text }) => `# ${name}\n${text}`)
      .join('\n'),
  cron: cronLine,
  launchd: launchdPlist,
  windows: windowsTask,
};

function toPrintable(text: string | undefined): Printable | undefined {
  const found = PRINTABLE.find((known) => known === text);
  if (text === undefined || found !== undefined) return found;
  throw new UsageError(`--print must be one of ${PRINTABLE.join(', ')}, not "${text}".`);
}

/** @throws {UsageError} for what a service could not run with. */
async function factsOf(options: InstallOptions, { dataDir, env, output }: Context): Promise<ServiceFacts> {
  const { scope, mode, user, instances, print, configFile } = options;
  if (user !== undefined && scope === 'user')
    throw new UsageError('--user names who a system service runs as, and goes with --system.', 'Give --system too.');
  if (instances === '') throw new UsageError('--instances is empty.', 'Give the folder of the data directories.');
  if (user === '') throw new UsageError('--user is empty.', 'Give the name of a user.');
  const bin = realpathSync(binPath());
  if (/[/\\]_npx[/\\]/.test(bin))
    throw new UsageError(
      'This plexsync is a passing copy of npx, which a service would lose.',
      'Install it first: npm install --global.',
    );
  const place = {
    scope,
    mode,
    node: process.execPath,
    bin,
    user: scope === 'system' ? (user ?? env['SUDO_USER']) : undefined,
  };
  if (instances !== undefined) {
    warnOfVariables(instances, { env, output });
    const files = { configFile: undefined, tokenFile: undefined, keyFile: undefined, reads: [] };
    return { ...place, instances: 'several', dataDir: resolve(instances), ...files };
  }
  const sources = { dataDir: dataDir.path, configFile };
  const loaded = await loadSettings({ ...sources, flags: {}, env });
  requirePlex(loaded);
  await refuseUnsaved(loaded, sources, print === undefined || print === 'systemd' ? HANDED_ON : []);
  return {
    ...place,
    instances: 'one',
    dataDir: dataDir.path,
    configFile: configFile === undefined ? undefined : resolve(configFile),
    ...filesOf(loaded),
  };
}

/** Which settings an instance has saved is known when it is started. */
function warnOfVariables(folder: string, { env, output }: Pick<Context, 'env' | 'output'>): void {
  const variables = settingVariables(env);
  if (variables.length > 0)
    output.log(
      'warning',
      say`A service does not have ${ours(inWords(variables))}: save that in the config file of each instance, with plexsync config set and --data-dir ${asPath(folder)}/NAME.`,
    );
}

/** What a unit of systemd hands on; nothing else that runs plexsync does. */
const HANDED_ON: readonly SettingName[] = ['plex_token_file', 'stash_api_key_file'];

function filesOf({ settings }: LoadedSettings): Pick<ServiceFacts, 'tokenFile' | 'keyFile' | 'reads'> {
  const { plex_token_file, stash_api_key_file, plex_ca, notify_command } = settings;
  const whole = (file: string | undefined): string | undefined => (file === undefined ? undefined : resolve(file));
  const named = notify_command.filter((word) => isAbsolute(word));
  return {
    tokenFile: whole(plex_token_file),
    keyFile: whole(stash_api_key_file),
    reads: plex_ca === undefined ? named : [resolve(plex_ca), ...named],
  };
}

/** @throws {UsageError} for a unit of that name that somebody else wrote. */
function refuseForeign(file: string): void {
  if (!existsSync(file) || readFileSync(file, 'utf8').startsWith(MARKER)) return;
  throw new UsageError(`${file} is there, and not written by plexsync.`, 'Move it away first.');
}

function write(folder: string, units: readonly Unit[]): void {
  for (const { name, text } of units) {
    const file = join(folder, name);
    try {
      makeDirectory(folder);
      replaceFile(file, text, { mode: 0o644 });
    } catch (thrown) {
      throw new UsageError(`${file} cannot be written: ${whyNotWritten(thrown)}.`, 'With --system, run it with sudo.');
    }
  }
}

type Installed = {
  readonly folder: string;
  readonly units: readonly Unit[];
  readonly enables: string;
  readonly removed: readonly string[];
};

function tell(
  { folder, units, enables, removed }: Installed,
  { scope, instances }: InstallOptions,
  { output }: Context,
): void {
  const isStarted = !isTemplate(enables);
  if (output.json) {
    const files = units.map(({ name }) => join(folder, name));
    const started = isStarted ? enables : null;
    output.resultJson({ files, started, removed } satisfies ServiceInstallDocument, 2);
    return;
  }
  const user = scope === 'user' ? ' --user' : '';
  if (removed.length > 0) output.result(`Stopped and removed ${inWords(removed)}.`);
  if (isStarted)
    output.result(`Started ${enables}. Next: plexsync service status, and journalctl${user} --follow --unit plexsync`);
  else
    output.result(
      `Written. For each folder in ${instances ?? ''}: systemctl${user} enable --now ${enables.replace('@.', '@NAME.')}`,
    );
  if (scope === 'user' && isStarted)
    output.log('info', say`It runs while you are logged in; ${ours('loginctl enable-linger')} lets it run always.`);
}

function indented(text: string): string {
  return text.trimEnd().replaceAll(/^(?=.)/gm, '  ');
}

function sanitizeLines(text: string): string {
  return text.split('\n').map(sanitize).join('\n');
}
