import type { Sentence } from '../../core/text/sentence.ts';
import { foreign, mapPieces, pieceText, plainText, say } from '../../core/text/sentence.ts';
import type { AnyDocument } from '../../documents/documents.ts';
import type { ErrorDocument } from '../../documents/error.ts';
import type { JobDocument } from '../../documents/job.ts';
import { toJsonText } from '../json-text.ts';
import type { Paint, Reader } from '../reader.ts';
import { readerOf } from '../reader.ts';
import { sanitize } from '../sanitize.ts';
import type { Streams } from '../streams.ts';
import { PROCESS_STREAMS, writeText } from '../streams.ts';
import { wrapWords } from '../width.ts';
import type { LogLine } from './event-lines.ts';
import { createHold } from './held-lines.ts';
import type { LogSink } from './log-buffer.ts';
import { createLogBuffer } from './log-buffer.ts';
import type { Level, LogEntry, LogFormat } from './log-format.ts';
import { formatEntry } from './log-format.ts';

/** A line that stays at the bottom of the terminal while others are written above it. */
export type LiveLine = {
  /** Removes the line, lets `write` write, and restores the line. */
  around(write: () => void): void;
};

/** Removes from a sentence what others must not read. */
export type OutputMask = (line: Sentence) => Sentence;

/** A failure for a program to read: a code, and the sentences that people see. */
export type ErrorReport = {
  readonly code: string;
  readonly exitCode: number;
  readonly message: Sentence;
  readonly hint: Sentence | undefined;
};

/** How much output a person wants. */
export type OutputOptions = {
  /** Show nothing if the command ends well. */
  readonly quiet: boolean;
  /** 0 shows info and above; 1 adds debug lines. */
  readonly verbosity: number;
  readonly json: boolean;
  /** Those of the process unless given. */
  readonly streams?: Streams | undefined;
  /** How log lines look on stderr; `pretty` unless given. */
  readonly logFormat?: LogFormat | undefined;
  /** Epoch ms; the time of log lines, in formats that show it. */
  now(): number;
  /** Further destinations of every log line, debug included, whatever `quiet` and `verbosity` are. */
  readonly logFiles?: readonly LogSink[] | undefined;
  /** Whether a person watches stderr and wants to see progress. */
  readonly isLive?: boolean | undefined;
  /** Colours for each stream; where none are wanted, no package is loaded for them. */
  readonly paint?: { readonly stdout: Paint | undefined; readonly stderr: Paint | undefined } | undefined;
};

/** The only way to stdout and stderr. Results go to stdout, everything else to stderr. */
export type Output = {
  readonly json: boolean;
  /**
   * How the jobs of a run are told on stderr: `one_line` to a person at a terminal, `guide` in the guide's words, and
   * `everything` under `--verbose`.
   */
  readonly sceneView: 'one_line' | 'guide' | 'everything';
  /** Whether nothing is shown if the command ends well. */
  readonly isQuiet: boolean;
  /** Whether a live line below the log would be visible. */
  readonly isLive: boolean;
  /** Who reads a stream now; a terminal may be resized, so ask again before each drawing. */
  readerOf(stream: 'stdout' | 'stderr'): Reader;
  /** Prints a result of one or more lines; text from outside must be sanitised before. */
  result(text: string): void;
  /** Prints a result as one JSON document, or one NDJSON line. */
  resultJson(value: AnyDocument, indent?: number): void;
  /** Prints a result as one JSON array, an entry per line, as the entries come: none is kept in memory. */
  resultJsonArray(entries: Iterable<JobDocument>): void;
  /** Writes one log line. Control characters are removed here, so that no caller can forget it. */
  log(level: Level, line: Sentence, about?: LogEntry['about']): void;
  /** Keeps a log line in the log files, and does not show it. */
  record(level: Level, line: Sentence): void;
  /** Writes what waits for the log files; they wait at most a second by themselves. */
  flush(): void;
  /** Shows a log line on stderr, and does not keep it; a `detail` is about single jobs, and gives way in a mail. */
  show(level: Level, line: Sentence, part: HeldPart): void;
  /** Keeps `line` below whatever is written from now on; `undefined` ends that. */
  keepBelow(line: LiveLine | undefined): void;
  /** Passes everything through `mask` from now on. */
  maskWith(mask: OutputMask): void;
  /**
   * Reports a failure: `lines`, or under `--json` a document on stderr, even with `--quiet`. The log files get the
   * lines in any case.
   */
  error(report: ErrorReport, lines: readonly LogLine[]): void;
  /** Discards the output that `--quiet` holds back. */
  forgetHeld(): void;
  /**
   * Ends the output: what `--quiet` held back is shown only if the command failed.
   * @returns the exit code; 1 when a success could not be written to stdout.
   */
  end(exitCode: number): number;
};

/** Whether a line is about single jobs, or about the run. */
export type HeldPart = 'matter' | 'detail';

const RANK: Readonly<Record<Level, number>> = { debug: -1, info: 0, warning: 1, error: 2 };

export function createOutput(options: OutputOptions): Output {
  const { quiet, verbosity, json, logFiles = [], logFormat = 'pretty', streams = PROCESS_STREAMS } = options;
  const held = createHold();
  let lostBecause: string | undefined;
  let live: LiveLine | undefined;
  let mask: OutputMask = NO_MASK;
  const writeTo = (stream: 'stdout' | 'stderr', text: string): void => {
    const writeNow = (): void => {
      const outcome = writeText(streams[stream], text);
      if (outcome.kind === 'lost' && stream === 'stdout') lostBecause = outcome.reason;
    };
    if (live === undefined) writeNow();
    else live.around(writeNow);
  };
  const tell = (entry: LogEntry, part: HeldPart = 'matter'): void => {
    if (RANK[entry.level] < (quiet ? RANK.warning : -verbosity)) return;
    const text = `${formatEntry(forReader(entry), logFormat, options.paint?.stderr)}\n`;
    if (quiet) held.add(text, part === 'detail' ? 'detail' : entry.level);
    else writeTo('stderr', text);
  };
  // A person gets whole words; what is held back may be mailed, and stays a line.
  const forReader = (entry: LogEntry): LogEntry => {
    const reader = readerOf(streams, 'stderr');
    if (quiet || logFormat !== 'pretty' || reader.kind === 'pipe') return entry;
    return { ...entry, line: wrapWords(entry.line, reader.width).join('\n') };
  };
  const entryOf = (level: Level, line: Sentence, about: LogEntry['about'] = 'work'): LogEntry => {
    const said = clean(mask(line));
    return { level, said, line: plainText(said), at: options.now(), about };
  };
  const kept = createLogBuffer(logFiles, (complaint) => tell(entryOf('warning', say`${foreign(complaint)}`)));
  const put = (entry: LogEntry): void => {
    tell(entry);
    kept.add(entry);
  };
  return {
    json,
    sceneView: sceneViewOf(options),
    isQuiet: quiet,
    isLive: options.isLive ?? false,
    readerOf: (stream) => ({ ...readerOf(streams, stream), paint: options.paint?.[stream] }),
    result: (text) => {
      if (!quiet) writeTo('stdout', `${text}\n`);
    },
    resultJson: (value, indent) => writeTo('stdout', `${toJsonText(value, indent)}\n`),
    resultJsonArray: (entries) => {
      for (const chunk of inChunks(jsonArray(entries))) writeTo('stdout', chunk);
    },
    log: (level, line, about) => put(entryOf(level, line, about)),
    record: (level, line) => kept.add(entryOf(level, line)),
    flush: kept.flush,
    show: (level, line, part) => tell(entryOf(level, line), part),
    keepBelow: (line) => {
      live = line;
    },
    maskWith: (chosen) => {
      mask = chosen;
    },
    error: ({ code, exitCode, message, hint }, lines) => {
      const text = (sentence: Sentence): string => plainText(mask(sentence));
      if (json) {
        const told = { message: text(message), hint: hint === undefined ? null : text(hint) };
        const document: ErrorDocument = { error: { code, exit_code: exitCode, ...told } };
        writeTo('stderr', `${toJsonText(document)}\n`);
      }
      const about = code === 'usage' ? 'usage_error' : 'work';
      for (const [level, line] of lines) (json ? kept.add : put)(entryOf(level, line, about));
    },
    forgetHeld: () => void held.take(),
    end: (exitCode) => {
      kept.flush();
      const texts = held.take();
      if (exitCode !== 0) for (const text of texts) writeTo('stderr', text);
      if (lostBecause === undefined) return exitCode;
      writeTo('stderr', `plexsync: The result could not be written to standard output (${lostBecause}).\n`);
      return exitCode === 0 ? 1 : exitCode;
    },
  };
}

function sceneViewOf({
  verbosity,
  json,
  logFormat = 'pretty',
  streams = PROCESS_STREAMS,
}: OutputOptions): Output['sceneView'] {
  if (verbosity > 0) return 'everything';
  if (logFormat === 'brief' && !json) return 'one_line';
  const isPerson = !json && logFormat === 'pretty' && readerOf(streams, 'stderr').kind === 'person';
  return isPerson ? 'one_line' : 'guide';
}

const NO_MASK: OutputMask = (line) => line;

function clean(sentence: Sentence): Sentence {
  return mapPieces(sentence, (piece) => sanitize(pieceText(piece)));
}

function* jsonArray(entries: Iterable<unknown>): Generator<string> {
  let lead = '[\n';
  for (const entry of entries) {
    yield `${lead}${toJsonText(entry)}`;
    lead = ',\n';
  }
  yield lead === '[\n' ? '[]\n' : '\n]\n';
}

/** About as much as a pipe takes at once: one write per small piece would cost more than the piece. */
const CHUNK_LENGTH = 32_768;

function* inChunks(pieces: Iterable<string>): Generator<string> {
  let chunk = '';
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length < CHUNK_LENGTH) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}
