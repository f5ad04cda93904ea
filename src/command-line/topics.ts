import { COMMANDS } from './commands.ts';
import { exitCodesHelp } from './exit-codes.ts';
import { helpParagraph, helpWidth } from './help-layout.ts';

/** The text of `plexsync help exit-codes`, also asked for as `--help exit-codes`; `undefined` for any other line. */
export function helpTopic(argv: readonly string[]): string | undefined {
  const [verb = '', topic, ...rest] = argv;
  const isAsked = ['help', '--help', '-h'].includes(verb) && topic === 'exit-codes' && rest.length === 0;
  return isAsked ? exitCodesTopic() : undefined;
}

function exitCodesTopic(): string {
  const width = helpWidth();
  const perCommand = COMMANDS.map(({ name, exitCodes }) => `  ${name.padEnd(18)}${exitCodes.join(' ')}`);
  return [
    exitCodesHelp(width),
    '',
    helpParagraph('Where several apply: a signal, then 70, 6, 3, 4, 2, 5, 1.', width),
    '',
    helpParagraph('Which command ends with which (all may end with 2, 70, and by a signal):', width),
    ...perCommand,
  ].join('\n');
}
