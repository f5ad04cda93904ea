import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { UsageError } from '../../core/model/errors.ts';
import { ours, say } from '../../core/text/sentence.ts';
import type { ReportDocument } from '../../documents/report.ts';
import { EXIT } from '../../exit.ts';
import { createMasker } from '../../redact/mask.ts';
import { whyNotWritten } from '../../settings/file-errors.ts';
import type { SettingName } from '../../settings/table.ts';
import type { Context } from '../shared/context.ts';
import { toId } from '../shared/typed-values.ts';
import { tellWarnings } from '../shared/warnings.ts';
import type { Gathered } from './facts.ts';
import { gather, reasonOf } from './facts.ts';
import { toFacts } from './lines.ts';
import type { Shown } from './report-text.ts';
import { maskedText, reportText } from './report-text.ts';
import { learnWords } from './words.ts';

export type ReportOptions = {
  readonly flags: Readonly<Partial<Record<SettingName, unknown>>>;
  readonly configFile: string | undefined;
  readonly scene: string | undefined;
  readonly file: string | undefined;
};

/** Fills in the issue template, with everything personal masked, and says what to look at before it is posted. */
export async function run(options: ReportOptions, context: Context): Promise<number> {
  const { dataDir, env, output } = context;
  const { file } = options;
  const sceneId = options.scene === undefined ? undefined : toId(options.scene, 'scene', '--scene');
  if (file === '') throw new UsageError('--output is empty.', 'Give the file to write the report to.');
  if (file !== undefined && existsSync(file)) throw alreadyThere(file);
  const sources = { flags: options.flags, env, dataDir: dataDir.path, configFile: options.configFile };
  const gathered = await gather({ sceneId, sources }, context);
  tellWarnings(gathered, context);
  const { text, counts, problems } = compose(gathered, context);
  if (file !== undefined) writeReport(file, text);
  const document: ReportDocument = {
    report: file === undefined ? text : null,
    file: file ?? null,
    masked: counts,
    problems,
  };
  if (output.json) output.resultJson(document, 2);
  else if (file === undefined) output.result(text);
  else output.result(`Report written to ${file}`);
  output.log('info', ours(maskedText(counts)));
  output.log(
    'warning',
    say`Read the report before you post it: text that plexsync does not recognise as personal is not masked.`,
  );
  return EXIT.done;
}

/** Builds the report twice: first to collect the words it contains, then masked. */
function compose(gathered: Gathered, context: Context) {
  const texts: string[] = [];
  const recorder: Shown = {
    mask: (text) => {
      texts.push(text);
      return text;
    },
    maskAs: (_kind, text) => text,
  };
  reportText(toFacts(gathered, recorder, context), recorder);
  const key = randomBytes(32);
  const masker = createMasker(texts, (text) => createHmac('sha256', key).update(text).digest('hex'));
  const problems = [...gathered.problems];
  try {
    learnWords(gathered, masker, context);
  } catch (thrown) {
    problems.push(reasonOf(thrown));
  } finally {
    gathered.stores?.close();
  }
  const text = reportText(toFacts({ ...gathered, problems }, masker, context), masker);
  return { text, counts: masker.counts(), problems: problems.map((problem) => masker.mask(problem)) };
}

function writeReport(file: string, text: string): void {
  try {
    writeFileSync(file, `${text}\n`, { flag: 'wx', mode: 0o600 });
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw alreadyThere(file);
    throw new UsageError(
      `The report cannot be written to ${file}: ${whyNotWritten(thrown)}.`,
      'Give a file in a folder of yours.',
    );
  }
}

function alreadyThere(file: string): UsageError {
  return new UsageError(`${file} exists; it was left as it is.`, 'Give another file, or remove that one.');
}
