import { UsageError } from '../../core/model/errors.ts';
import { ours, say } from '../../core/text/sentence.ts';
import type { DoctorDocument } from '../../documents/doctor.ts';
import { EXIT, signalExitCode } from '../../exit.ts';
import { configFilePath } from '../../settings/file.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import { loadSettings } from '../../settings/load.ts';
import type { SettingName } from '../../settings/table.ts';
import type { Reader, Style } from '../../terminal/reader.ts';
import { withSpinner } from '../../terminal/spinner.ts';
import type { Cell } from '../../terminal/table.ts';
import { renderFields, renderTable } from '../../terminal/table.ts';
import type { Context } from '../shared/context.ts';
import type { Applied, Fixed } from './apply-fixes.ts';
import { applyFixes } from './apply-fixes.ts';
import type { Finding } from './finding.ts';
import { skipped } from './finding.ts';
import { checkDataDir, checkNode, examineSettings, examineStores } from './local.ts';
import { checkPlex } from './plex.ts';
import { checkSpool } from './spool.ts';
import { checkStash } from './stash.ts';
import { checkState } from './state.ts';

/** Settings and options as typed. */
export type DoctorOptions = {
  readonly flags: Readonly<Partial<Record<SettingName, unknown>>>;
  readonly configFile: string | undefined;
  /** `fix`: also does what it can about what it finds. */
  readonly effect: 'look' | 'fix';
  readonly confirmed: 'yes' | 'ask';
};

/** Checks the whole set-up, and reports what is wrong and how to fix it; changes nothing unless it is to fix that. */
export async function run(options: DoctorOptions, context: Context): Promise<number> {
  const { output } = context;
  if (options.effect === 'look' && options.confirmed === 'yes')
    throw new UsageError('--yes goes with --fix.', 'Without --fix there is nothing to confirm.');
  const { findings, loaded } = await withSpinner('Checking the whole set-up', output, () => examine(options, context));
  if (!output.json) output.result(toText(findings, output.readerOf('stdout')));
  const { fixes, mended, end } =
    options.effect === 'look'
      ? NOT_ASKED
      : await applyFixes(findings, { ...options, loaded, tell: teller(context) }, context);
  if (output.json) output.resultJson(toDocument(findings, options.effect === 'look' ? undefined : fixes), 2);
  else if (options.effect === 'fix' && fixes.length === 0)
    output.result('There is nothing that doctor --fix can mend.');
  if (end === 'broken_off') return signalExitCode('SIGINT');
  const left = findings.filter((finding) => finding.status === 'failure' && !mended.has(finding));
  if (left.length === 0) return EXIT.done;
  const failed = new Set(left.map(({ check }) => check));
  if (!output.json) output.log('error', say`Failed: ${ours([...failed].join(', '))}`);
  return EXIT.jobsFailed;
}

const NOT_ASKED: Applied = { fixes: [], mended: new Set(), end: 'whole' };

function teller({ output }: Context): (fixed: Fixed) => void {
  return ({ kind, outcome, message }) => {
    if (output.json) return;
    const isPipe = output.readerOf('stdout').kind === 'pipe';
    output.result(
      isPipe
        ? renderTable([], [[outcome, kind, message]], output.readerOf('stdout'))
        : `${OUTCOMES[outcome]}: ${message}`,
    );
  };
}

const OUTCOMES: Readonly<Record<Fixed['outcome'], string>> = { done: 'Done', declined: 'Left', left: 'Left' };

/** Runs every check, each after those it depends on. */
async function examine(
  { flags, configFile }: DoctorOptions,
  context: Context,
): Promise<{ readonly findings: readonly Finding[]; readonly loaded: LoadedSettings | undefined }> {
  const { dataDir, env, now } = context;
  const settings = await examineSettings(
    () => loadSettings({ flags, env, dataDir: dataDir.path, configFile }),
    configFilePath(dataDir.path, configFile),
  );
  const directory = checkDataDir(dataDir);
  const stores = examineStores(dataDir, directory);
  try {
    const loaded = settings.value;
    const place = { loaded, stores: stores.value };
    const findings = [
      ...checkNode(process.versions.node),
      ...directory,
      ...stores.findings,
      ...checkState(place, now()),
      ...checkSpool(stores.value, dataDir, now()),
      ...settings.findings,
      ...(loaded === undefined
        ? [skipped('plex', 'the settings cannot be used')]
        : await checkPlex({ loaded, stores: stores.value }, context)),
      ...(loaded === undefined ? [] : await checkStash({ loaded, stores }, context)),
    ];
    return { findings, loaded };
  } finally {
    stores.value?.close();
  }
}

function toDocument(findings: readonly Finding[], fixes: readonly Fixed[] | undefined): DoctorDocument {
  return {
    ok: findings.every(({ status }) => status !== 'failure'),
    findings: findings.map(({ check, status, message, fix, command, remedy }) => ({
      ...{ check, status, message, fix: fix ?? null },
      ...(command === undefined ? {} : { command }),
      ...(remedy === undefined ? {} : { fixable: true as const }),
    })),
    ...(fixes === undefined ? {} : { fixes: fixes.map(({ finding: _, ...fixed }) => fixed) }),
  };
}

const STYLES: Readonly<Record<Finding['status'], Style>> = {
  ok: 'good',
  warning: 'warning',
  failure: 'bad',
};

function toText(findings: readonly Finding[], reader: Reader): string {
  if (reader.kind === 'pipe') {
    const rows = findings.map(({ check, status, message, fix }) => [
      { text: status, style: STYLES[status] },
      check,
      message,
      fix ?? '',
    ]);
    return renderTable([], rows, reader);
  }
  const fields = findings.map(({ check, status, message, fix }): [string, Cell] => [
    `${status.padEnd('warning'.length)}  ${check}`,
    // What is well is plain, so that the rest stands out.
    status === 'ok' ? message : { text: fix === undefined ? message : `${message}. ${fix}`, style: STYLES[status] },
  ]);
  return renderFields(fields, reader);
}
