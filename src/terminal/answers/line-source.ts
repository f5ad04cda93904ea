import { UsageError } from '../../core/model/errors.ts';
import { MOST_SETTINGS_BYTES, readBounded } from '../../read-bounded.ts';

/** The lines of an input, one by one, as they are asked for. */
export type LineSource = {
  /**
   * The next line; `undefined` at the end of the input, or once it was aborted.
   * @throws {UsageError} for an input that holds no line
   */
  next(): Promise<string | undefined>;
  close(): void;
};

/** Reads standard input, or a file that stands for it, line by line. */
export function linesOf(fd: number, aborted: AbortSignal): LineSource {
  const isStdin = fd === process.stdin.fd;
  const lines = splitLines(isStdin ? process.stdin : [readBounded(fd, MOST_SETTINGS_BYTES)]);
  const isAborted = new Promise<undefined>((resolve) =>
    aborted.addEventListener('abort', () => resolve(undefined), { once: true }),
  );
  return {
    next: async () => {
      const line = await Promise.race([lines.next(), isAborted]);
      return line === undefined || line.done === true ? undefined : line.value.trim();
    },
    // What is not read any more must not keep the process alive.
    close: () => {
      if (isStdin) process.stdin.destroy();
    },
  };
}

/** The longest answer there is, a list of mappings, has some thousands. */
const LONGEST_LINE = 1_048_576;

/** Splits bytes into lines as they come. One without an end, such as those of /dev/zero, would else fill the memory. */
async function* splitLines(input: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of input) {
    const [first = '', ...others] = decoder.decode(bytes, { stream: true }).split('\n');
    const last = others.pop();
    rest = boundedLine(rest + first);
    if (last === undefined) continue;
    yield rest;
    for (const line of others) yield boundedLine(line);
    rest = boundedLine(last);
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}

function boundedLine(line: string): string {
  if (line.length <= LONGEST_LINE) return line;
  throw new UsageError(
    'What comes on standard input are no answers: a line has more than a million characters.',
    'Give one answer a line, or answer at a terminal.',
  );
}
