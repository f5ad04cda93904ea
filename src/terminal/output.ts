import { writeSync } from 'node:fs';
import { sanitize } from './sanitize.ts';

export type Level = 'debug' | 'info' | 'warning' | 'error';

/** How much a person wants to see. */
export type OutputOptions = {
  /** Nothing at all when the command ends well. */
  readonly quiet: boolean;
  /** 0 shows info and above; 1 adds debug lines. */
  readonly verbosity: number;
  readonly json: boolean;
  /** Colours a log line by its level; commands that print no colour leave it out and load no package for it. */
  readonly paint?: ((level: Level, line: string) => string) | undefined;
};

/** The one door to stdout and stderr. Results go to stdout, everything else to stderr. */
export type Output = {
  readonly json: boolean;
  /** A result, one or more lines; what came from outside must be sanitised before. */
  result(text: string): void;
  /** A result as one JSON document, or one NDJSON line. */
  resultJson(value: unknown, indent?: number): void;
  /** One log line. Control characters are taken out here, so that no caller can forget. */
  log(level: Level, line: string): void;
  /** An error document, as it is; stderr, whatever `--quiet` says. */
  error(document: string): void;
  /**
   * Ends the output: what `--quiet` held back is shown only when the command ended badly.
   * @returns the exit code, which is 1 where a good end could not be told on stdout.
   */
  end(exitCode: number): number;
};

const RANK: Readonly<Record<Level, number>> = { debug: -1, info: 0, warning: 1, error: 2 };

export function createOutput(options: OutputOptions): Output {
  const { quiet, verbosity, json } = options;
  const paint = options.paint ?? ((_level: Level, line: string): string => line);
  const held: string[] = [];
  let isResultLost = false;
  const writeResult = (text: string): void => {
    if (write(STDOUT, text) === 'lost') isResultLost = true;
  };
  return {
    json,
    result: (text) => {
      if (!quiet) writeResult(`${text}\n`);
    },
    resultJson: (value, indent) => writeResult(`${JSON.stringify(value, null, indent)}\n`),
    log: (level, line) => {
      if (RANK[level] < (quiet ? RANK.warning : -verbosity)) return;
      const text = `${paint(level, sanitize(line))}\n`;
      if (quiet) held.push(text);
      else write(STDERR, text);
    },
    error: (document) => void write(STDERR, `${document}\n`),
    end: (exitCode) => {
      if (exitCode !== 0) for (const text of held.splice(0)) write(STDERR, text);
      return exitCode === 0 && isResultLost ? 1 : exitCode;
    },
  };
}

const STDOUT = 1;
const STDERR = 2;

/**
 * Writes at once: nothing is lost when the process ends, and a hook pays for no stream. A reader that has gone
 * (`plexsync … | head`) is no failure.
 */
function write(fd: number, text: string): 'written' | 'lost' {
  let rest: Uint8Array = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (thrown) {
      const { code } = thrown as NodeJS.ErrnoException;
      if (code === 'EPIPE') return 'written';
      // A full disk under a log must not stop the work; a result that was lost shows in the exit code.
      if (code !== 'EAGAIN') return 'lost';
      // A full pipe whose other end is slow: wait a little, without giving up the order of lines.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
  return 'written';
}
