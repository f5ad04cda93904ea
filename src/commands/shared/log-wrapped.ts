import type { Sentence } from '../../core/model/sentence.ts';
import { asProse, ours, plainText, say } from '../../core/model/sentence.ts';
import type { Output } from '../../terminal/log/output.ts';
import type { Reader } from '../../terminal/reader.ts';
import { wrapToWidth } from '../../terminal/width.ts';

/** Says a sentence beside the results, in lines that fit the terminal; to a pipe in one. */
export function logWrapped(output: Pick<Output, 'log' | 'readerOf'>, sentence: Sentence): void {
  for (const line of linesFor(sentence, output.readerOf('stderr'))) output.log('info', line);
}

/** A sentence in lines for a reader; where it is broken no part is whole any more, so that each line is one part. */
export function linesFor(sentence: Sentence, reader: Reader): readonly Sentence[] {
  if (reader.kind === 'pipe') return [sentence];
  const isOurs = sentence.pieces.every((piece) => typeof piece === 'string');
  return wrapToWidth(plainText(sentence), reader.width).map((line) => (isOurs ? ours(line) : say`${asProse(line)}`));
}
