import { say } from '../../core/model/sentence.ts';
import { EXIT, signalExitCode } from '../../exit.ts';
import type { Confirmation } from '../../terminal/confirm.ts';
import type { Context } from './context.ts';

/** How a command ends that asked first and was not told yes: a No is a good end, Ctrl-C one like everywhere. */
export function declined(answer: Exclude<Confirmation, 'yes'>, { output }: Pick<Context, 'output'>): number {
  output.log('info', say`Nothing was changed.`);
  return answer === 'no' ? EXIT.done : signalExitCode('SIGINT');
}
