import type { Help } from 'commander';
import { readerOf } from '../terminal/reader.ts';
import type { Streams } from '../terminal/streams.ts';
import { wrapToWidth } from '../terminal/width.ts';

const PIPE_WIDTH = 80;
const INDENT = 2;
const GAP = 2;
/** If fewer columns are left for explanations, they stand below what they explain. */
const LEAST_ROOM = 32;
const BELOW_INDENT = 6;
const OWN_OPTIONS = 'Options:';

/** The width of help: the terminal's, or 80 columns without one. */
export function helpWidth(streams: Streams): number {
  const reader = readerOf(streams, 'stdout');
  return reader.kind === 'person' ? reader.width : PIPE_WIDTH;
}

/** A term and its explanation, wrapped between words; only a long word may exceed `width`. */
export function helpItem(
  term: string,
  explanation: string,
  { termWidth, width }: { readonly termWidth: number; readonly width: number },
): string {
  const room = width - INDENT - termWidth - GAP;
  const start = ' '.repeat(INDENT);
  if (explanation === '') return start + term;
  if (room < LEAST_ROOM) {
    const lines = wrapToWidth(explanation, width - BELOW_INDENT);
    return [start + term, ...lines.map((line) => ' '.repeat(BELOW_INDENT) + line)].join('\n');
  }
  const [first = '', ...more] = wrapToWidth(explanation, room);
  const below = ' '.repeat(INDENT + termWidth + GAP);
  return [`${start}${term.padEnd(termWidth + GAP)}${first}`, ...more.map((line) => below + line)].join('\n');
}

/** A paragraph of help. */
export function helpParagraph(text: string, width: number): string {
  return wrapToWidth(text, width).join('\n');
}

/** commander's layout settings: a command's own options first, and nothing cut by a narrow terminal. */
export const HELP_LAYOUT: Partial<Help> = {
  formatItem: (term, termWidth, description, helper) =>
    helpItem(term, description, { termWidth, width: helper.helpWidth ?? PIPE_WIDTH }),
  groupItems: (_declared, visible, groupOf) => {
    const own = visible.filter((item) => groupOf(item) === OWN_OPTIONS);
    const groups = new Map(own.length === 0 ? [] : [[OWN_OPTIONS, own]]);
    for (const item of visible.filter((each) => !own.includes(each)))
      groups.set(groupOf(item), [...(groups.get(groupOf(item)) ?? []), item]);
    return groups;
  },
};
