import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';

/** Of what a program says, only its first line is told, and of that no more letters. */
const MOST_SAID = 200;

/**
 * Runs a program without a shell, with `input` on its standard input; returns why it failed, with the first line of its
 * standard error as it is. After `patienceMs` it is killed, and so is what it started.
 */
export async function runCommand(
  [program = '', ...args]: readonly string[],
  { input, patienceMs }: { readonly input: string; readonly patienceMs: number },
): Promise<string | undefined> {
  // In a group of its own, by which it is killed with all that it started.
  const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'], detached: HAS_GROUPS });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    // What is not kept is read all the same: a program that cannot go on writing does not end.
    if (!said.includes('\n') && said.length < MOST_SAID) said += text.slice(0, MOST_SAID);
  });
  // A program that does not read is no failure of ours.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const failure = await endOf(child, patienceMs);
  // What it started may hold them open.
  for (const stream of [child.stdin, child.stderr]) stream.destroy();
  const [line = ''] = said.trimStart().slice(0, MOST_SAID).split('\n');
  return failure === undefined || line === '' ? failure : `${failure}: ${line.trimEnd()}`;
}

async function endOf(child: ChildProcess, patienceMs: number): Promise<string | undefined> {
  return await new Promise((resolve) => {
    let failure = `it did not end within ${patienceMs / 1_000} s`;
    const timer = setTimeout(() => {
      kill(child);
      resolve(failure);
    }, patienceMs);
    const end = (how: string | undefined): void => {
      clearTimeout(timer);
      resolve(how);
    };
    child.on('error', () => end('it cannot be started'));
    child.on('exit', (code, signal) => {
      failure = signal === null ? `it ended with ${code}` : `it was ended by ${signal}`;
      if (code === 0) end(undefined);
    });
    // All that it said is read only now.
    child.on('close', () => end(failure));
  });
}

const HAS_GROUPS = process.platform !== 'win32';

function kill(child: ChildProcess): void {
  if (!HAS_GROUPS || child.pid === undefined) {
    child.kill('SIGKILL');
    return;
  }
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (thrown) {
    // The group has ended meanwhile.
    if ((thrown as NodeJS.ErrnoException).code !== 'ESRCH') throw thrown;
  }
}
