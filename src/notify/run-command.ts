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
  const child = start(program, args);
  if (child === undefined) return NOT_STARTED;
  let said = '';
  // Where no more files may be opened, there are no streams, whatever the types of Node say.
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    // What is not kept is read all the same: a program that cannot go on writing does not end.
    if (!said.includes('\n') && said.length < MOST_SAID) said = `${said}${text.slice(0, MOST_SAID)}`.trimStart();
  });
  // A program that does not read is no failure of ours.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  const failure = await endOf(child, patienceMs);
  // What it started may hold them open.
  for (const stream of [child.stdin, child.stderr]) stream?.destroy();
  const [line = ''] = said.slice(0, MOST_SAID).split('\n');
  return failure === undefined || line === '' ? failure : `${failure}: ${line.trimEnd()}`;
}

const NOT_STARTED = 'it cannot be started';

function start(program: string, args: readonly string[]): ChildProcess | undefined {
  try {
    // In a group of its own, by which it is killed with all that it started.
    return spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'], detached: HAS_GROUPS });
  } catch {
    // Node tells of a missing program by an event, and throws for most else: a path through a file, too long a word.
    return undefined;
  }
}

async function endOf(child: ChildProcess, patienceMs: number): Promise<string | undefined> {
  return await new Promise((resolve) => {
    let failure = `it did not end within ${patienceMs / 1_000} s`;
    const timer = setTimeout(() => {
      resolve(failure);
      kill(child);
    }, patienceMs);
    const end = (how: string | undefined): void => {
      clearTimeout(timer);
      resolve(how);
    };
    child.on('error', () => end(NOT_STARTED));
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
  } catch {
    // It has ended meanwhile, or runs as another user, by sudo for one. Then it is left alone, and not waited for.
    child.unref();
  }
}
