import type { Output } from './log/output.ts';

/**
 * Does something that takes a while, and shows a person at a terminal that it goes on; the line is gone at its end. It
 * hides no cursor and takes no input, so that Ctrl-C leaves a usable shell.
 */
export async function withSpinner<Result>(
  text: string,
  output: Pick<Output, 'isLive' | 'keepBelow'>,
  work: () => Promise<Result>,
): Promise<Result> {
  if (!output.isLive) return await work();
  const { default: ora } = await import('ora');
  const spinner = ora({ text, color: false, hideCursor: false, discardStdin: false }).start();
  output.keepBelow({
    around: (write) => {
      spinner.clear();
      write();
    },
  });
  try {
    return await work();
  } finally {
    output.keepBelow(undefined);
    spinner.stop();
  }
}
