import { UsageError } from '../../core/model/errors.ts';

/** Collects what is wrong with the entries of a file, so that a person need not run again for each mistake. */
export type Mistakes = {
  /** Notes a mistake. @throws whatever else was thrown. */
  note(thrown: unknown): void;
  hasAny(): boolean;
  /** Whether enough were counted: then the rest of a file is not worth the time. */
  isFull(): boolean;
  /** @throws {UsageError} that names the first mistakes, and counts the rest. */
  throwIfAny(): void;
};

/** A longer list is read by nobody. */
const MOST_NAMED = 5;
/** The queue is open for writing while a long file is read, and others wait. */
const MOST_COUNTED = 1_000;

/** @param name what the file is called; each mistake begins with it. */
export function createMistakes(name: string): Mistakes {
  const named: UsageError[] = [];
  let count = 0;
  return {
    note: (thrown) => {
      if (!(thrown instanceof UsageError)) throw thrown;
      count += 1;
      if (named.length < MOST_NAMED) named.push(thrown);
    },
    hasAny: () => count > 0,
    isFull: () => count >= MOST_COUNTED,
    throwIfAny: () => {
      const [first, ...others] = named;
      if (first === undefined) return;
      if (others.length === 0) throw first;
      const rest =
        count > named.length ? [`And ${count - named.length} more${count < MOST_COUNTED ? '' : ' at least'}.`] : [];
      throw new UsageError(
        [first.message, ...others.map(({ message }) => withoutName(message, name)), ...rest].join(' '),
        'Correct them and run again; nothing was enqueued.',
      );
    },
  };
}

/** `harbour.json, line 3: …` as `Line 3: …`. */
function withoutName(message: string, name: string): string {
  const start = `${name}, `;
  if (!message.startsWith(start)) return message;
  const rest = message.slice(start.length);
  return `${rest.charAt(0).toUpperCase()}${rest.slice(1)}`;
}
