import { sanitize } from '../terminal/sanitize.ts';
import type { Streams } from '../terminal/streams.ts';
import { writeText } from '../terminal/streams.ts';
import { exitCodesHelp } from './exit-codes.ts';
import { HELP_LAYOUT, helpParagraph, helpWidth } from './help-layout.ts';
import type { CommandSpec } from './outlines/spec.ts';
import { parseErrorOf } from './parse-errors.ts';
import type { Printing } from './program.ts';

/** Collects help in `help`, prints complaints to `streams`, both wrapped to the width of the terminal. */
export function printingTo(streams: Streams, argv: readonly string[], help: string[]): Printing {
  const width = (): number => helpWidth(streams);
  return {
    layout: HELP_LAYOUT,
    output: {
      getOutHelpWidth: width,
      getErrHelpWidth: width,
      writeOut: (text) => void help.push(text),
      // Under --json an error is one document, which is made elsewhere.
      writeErr: (text) => void (argv.includes('--json') || writeText(streams.stderr, text)),
      outputError: (text, write) => {
        const { message, hint } = parseErrorOf(text, argv);
        write(`plexsync: ${sanitize(message)}\n  ${sanitize(hint)}\n`);
      },
    },
    helpAfter: (spec) => (spec === undefined ? programHelpAfter(width()) : commandHelpAfter(spec, width())),
  };
}

const GLOBAL_OPTIONS_ARE = 'The options that every command takes are in plexsync --help.';

function programHelpAfter(width: number): string {
  return `${helpParagraph('New here: plexsync demo, then plexsync init.', width)}\n\n${exitCodesHelp(width)}`;
}

function commandHelpAfter({ notes = [], examples }: CommandSpec, width: number): string {
  const paragraphs = notes.map((note) => helpParagraph(note, width));
  const shown = ['Examples:', ...examples.map((line) => `  ${line}`)].join('\n');
  return [...paragraphs, shown, helpParagraph(GLOBAL_OPTIONS_ARE, width)].join('\n\n');
}
