import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UsageError } from '../../core/model/errors.ts';
import { asPath, say } from '../../core/text/sentence.ts';
import type { PluginInstallDocument } from '../../documents/plugin.ts';
import { EXIT } from '../../exit.ts';
import { openStoresToRead } from '../../queue/store/stores.ts';
import { noteFront } from '../../queue/tables/plugin-front.ts';
import { openIntake } from '../../queue/work/intake.ts';
import type { SpoolWriter } from '../../spool/layout.ts';
import { prepareSpool, spoolOf } from '../../spool/layout.ts';
import { confirm } from '../../terminal/confirm.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import { binPath } from '../shared/bin-path.ts';
import type { Context } from '../shared/context.ts';
import { declined } from '../shared/declined.ts';
import type { PluginFile, Written } from '../shared/plugin/files.ts';
import { inFiles, readOurs, refuseForeign, refuseTwin, writeFile } from '../shared/plugin/files.ts';
import { givenSpoolOf, HOOK_SCRIPT_FILE, hookScript, PLUGIN_ID } from '../shared/plugin/hook-script.ts';
import type { PluginCommand, PluginKind } from './plugin-manifest.ts';
import { pluginManifest } from './plugin-manifest.ts';

export type InstallOptions = {
  readonly pluginsDir: string | undefined;
  /** The path at which Stash sees the spool, if different. */
  readonly spoolAs: string | undefined;
  readonly how: PluginKind;
  readonly confirmed: 'yes' | 'ask';
  readonly configFile: string | undefined;
};

/** Writes the plugin into Stash's plugins folder, and creates the spool that it fills. */
export async function run(options: InstallOptions, context: Context): Promise<number> {
  const { dataDir } = context;
  const folder = join(pluginsDirOf(options.pluginsDir), PLUGIN_ID);
  // Windows has no sh that Stash could start.
  const how = process.platform === 'win32' ? 'direct' : options.how;
  const seen = spoolSeen(options, how, { folder, dataDir: dataDir.path });
  const files = how === 'direct' ? directFiles(folder, options, context) : spoolFiles(folder, seen, context);
  for (const file of files) refuseForeign(file.path);
  refuseTwin(dirname(folder), join(folder, `${PLUGIN_ID}.yml`));
  const question = `Write ${files.map(({ path }) => path).join(' and ')} for Stash?`;
  const answer = await confirm(question, { yes: options.confirmed === 'yes', streams: context.streams });
  if (answer !== 'yes') return declined(answer, context);
  // Creates the directory and the queue too, so that the first run finds them.
  openIntake(dataDir).close();
  const spool = spoolOf(dataDir.path);
  const writer: SpoolWriter = seen.by === 'data_dir' ? 'same_user' : 'any_user';
  if (how === 'spool') inFiles(spool.path, () => prepareSpool(spool, writer));
  const written = inFiles(folder, () => files.map(writeFile));
  rememberFront(how === 'spool' ? join(folder, HOOK_SCRIPT_FILE) : undefined, context);
  report({ how, written, spool: how === 'spool' ? { path: spool.path, seen, writer } : undefined }, context);
  return EXIT.done;
}

/** So that doctor and the status can tell whether the spool that it fills is the one that is read. */
function rememberFront(path: string | undefined, { dataDir }: Context): void {
  const stores = openStoresToRead(dataDir);
  try {
    noteFront(stores, path);
  } finally {
    stores.close();
  }
}

function pluginsDirOf(given: string | undefined): string {
  if (given === undefined || given === '')
    throw new UsageError(
      '--plugins-dir must say where Stash has its plugins.',
      'Stash shows it under Settings > System > Application Paths; it is ~/.stash/plugins by default.',
    );
  const path = resolve(given);
  const own = join(path, PLUGIN_ID);
  if (existsSync(own) && !statSync(own).isDirectory())
    throw new UsageError(`${own} is a file, not a folder; it was left untouched.`, 'Move it away, and run again.');
  if (existsSync(path) && statSync(path).isDirectory()) return path;
  throw new UsageError(
    `There is no folder ${path}.`,
    'Make it, or give the plugins folder of Stash with --plugins-dir: Stash finds no plugin elsewhere.',
  );
}

/**
 * The path at which Stash sees the spool, and its source: the data directory that holds it, this install or an earlier
 * one.
 */
type Seen = { readonly as: string; readonly by: 'data_dir' | 'option' | 'earlier_install' };

function spoolSeen(
  { spoolAs }: InstallOptions,
  how: InstallOptions['how'],
  { folder, dataDir }: { readonly folder: string; readonly dataDir: string },
): Seen {
  if (spoolAs !== undefined) return { as: checkedPath(spoolAs, how), by: 'option' };
  const given = givenSpoolOf(readOurs(join(folder, HOOK_SCRIPT_FILE)) ?? '');
  if (given === undefined) return { as: spoolOf(dataDir).path, by: 'data_dir' };
  return { as: given, by: 'earlier_install' };
}

function checkedPath(spoolAs: string, how: InstallOptions['how']): string {
  if (how === 'direct')
    throw new UsageError('--spool-as goes with a spool, and with --direct there is none.', 'Give one of them.');
  if (spoolAs.startsWith('/') && !/\p{Cc}/u.test(spoolAs)) return spoolAs.replace(/(?<=.)\/+$/, '');
  throw new UsageError(
    `--spool-as must be a whole path, not "${spoolAs}".`,
    'Give the folder as Stash sees it, such as /plexsync-spool.',
  );
}

function spoolFiles(folder: string, { as, by }: Seen, { version }: Context): readonly PluginFile[] {
  return [
    // Written before the manifest, which names it: Stash may load the manifest at any moment.
    {
      path: join(folder, HOOK_SCRIPT_FILE),
      text: hookScript(as, by === 'data_dir' ? 'own_path' : 'given_path'),
      mode: 0o755,
    },
    manifestFile(folder, { command: ['sh', `{pluginDir}/${HOOK_SCRIPT_FILE}`], kind: 'spool', version }),
  ];
}

function directFiles(
  folder: string,
  { configFile }: InstallOptions,
  { dataDir, version }: Context,
): readonly PluginFile[] {
  const config = configFile === undefined ? [] : ['--config', resolve(configFile)];
  const command: PluginCommand = [process.execPath, binPath(), 'hook', '--data-dir', dataDir.path, ...config];
  return [manifestFile(folder, { command, kind: 'direct', version })];
}

function manifestFile(
  folder: string,
  { command, kind, version }: { readonly command: PluginCommand; readonly kind: PluginKind; readonly version: string },
): PluginFile {
  return { path: join(folder, `${PLUGIN_ID}.yml`), text: pluginManifest(command, kind, version), mode: 0o644 };
}

type Installed = {
  readonly how: InstallOptions['how'];
  readonly written: readonly Written[];
  readonly spool: { readonly path: string; readonly seen: Seen; readonly writer: SpoolWriter } | undefined;
};

function report({ how, written, spool }: Installed, { output }: Context): void {
  if (output.json) {
    output.resultJson({
      how,
      files: written,
      spool:
        spool === undefined
          ? null
          : { path: spool.path, as: spool.seen.as, as_from: spool.seen.by, writer: spool.writer },
    } satisfies PluginInstallDocument);
    return;
  }
  for (const file of written) output.result(sanitize(`${file.path}: ${file.how}`));
  if (spool !== undefined) {
    output.result(sanitize(`${spool.path}: ready, ${WRITERS[spool.writer]}`));
    if (spool.seen.by === 'earlier_install')
      output.result(
        sanitize(`${spool.seen.as}: where Stash sees it, kept from the install before; --spool-as changes it`),
      );
    if (spool.seen.as !== spool.path)
      output.log(
        'info',
        say`Mount it into Stash's container, such as: -v ${asPath(spool.path)}:${asPath(spool.seen.as)}`,
      );
  }
  output.log('info', say`Next: in Stash, Settings > Plugins > Reload plugins; then edit a scene.`);
  const then = how === 'spool' ? 'Run plexsync process, by cron or by hand, and then ' : '';
  output.log('info', say`${then}plexsync plugin status tells whether events arrive.`);
}

const WRITERS: Readonly<Record<SpoolWriter, string>> = {
  same_user: 'for this user alone',
  any_user: 'whoever sees it may leave events (modes 1733), only this user may read them',
};
