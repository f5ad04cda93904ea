import { COMMANDS } from './commands.ts';
import { EXIT_CODE_WORDS } from './exit-codes.ts';

/** The text of `plexsync help exit-codes`, also asked for as `--help exit-codes`; `undefined` for any other line. */
export function helpTopic(argv: readonly string[]): string | undefined {
  const [verb = '', topic, ...rest] = argv;
  const isAsked = ['help', '--help', '-h'].includes(verb) && topic === 'exit-codes' && rest.length === 0;
  return isAsked ? exitCodesTopic() : undefined;
}

function exitCodesTopic(): string {
  const meanings = EXIT_CODE_WORDS.map(([code, meaning]) => `  ${String(code).padEnd(15)}${meaning}`);
  const perCommand = COMMANDS.map(({ name, exitCodes }) => `  ${name.padEnd(18)}${exitCodes.join(' ')}`);
  return [
    'Exit codes:',
    ...meanings,
    '',
    'Where several apply: a signal, then 70, 6, 3, 4, 2, 5, 1.',
    '',
    'Which command ends with which (all may end with 2, 70, and by a signal):',
    ...perCommand,
  ].join('\n');
}
