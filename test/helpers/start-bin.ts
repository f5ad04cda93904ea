/** The bin in a process of its own, in an environment that holds nothing but what is given. */
import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Result, RunOptions } from './run-main.ts';
import { NO_HOME } from './scratch.ts';

export const BIN = fileURLToPath(new URL('../../bin/plexsync.js', import.meta.url));

/** After this long without the word that is waited for, a process hangs. */
const PATIENCE_MS = 60_000;

export type Running = {
  readonly pid: number;
  /** Resolves once `words` stand in what was said on either stream; fails when the process ends without them. */
  says(words: RegExp): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Result>;
};

/** @param options `bin` is that of another installation */
export function startBin(
  args: readonly string[],
  { input = '', env, bin = BIN }: RunOptions & { readonly bin?: string } = {},
): Running {
  const child = spawn(process.execPath, [bin, ...args], {
    env: { PATH: process.env['PATH'] ?? '', HOME: NO_HOME, ...env },
  });
  const said = { stdout: '', stderr: '' };
  const changed = new EventEmitter();
  let isOver = false;
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
      changed.emit('change');
    });
  const ended = new Promise<Result>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      isOver = true;
      changed.emit('change');
      resolve({ code, signal, ...said });
    });
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return {
    pid: child.pid ?? 0,
    says: async (words) => {
      while (!words.test(said.stdout) && !words.test(said.stderr)) {
        const missing = `${words} was never said:\n${said.stdout}${said.stderr}`;
        if (isOver) throw new Error(missing);
        await once(changed, 'change', { signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => {
          throw new Error(missing);
        });
      }
    },
    kill: (signal) => void child.kill(signal),
    ended,
  };
}

export async function runBin(args: readonly string[], options?: RunOptions): Promise<Result> {
  return await startBin(args, options).ended;
}
