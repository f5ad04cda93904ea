import type { Sentence } from '../../core/text/sentence.ts';
import { asProse, ours, plainText, say } from '../../core/text/sentence.ts';
import type { Level } from '../../terminal/log/log-format.ts';
import type { Output } from '../../terminal/log/output.ts';
import type { Reader } from '../../terminal/reader.ts';
import { wrapToWidth } from '../../terminal/width.ts';

/** Logs a sentence, wrapped to the terminal's width; on one line for a pipe. */
export function logWrapped(output: Pick<Output, 'log' | 'readerOf'>, sentence: Sentence, level: Level = 'info'): void {
  for (const line of linesFor(sentence, output.readerOf('stderr'))) output.log(level, line);
}

/** Breaks a sentence into lines for a reader. A part may be split between two lines, so each line counts as one part. */
export function linesFor(sentence: Sentence, reader: Reader): readonly Sentence[] {
  if (reader.kind === 'pipe') return [sentence];
  const isOurs = sentence.pieces.every((piece) => typeof piece === 'string');
  return wrapToWidth(plainText(sentence), reader.width).map((line) => (isOurs ? ours(line) : say`${asProse(line)}`));
}
