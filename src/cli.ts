import { CommanderError } from 'commander';
import { createClock } from './clock.ts';
import { hideTokens } from './command-line/hide-tokens.ts';
import { FREQUENT } from './command-line/outlines/frequent.ts';
import { VERSION as VERSION_OPTION } from './command-line/outlines/global-options.ts';
import { parseTyped } from './command-line/parse.ts';
import type { GlobalOptions, Parsed } from './command-line/program.ts';
import type { Context } from './commands/shared/context.ts';
import { UsageError } from './core/model/errors.ts';
import { foreign, say } from './core/text/sentence.ts';
import { complaintOf, EXIT } from './exit.ts';
import { dataDirOf, refusePredecessor } from './settings/data-dir.ts';
import { createKeptLogs, createLogFile } from './terminal/log/log-file.ts';
import type { LogFormat } from './terminal/log/log-format.ts';
import { LOG_FORMATS } from './terminal/log/log-format.ts';
import type { Output, OutputOptions } from './terminal/log/output.ts';
import { createOutput } from './terminal/log/output.ts';
import { isTerminal } from './terminal/reader.ts';
import type { Streams } from './terminal/streams.ts';
import { PROCESS_STREAMS, writeText } from './terminal/streams.ts';
import { VERSION } from './version.ts';

/**
 * Runs one command line and returns its exit code; prints all messages. Never throws. `typed` is what follows
 * the program's name.
 */
export async function main(
  typed: readonly string[],
  env: NodeJS.ProcessEnv,
  streams: Streams = PROCESS_STREAMS,
): Promise<number> {
  const json = typed.includes('--json');
  try {
    if (typed[0] === 'completion' && typed[1] === '--line') return await completeLine(typed.slice(2), env, streams);
    if (typed.length === 1 && asksForVersion(typed[0])) return tell(VERSION, streams);
    const frequent = parseTyped(typed, FREQUENT);
    if (frequent !== undefined) return await perform(frequent, { argv: typed, env, streams });
    const { readAnyLine } = await import('./command-line/any-line.ts');
    const line = readAnyLine(typed, streams);
    switch (line.kind) {
      case 'command':
        return await perform(line.parsed, { argv: typed, env, streams });
      case 'text':
        return tell(line.text, streams);
    }
  } catch (thrown) {
    if (thrown instanceof CommanderError) return await usageExitCode(thrown, typed, streams);
    return complain(
      withoutTokens(thrown, { argv: typed, env }),
      createOutput({ quiet: false, verbosity: 0, json, streams, now: Date.now }),
    );
  }
}

const asksForVersion = (word = ''): boolean => VERSION_OPTION.flags.split(', ').includes(word);

function tell(text: string, streams: Streams): number {
  const output = createOutput({ quiet: false, verbosity: 0, json: false, streams, now: Date.now });
  output.result(text);
  return output.end(EXIT.done);
}

/** What the completion script of a shell asks at a key; it fails in silence, since a person is typing there. */
async function completeLine(asked: readonly string[], env: NodeJS.ProcessEnv, streams: Streams): Promise<number> {
  const { completionAnswer } = await import('./command-line/completion/answer.ts');
  const lines = await completionAnswer(asked, env);
  writeText(streams.stdout, lines.map((line) => `${line}\n`).join(''));
  return EXIT.done;
}

/** What a command line is given besides its words. */
type Surroundings = {
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly streams: Streams;
};

async function perform({ command, invocation, options }: Parsed, surroundings: Surroundings): Promise<number> {
  const { argv, env, streams } = surroundings;
  const now = createClock(env);
  const dataDir = dataDirOf(options.dataDir, env);
  refuseEmpty('--config', options.config);
  refuseEmpty('--log-file', options.logFile);
  const logFormat = logFormatOf(options.logFormat, env, command.logFormat);
  const logPath = options.logFile || env['PLEXSYNC_LOG_FILE'];
  const logFile = logPath ? createLogFile(logPath) : undefined;
  // Under cron all output is held back until it is known whether it is worth a mail.
  const isQuiet = (options.quiet ?? false) || invocation.given.has('cron');
  const isForEyes = logFormat === 'pretty' && isTerminal(streams.stderr);
  const output = createOutput({
    quiet: isQuiet,
    verbosity: options.verbose ?? 0,
    json: options.json ?? false,
    streams,
    now,
    logFormat,
    logFiles: [
      // A dry run changes nothing in the data directory; a log file that the person named is written.
      ...(invocation.given.has('dry-run') ? [] : createKeptLogs(dataDir.path)),
      ...(logFile === undefined ? [] : [logFile]),
    ],
    isLive: isForEyes && !isQuiet && options.json === undefined,
    paint: await loadPaint(logFormat, options, surroundings),
  });
  // A run that logs nothing would never find out.
  const fault = logFile?.check();
  if (fault !== undefined) output.show('warning', say`${foreign(fault)}`, 'matter');
  // A second signal ends the process at once.
  process.on('exit', output.flush);
  let exitCode: number;
  try {
    if (!command.anyDataDir) refusePredecessor(dataDir);
    const context: Context = { dataDir, output, streams, env, now, version: VERSION };
    exitCode = await command.run(invocation, context);
  } catch (thrown) {
    exitCode = complain(withoutTokens(thrown, { argv, env }), output);
  }
  process.off('exit', output.flush);
  return output.end(exitCode);
}

/**
 * Colours are for terminals, or for whoever forces them: on a pipe, as in a hook, no package is loaded for them.
 */
async function loadPaint(
  logFormat: LogFormat,
  options: GlobalOptions,
  { env, streams }: Surroundings,
): Promise<OutputOptions['paint']> {
  const isForced = !['', '0', 'false', undefined].includes(env['FORCE_COLOR']);
  const isRefused = !options.color || Boolean(env['NO_COLOR']) || (env['TERM'] === 'dumb' && !isForced);
  if (isRefused) return undefined;
  const isWanted = (fd: number): boolean => isForced || isTerminal(fd);
  const [stdout, stderr] = [isWanted(streams.stdout), isWanted(streams.stderr) && logFormat === 'pretty'];
  if (!stdout && !stderr) return undefined;
  const { createPaint } = await import('./terminal/palette.ts');
  const paint = createPaint();
  return { stdout: stdout ? paint : undefined, stderr: stderr ? paint : undefined };
}

/** @throws {UsageError} naming the source of the value, and the existing formats. */
function logFormatOf(flag: string | undefined, env: NodeJS.ProcessEnv, fallback: LogFormat = 'pretty'): LogFormat {
  const given = flag ?? (env['PLEXSYNC_LOG_FORMAT'] || fallback);
  const known = LOG_FORMATS.find((format) => format === given);
  if (known !== undefined) return known;
  const origin = flag === undefined ? 'PLEXSYNC_LOG_FORMAT' : '--log-format';
  throw new UsageError(
    `${origin} must be ${LOG_FORMATS.slice(0, -1).join(', ')} or ${LOG_FORMATS.at(-1)}, not "${given}".`,
    'pretty is the default.',
  );
}

/** An empty value probably comes from a variable that the shell did not know. */
function refuseEmpty(flag: string, value: string | undefined): void {
  if (value === '') throw new UsageError(`${flag} is empty.`, `Give the path of a file, or leave ${flag} out.`);
}

/** A usage error quotes what was typed or set, which may be a token in the wrong place. */
function withoutTokens(thrown: unknown, { argv, env }: Pick<Surroundings, 'argv' | 'env'>): unknown {
  if (!(thrown instanceof UsageError)) return thrown;
  const { message, hint } = thrown;
  const set = Object.entries(env).flatMap(([name, value = '']) => (/^(?:PLEX|STASH)/.test(name) ? [value] : []));
  const words = [...argv, ...set];
  return new UsageError(hideTokens(message, words), hint === undefined ? undefined : hideTokens(hint, words));
}

function complain(thrown: unknown, output: Output): number {
  const complaint = complaintOf(thrown, VERSION);
  const { exitCode, message, hint, stack } = complaint;
  const lines = stack === undefined ? [] : stack.split('\n').map((line) => say`${foreign(line)}`);
  const more = [...(hint === undefined ? [] : [hint]), ...lines];
  output.error(complaint, [
    ['error', say`plexsync: ${message}`],
    ...more.map((line) => ['error', say`  ${line}`] as const),
  ]);
  return exitCode;
}

/** Commander has already printed its sentence, except under `--json`, where it becomes the error document. */
async function usageExitCode(error: CommanderError, argv: readonly string[], streams: Streams): Promise<number> {
  if (argv.includes('--json')) {
    const { parseErrorOf } = await import('./command-line/parse-errors.ts');
    const complaint = parseErrorOf(error.message, argv);
    const message = say`${foreign(complaint.message)}`;
    const hint = complaint.hint === undefined ? undefined : say`${foreign(complaint.hint)}`;
    const output = createOutput({ quiet: false, verbosity: 0, json: true, streams, now: Date.now });
    output.error({ code: 'usage', exitCode: EXIT.usage, message, hint }, []);
  }
  return EXIT.usage;
}
