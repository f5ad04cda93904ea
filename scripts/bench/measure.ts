/** Runs programs and says what they cost. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const BIN = fileURLToPath(new URL('../../bin/plexsync.js', import.meta.url));
/** The first runs of an installation keep what V8 compiled for them; those that are measured find it. */
export const FIRST_RUNS = createRequire(import.meta.url)('../../bin/compiled-code.js').RUNS_THAT_ADD as number;
const TELL_MEMORY = fileURLToPath(new URL('children/tell-memory.cjs', import.meta.url));

export type Env = Readonly<Record<string, string>>;

export type Program = {
  /** Behind `node`. */
  readonly args: readonly string[];
  readonly env?: Env;
  /** A file; nothing by default. */
  readonly stdin?: string;
  /** Loads a small file into the program, so it is not for a start-up. */
  readonly memory?: 'told';
  /** 0 alone by default. */
  readonly exitCodes?: readonly number[];
};

/** The whole process: `cpuMs` is user and system time, `peakMiB` is NaN unless it was asked for. */
export type Cost = { readonly wallMs: number; readonly cpuMs: number; readonly peakMiB: number };

// Bash starts them: its own `time` gives what the system counted for the child, to the millisecond.
const TIMED = `TIMEFORMAT='%3R %3U %3S'; { time "$@" <"$STDIN" >/dev/null 2>"$0/stderr"; } 2>"$0/times"`;

/** What a program cost; throws with what it said when it failed. */
export async function costOf(program: Program): Promise<Cost> {
  return await withDir(async (dir) => {
    const nodeArgs = program.memory === 'told' ? ['--require', TELL_MEMORY] : [];
    const command = [process.execPath, ...nodeArgs, ...program.args];
    const memory = join(dir, 'memory');
    const env = {
      PATH: process.env['PATH'],
      STDIN: program.stdin ?? '/dev/null',
      BENCH_MEMORY: memory,
      ...program.env,
    };
    const code = await exitCodeOf(spawn('bash', ['-c', TIMED, dir, ...command], { env, stdio: 'ignore' }));
    if (code === null || !(program.exitCodes ?? [0]).includes(code)) {
      throw new Error(`${program.args.join(' ')} ended with ${code}: ${readFileSync(join(dir, 'stderr'), 'utf8')}`);
    }
    const times = readFileSync(join(dir, 'times'), 'utf8').trim().split(' ').map(Number);
    const [wallMs = Number.NaN, userMs = Number.NaN, systemMs = Number.NaN] = times.map((seconds) => seconds * 1_000);
    const peakMiB = program.memory === 'told' ? Number(readFileSync(memory, 'utf8')) / 1_024 : Number.NaN;
    return { wallMs, cpuMs: userMs + systemMs, peakMiB };
  });
}

function exitCodeOf(child: ReturnType<typeof spawn>): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
}

export async function withDir<T>(use: (dir: string) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'plexsync-bench-'));
  try {
    return await use(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/**
 * Measures each case once a round, in turn and in the other order each second round, so that what else the machine does
 * meets all of them. A first round is not counted.
 */
export async function interleaved<Name extends string>(
  rounds: number,
  cases: Readonly<Record<Name, () => Promise<Cost>>>,
): Promise<Readonly<Record<Name, readonly Cost[]>>> {
  const names = Object.keys(cases) as Name[];
  const costs = Object.fromEntries(names.map((name) => [name, [] as Cost[]])) as Record<Name, Cost[]>;
  for (let round = 1 - FIRST_RUNS; round <= rounds; round += 1)
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const cost = await cases[name]();
      if (round > 0) costs[name].push(cost);
    }
  return costs;
}

/** One cost over another, round by round. */
export function ratios(of: readonly Cost[], to: readonly Cost[], kind: 'wallMs' | 'cpuMs'): readonly number[] {
  return of.map((cost, round) => cost[kind] / (to[round]?.[kind] ?? Number.NaN));
}
