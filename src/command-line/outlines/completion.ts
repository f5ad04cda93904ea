import { UsageError } from '../../core/model/errors.ts';
import { EXIT } from '../../exit.ts';
import type { CommandSpec } from './spec.ts';

export const COMPLETION: CommandSpec = {
  name: 'completion',
  summary: 'print the script that completes commands and options in a shell',
  operands: [{ name: '<shell>', help: 'bash, zsh or fish' }],
  notes: [
    'bash: add  eval "$(plexsync completion bash)"  to ~/.bashrc.',
    'zsh: save the output as _plexsync in a directory of $fpath.',
    'fish: save the output as ~/.config/fish/completions/plexsync.fish.',
  ],
  examples: ['plexsync completion bash'],
  exitCodes: [EXIT.done, EXIT.usage],
  anyDataDir: true,
  run: async ({ operands: [shell = ''], table }, { output }) => {
    const { completionScript, SHELLS } = await import('./completion-script.ts');
    const known = SHELLS.find((name) => name === shell);
    if (known === undefined)
      throw new UsageError(`There is no completion for "${shell}".`, `Known: ${SHELLS.join(', ')}.`);
    output.result(completionScript(known, table));
    return EXIT.done;
  },
};
