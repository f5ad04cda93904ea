import type { SceneFile } from '../../core/match/evidence.ts';
import { chooseSections } from '../../core/match/libraries.ts';
import { leftOutSections } from '../../core/match/near/left-out.ts';
import { UsageError } from '../../core/model/errors.ts';
import { PATH_EXAMPLE, parseFileArgument } from '../../core/model/file-argument.ts';
import { EXIT } from '../../exit.ts';
import { libraryLine } from '../../settings/change-words.ts';
import { parseRunningTimeMs } from '../../settings/duration.ts';
import { loadSettings } from '../../settings/load.ts';
import type { SettingName } from '../../settings/table.ts';
import { withSpinner } from '../../terminal/spinner.ts';
import type { Context } from '../shared/context.ts';
import { explainMatch } from '../shared/match/explain-match.ts';
import { connectToPlex } from '../shared/plex-connection.ts';
import { toId } from '../shared/typed-values.ts';
import { tellWarnings } from '../shared/warnings.ts';
import { whyRefused } from './refusal.ts';
import { matchDocument, matchText } from './report.ts';
import type { AskedScene } from './scene.ts';
import { readAskedScene } from './scene.ts';

/** The options as typed. */
export type MatchTestOptions = {
  readonly file: string | undefined;
  readonly scene: string | undefined;
  readonly size: string | undefined;
  readonly duration: string | undefined;
  readonly flags: Readonly<Partial<Record<SettingName, unknown>>>;
  readonly configFile: string | undefined;
};

/** Shows what a file would match in Plex, and why; writes nothing. */
export async function run(options: MatchTestOptions, context: Context): Promise<number> {
  const { dataDir, env, output } = context;
  const asked = parseAsked(options);
  const { flags, configFile } = options;
  const loaded = await loadSettings({ flags, env, dataDir: dataDir.path, configFile });
  const { settings } = loaded;
  tellWarnings(loaded, context);
  const plex = connectToPlex(loaded, context);
  const scene = asked.sceneId === undefined ? undefined : await readAskedScene(asked.sceneId, loaded, context);
  const files = filesOf(asked, scene);
  const all = await plex.sections();
  const sections = chooseSections(all, settings.plex_library);
  const place = { sections, leftOut: leftOutSections(all, sections), mappings: settings.path_map };
  const explanation = await withSpinner('Looking in Plex', context.output, () => explainMatch(files, place, plex));
  const matching = settings.strict_matching ? 'strict' : 'relaxed';
  const asker = { matching, scene, mappings: settings.path_map, plex } as const;
  const judged = await withSpinner('Looking in Plex', output, () => whyRefused(explanation, asker, context));
  const library = explanation.leftOut?.library;
  const line = library === undefined ? undefined : libraryLine({ loaded, dataDir }, library);
  const how = { matching, scene, ...judged, libraryLine: line } as const;
  if (output.json) output.resultJson(matchDocument(explanation, how), 2);
  else output.result(matchText(explanation, { ...how, reader: output.readerOf('stdout') }));
  return explanation.look.match.kind === 'high' && judged.refusal === undefined ? EXIT.done : EXIT.jobsFailed;
}

/** The file as typed; the scene may supply what is missing. */
type Asked = Partial<SceneFile> & { readonly sceneId: number | undefined };

/** @throws {UsageError} for options that cannot be parsed, or that name no file. */
function parseAsked({ file, scene, size, duration }: MatchTestOptions): Asked {
  if (file === undefined && scene === undefined)
    throw new UsageError('Neither a file nor a scene is given.', `${PATH_EXAMPLE} Or a scene: --scene 4711.`);
  return {
    ...(file === undefined ? {} : { path: parseFileArgument(file) }),
    sceneId: scene === undefined ? undefined : toId(scene, 'scene', '--scene'),
    size: toSize(size),
    durationMs: toDurationMs(duration),
  };
}

/** @throws {UsageError} when no source knows the file. */
function filesOf(
  { path, size, durationMs }: Asked,
  scene: AskedScene | undefined,
): readonly [SceneFile, ...SceneFile[]] {
  const [primary, ...rest] = scene?.files ?? [];
  const known = path === undefined ? primary : (scene?.files.find((file) => file.path === path) ?? primary);
  const wanted = path ?? known?.path;
  if (wanted === undefined) {
    const knower = scene?.from === 'stash' ? 'Stash' : 'the data directory';
    throw new UsageError(`Scene ${scene?.sceneId} has no file that ${knower} knows of.`, 'Give FILE too.');
  }
  const first = { path: wanted, size: size ?? known?.size, durationMs: durationMs ?? known?.durationMs };
  // A path that is given means that file alone, as in a job.
  return path === undefined ? [first, ...rest] : [first];
}

function toDurationMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseRunningTimeMs(text);
  if (ms !== undefined && ms > 0) return ms;
  throw new UsageError(`--duration must be seconds, or a time like 1:02:03, not "${text}".`, 'A player shows it.');
}

function toSize(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new UsageError(`--size must be a whole number of bytes, not "${text}".`, 'stat -c %s FILE shows it.');
}
