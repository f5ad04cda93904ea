import type { Output } from '../../terminal/log/output.ts';
import { readerOf } from '../../terminal/reader.ts';
import { wrapToWidth } from '../../terminal/width.ts';

/** Says a sentence beside the results, in lines that fit the terminal; to a pipe in one. */
export function logWrapped(output: Pick<Output, 'log'>, text: string): void {
  const reader = readerOf('stderr');
  const lines = reader.kind === 'pipe' ? [text] : wrapToWidth(text, reader.width);
  for (const line of lines) output.log('info', line);
}
