import { UsageError } from '../../core/errors.ts';
import { explainMatch } from '../../core/explain-match.ts';
import { parseFileArgument } from '../../core/file-argument.ts';
import { chooseSections } from '../../core/libraries.ts';
import { EXIT } from '../../exit.ts';
import { loadSettings } from '../../settings/load.ts';
import type { SettingName } from '../../settings/table.ts';
import { readerOf } from '../../terminal/reader.ts';
import type { Context } from '../context.ts';
import { connectToPlex } from '../plex-connection.ts';
import { tellWarnings } from '../warnings.ts';
import { matchDocument, matchText } from './report.ts';

/** What was asked, as it was typed. */
export type MatchTestOptions = {
  readonly file: string;
  readonly size: string | undefined;
  readonly flags: Readonly<Partial<Record<SettingName, unknown>>>;
  readonly configFile: string | undefined;
};

/** Shows what a file would match in Plex, and why; writes nothing. */
export async function run(options: MatchTestOptions, context: Context): Promise<number> {
  const { dataDir, env, output } = context;
  const file = { path: parseFileArgument(options.file), size: toSize(options.size) };
  const { flags, configFile } = options;
  const loaded = await loadSettings({ flags, env, dataDir: dataDir.path, configFile });
  const { settings } = loaded;
  tellWarnings(loaded, context);
  const plex = connectToPlex(loaded, context);
  const sections = chooseSections(await plex.sections(), settings.plex_library);
  const explanation = await explainMatch(file, { sections, mappings: settings.path_map }, plex);
  const matching = settings.strict_matching ? 'strict' : 'relaxed';
  if (output.json) output.resultJson(matchDocument(explanation, matching), 2);
  else output.result(matchText(explanation, { matching, reader: readerOf('stdout') }));
  return explanation.look.match.kind === 'high' ? EXIT.done : EXIT.jobsFailed;
}

function toSize(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new UsageError(`--size must be a whole number of bytes, not "${text}".`, 'stat -c %s FILE shows it.');
}
