import { plainText, say } from '../../core/text/sentence.ts';
import type { InitDocument } from '../../documents/settings.ts';
import { EXIT, signalExitCode } from '../../exit.ts';
import { openIntake } from '../../queue/work/intake.ts';
import { pathMapLine } from '../../settings/change-words.ts';
import { changedText, readConfigText, refuseUnwritable, writeConfigText } from '../../settings/config-file.ts';
import { configFilePath, readConfigFile } from '../../settings/file.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import type { Asker } from '../../terminal/answers/asker.ts';
import { openAsker } from '../../terminal/answers/asker.ts';
import { displayWidth } from '../../terminal/width.ts';
import type { Context } from '../shared/context.ts';
import { declined } from '../shared/declined.ts';
import { renewNotes } from '../shared/renew-notes.ts';
import { tellWarnings } from '../shared/warnings.ts';
import type { NextStep } from './next-steps.ts';
import { nextSteps } from './next-steps.ts';
import { mayChange } from './questions.ts';
import type { InitOptions } from './source.ts';
import { loadWith, presentFile, sourceOf } from './source.ts';
import type { Outcome } from './wizard.ts';
import { askAll } from './wizard.ts';
import { changesFor, refuseUnusable, toWrite } from './write.ts';

/**
 * Asks for what is needed to begin, tries it against Plex and Stash, and writes the config file, readable only by its
 * owner. Answers come from a terminal, from lines of standard input, or from flags and environment alone.
 */
export async function run(options: InitOptions, context: Context): Promise<number> {
  const { output, streams } = context;
  const wanted = options.yes ? 'nothing' : 'answers';
  const asker = openAsker({ streams, wanted, isQuiet: output.isQuiet });
  try {
    return await askAndWrite(options, context, asker);
  } finally {
    asker.close();
  }
}

async function askAndWrite(options: InitOptions, context: Context, asker: Asker): Promise<number> {
  const { dataDir, output } = context;
  const path = configFilePath(dataDir.path, options.configFile);
  const present = await readConfigFile({ ...sourceOf(options, context), named: presentFile(options) });
  refuseUnwritable(path);
  if (Object.keys(present.values).length > 0 && !options.yes) {
    const answer = await mayChange(`${path} exists. Change it?`, asker);
    if (answer !== 'yes') return declined(answer, context);
  }
  // Writing the file also fixes that others can read it.
  const { warnings } = await loadWith({}, options, context);
  tellWarnings({ warnings: warnings.filter((warning) => !present.warnings.includes(warning)) }, context);
  const outcome = await askAll({ options, context, asker });
  if (outcome === undefined) {
    output.log('info', say`Stopped. Nothing was written.`);
    return signalExitCode('SIGINT');
  }
  const written = await write(path, outcome, { options, context });
  tell({ path, ...written }, outcome, { options, context });
  return EXIT.done;
}

type Here = { readonly options: InitOptions; readonly context: Context };
type Written = { readonly names: readonly string[]; readonly loaded: LoadedSettings };

async function write(path: string, { answers }: Outcome, { options, context }: Here): Promise<Written> {
  const loaded = await loadWith(answers, options, context);
  const setup = toWrite(answers, { loaded, options, context });
  const text = changedText(await readConfigText(path), changesFor(setup, answers));
  if (options.configFile === undefined) openIntake(context.dataDir).close();
  await refuseUnusable(path, text);
  writeConfigText(path, text, { old: 'dropped' });
  await renewNotes(options.configFile, context);
  return { names: Object.keys(setup), loaded };
}

function tell(
  { path, names, loaded }: Written & { readonly path: string },
  { leftPathMap }: Outcome,
  { options, context: { dataDir, output } }: Here,
): void {
  const origins = { ...loaded.origins, path_map: { kind: 'file', name: path } as const };
  const place = { dataDir, loaded: { ...loaded, origins, configFile: options.configFile } };
  const left = leftPathMap === undefined ? undefined : plainText(pathMapLine(place, leftPathMap));
  const stash = loaded.settings.stash_url === undefined ? 'none' : 'known';
  const steps = nextSteps({ place, stash, leftPathMap: left });
  const document: InitDocument = {
    config_file: path,
    settings: [...names],
    proposed_path_map: leftPathMap === undefined ? null : leftPathMap.map(({ from, to }) => ({ from, to })),
    next: steps.map(({ command }) => command),
  };
  if (output.json) output.resultJson(document, 2);
  else output.result(`Wrote ${path}.\nNext:\n${linesOf(steps, output.readerOf('stdout'))}`);
}

/** Each command can be pasted as it is; what it does stands behind it where there is room. */
function linesOf(steps: readonly NextStep[], reader: ReturnType<Context['output']['readerOf']>): string {
  const room = reader.kind === 'pipe' ? Number.POSITIVE_INFINITY : reader.width;
  const longest = Math.max(...steps.map(({ command }) => command.length));
  const lines = steps.map(({ command, does }) => ({ command, full: `  ${command.padEnd(longest)}  # ${does}` }));
  const isRoomy = lines.every(({ full }) => displayWidth(full) <= room);
  return lines.map(({ command, full }) => (isRoomy ? full : `  ${command}`)).join('\n');
}
