import { say } from '../../core/text/sentence.ts';
import { EXIT, signalExitCode } from '../../exit.ts';
import type { Confirmation } from '../../terminal/confirm.ts';
import type { Context } from './context.ts';

/** Ends a command whose question was not answered with yes: No is a success, Ctrl-C ends it as anywhere. */
export function declined(answer: Exclude<Confirmation, 'yes'>, { output }: Pick<Context, 'output'>): number {
  output.log('info', say`Nothing was changed.`);
  return answer === 'no' ? EXIT.done : signalExitCode('SIGINT');
}
