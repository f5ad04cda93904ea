import { ours, say } from '../../core/text/sentence.ts';
import type { DoctorDocument } from '../../documents/doctor.ts';
import { EXIT } from '../../exit.ts';
import { loadSettings } from '../../settings/load.ts';
import type { SettingName } from '../../settings/table.ts';
import type { Reader } from '../../terminal/reader.ts';
import { renderFields, renderTable } from '../../terminal/table.ts';
import type { Context } from '../shared/context.ts';
import type { Finding } from './finding.ts';
import { skipped } from './finding.ts';
import { checkDataDir, checkNode, examineSettings, examineStores } from './local.ts';
import { checkPlex } from './plex.ts';
import { checkSpool } from './spool.ts';
import { checkStash } from './stash.ts';
import { checkState } from './state.ts';

/** Settings as typed. */
export type DoctorOptions = {
  readonly flags: Readonly<Partial<Record<SettingName, unknown>>>;
  readonly configFile: string | undefined;
};

/** Checks the whole set-up, and reports what is wrong and how to fix it; changes nothing. */
export async function run(options: DoctorOptions, context: Context): Promise<number> {
  const { output } = context;
  const findings = await examine(options, context);
  const failed = new Set(findings.filter(({ status }) => status === 'failure').map(({ check }) => check));
  if (output.json) output.resultJson(toDocument(findings), 2);
  else output.result(toText(findings, output.readerOf('stdout')));
  if (failed.size === 0) return EXIT.done;
  if (!output.json) output.log('error', say`Failed: ${ours([...failed].join(', '))}`);
  return EXIT.jobsFailed;
}

/** Runs every check, each after those it depends on. */
async function examine({ flags, configFile }: DoctorOptions, context: Context): Promise<readonly Finding[]> {
  const { dataDir, env, now } = context;
  const settings = await examineSettings(() => loadSettings({ flags, env, dataDir: dataDir.path, configFile }));
  const directory = checkDataDir(dataDir);
  const stores = examineStores(dataDir, directory);
  try {
    const place = { loaded: settings.value, stores: stores.value };
    return [
      ...checkNode(process.versions.node),
      ...directory,
      ...stores.findings,
      ...checkState(place, now()),
      ...checkSpool(stores.value, dataDir, now()),
      ...settings.findings,
      ...(settings.value === undefined
        ? [skipped('plex', 'the settings cannot be used')]
        : await checkPlex({ loaded: settings.value, stores: stores.value }, context)),
      ...(settings.value === undefined
        ? []
        : await checkStash({ loaded: settings.value, stores: stores.value }, context)),
    ];
  } finally {
    stores.value?.close();
  }
}

function toDocument(findings: readonly Finding[]): DoctorDocument {
  return {
    ok: findings.every(({ status }) => status !== 'failure'),
    findings: findings.map(({ check, status, message, fix, command, remedy }) => ({
      ...{ check, status, message, fix: fix ?? null },
      ...(command === undefined ? {} : { command }),
      ...(remedy === undefined ? {} : { fixable: true as const }),
    })),
  };
}

function toText(findings: readonly Finding[], reader: Reader): string {
  if (reader.kind === 'pipe') {
    const rows = findings.map(({ check, status, message, fix }) => [status, check, message, fix ?? '']);
    return renderTable([], rows, reader);
  }
  const fields = findings.map(({ check, status, message, fix }): [string, string] => [
    `${status.padEnd('warning'.length)}  ${check}`,
    fix === undefined ? message : `${message}. ${fix}`,
  ]);
  return renderFields(fields, reader);
}
