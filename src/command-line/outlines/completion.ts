import { UsageError } from '../../core/model/errors.ts';
import { EXIT } from '../../exit.ts';
import { SHELLS } from '../completion/shells.ts';
import type { CommandSpec } from './spec.ts';

export const COMPLETION: CommandSpec = {
  name: 'completion',
  summary: 'print the script that completes commands, options and their values in a shell',
  operands: [{ name: '<shell>', help: 'bash, zsh or fish', values: SHELLS }],
  notes: [
    'bash: add  eval "$(plexsync completion bash)"  to ~/.bashrc. Any bash since 3.2, that of macOS, will do.',
    'zsh: add  source <(plexsync completion zsh)  to ~/.zshrc, or save the output as _plexsync in a directory of $fpath. Completion itself has to be on: autoload -Uz compinit && compinit.',
    'fish: save the output as ~/.config/fish/completions/plexsync.fish.',
    'At each key the script asks plexsync, so it need not be made anew after an upgrade. Ids of dead letters, jobs, scenes and runs, and the names of libraries, come from the data directory: no server is asked, and what cannot be read is left out.',
  ],
  examples: ['plexsync completion bash'],
  exitCodes: [EXIT.done, EXIT.usage],
  run: async ({ operands: [shell = ''] }, { output }) => {
    const { SCRIPTS } = await import('../completion/scripts.ts');
    const known = SHELLS.find((name) => name === shell);
    if (known === undefined)
      throw new UsageError(`There is no completion for "${shell}".`, `Known: ${SHELLS.join(', ')}.`);
    output.result(SCRIPTS[known]);
    return EXIT.done;
  },
};
