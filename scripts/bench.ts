/** Prints what plexsync costs, as ratios on this machine and as requests counted at the simulator. Not a test. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hookScript } from '../src/commands/shared/plugin/hook-script.ts';
import { startPlexServer } from '../src/simulator/plex/server.ts';
import { prepareSpool, spoolOf } from '../src/spool/layout.ts';

const BIN = fileURLToPath(new URL('../bin/plexsync.js', import.meta.url));
const QUICK = process.argv.includes('--quick');
const SECTION = { key: '1', title: 'Scenes', locations: ['/media'] };

type Env = Readonly<Record<string, string>>;

/** Whole-process ms of a command line; throws when it fails. */
async function timed(args: readonly string[], env: Env = {}): Promise<number> {
  const startedAt = performance.now();
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(process.execPath, args, { env: { PATH: process.env['PATH'] ?? '', ...env }, stdio: 'ignore' });
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
  return performance.now() - startedAt;
}

async function run(args: readonly string[], env: Env): Promise<{ readonly stderr: string }> {
  return await new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { env: { PATH: process.env['PATH'] ?? '', ...env } });
    let stderr = '';
    child.stdout.resume();
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', () => resolve({ stderr }));
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function withDir<T>(use: (dir: string) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'plexsync-bench-'));
  return use(dir).finally(() => rmSync(dir, { recursive: true, force: true }));
}

function print(...cells: readonly string[]): void {
  process.stdout.write(
    `${cells.map((cell, index) => (index === 0 ? cell.padEnd(44) : cell.padStart(12))).join(' ')}\n`,
  );
}

function scenesOf(count: number, title: string): object[] {
  return Array.from({ length: count }, (_, index) => ({
    scene_id: index + 1,
    path: `/media/${index}.mp4`,
    title: `${title} ${index}`,
  }));
}

async function startUp(): Promise<void> {
  const rounds = QUICK ? 5 : 41;
  await withDir(async (dir) => {
    // A home of its own, so that compiled code is cached as it is for users.
    const env = { PLEXSYNC_DATA_DIR: join(dir, 'data'), HOME: dir };
    await timed([BIN, 'enqueue', '1'], env);
    const cases: Readonly<Record<string, readonly string[]>> = {
      'node -e 0': ['-e', '0'],
      'plexsync --version': [BIN, '--version'],
      'plexsync enqueue (one scene)': [BIN, 'enqueue', '1', '--path', '/media/a.mp4', '--title', 'T'],
      'plexsync process (nothing due)': [BIN, 'process', '--limit', '1', '--path-map', '/a=/b'],
      'plexsync stats --json': [BIN, 'stats', '--json'],
    };
    const times = new Map(Object.keys(cases).map((name) => [name, [] as number[]]));
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, args] of Object.entries(cases)) {
        // A job that is due would make process ask Plex.
        if (name.includes('nothing due')) await makeNothingDue(env);
        times.get(name)?.push(await timed(args, env));
      }
    }
    const bare = median(times.get('node -e 0') ?? []);
    print(`Start-up, median of ${rounds} interleaved runs`, 'ms', '× bare node');
    for (const [name, values] of times)
      print(`  ${name}`, median(values).toFixed(0), (median(values) / bare).toFixed(2));
  });
}

/** What a save in Stash waits for at each scene, against the least that can take in an event at all. */
async function hookFronts(): Promise<void> {
  const [rounds, events] = QUICK ? [5, 20] : [21, 50];
  await withDir((dir) => {
    const spool = spoolOf(dir);
    prepareSpool(spool, 'same_user');
    const [script, input] = [join(dir, 'front.sh'), join(dir, 'event.json')];
    writeFileSync(script, hookScript(spool.path));
    const context = { id: 1, type: 'Scene.Update.Post', input: 'h'.repeat(2_000) };
    writeFileSync(input, JSON.stringify({ args: { hookContext: context } }));
    // A shell starts them: to start anything from here costs more than they do.
    const loop = `n=0; while [ $n -lt ${events} ]; do "$@" <"$0" >/dev/null 2>&1; n=$((n + 1)); done`;
    const cases: Readonly<Record<string, readonly string[]>> = {
      'sh -c cat': ['sh', '-c', 'cat'],
      'hook front': ['sh', script],
    };
    const times = new Map(Object.keys(cases).map((name) => [name, [] as number[]]));
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, command] of Object.entries(cases)) {
        const startedAt = performance.now();
        spawnSync('sh', ['-c', loop, input, ...command], { stdio: 'ignore' });
        times.get(name)?.push((performance.now() - startedAt) / events);
      }
    }
    const least = median(times.get('sh -c cat') ?? []);
    print(`An event of Stash, median of ${rounds} × ${events}`, 'ms', '× sh -c cat');
    for (const [name, values] of times)
      print(`  ${name}`, median(values).toFixed(1), (median(values) / least).toFixed(2));
    return Promise.resolve();
  });
}

async function makeNothingDue(env: Env): Promise<void> {
  const { default: Database } = await import('better-sqlite3');
  new Database(join(env['PLEXSYNC_DATA_DIR'] ?? '', 'queue.db')).exec('DELETE FROM jobs').close();
}

async function bulkEnqueue(): Promise<void> {
  print('Bulk enqueue, one command, one transaction', 'ms', 'µs a scene');
  for (const count of [2_000, 20_000]) {
    await withDir(async (dir) => {
      const file = join(dir, 'scenes.json');
      writeFileSync(file, JSON.stringify(scenesOf(count, 'Pier')));
      const ms = await timed([BIN, 'enqueue', '--file', file], { PLEXSYNC_DATA_DIR: join(dir, 'data') });
      print(`  ${count.toLocaleString('en')} scenes`, ms.toFixed(0), ((ms * 1_000) / count).toFixed(0));
    });
  }
}

/** Enqueues `waiting` scenes and drains `jobs` of them; the items are in Plex, unknown to the data directory. */
async function drainOnce(options: {
  waiting: number;
  jobs: number;
  latencyMs: number;
}): Promise<{ ms: number; perJob: number; known: number; unchanged: number }> {
  const { waiting, jobs, latencyMs } = options;
  return await withDir(async (dir) => {
    const plex = await startPlexServer({ sections: [SECTION], latencyMs });
    const env = { PLEXSYNC_DATA_DIR: join(dir, 'data'), PLEX_URL: plex.url, PLEX_TOKEN: plex.token };
    try {
      for (let index = 0; index < jobs; index += 1) plex.addItem({ sectionKey: '1', file: `/media/${index}.mp4` });
      const file = join(dir, 'scenes.json');
      const drain = async (title: string): Promise<{ ms: number; requests: number }> => {
        writeFileSync(file, JSON.stringify(scenesOf(waiting, title)));
        await timed([BIN, 'enqueue', '--file', file], env);
        plex.resetRequests();
        const ms = await timed([BIN, 'process', '--quiet', '--limit', String(jobs)], env);
        return { ms, requests: plex.count() };
      };
      const first = await drain('First');
      const known = waiting === jobs ? await drain('Second') : undefined;
      const unchanged = waiting === jobs ? await drain('Second') : undefined;
      return {
        ms: first.ms,
        perJob: first.requests / jobs,
        known: (known?.requests ?? Number.NaN) / jobs,
        unchanged: (unchanged?.requests ?? Number.NaN) / jobs,
      };
    } finally {
      await plex.close();
    }
  });
}

async function drains(): Promise<void> {
  print('Drains: ms a job, and requests a job when', 'ms a job', 'unknown', 'changed', 'unchanged');
  for (const jobs of QUICK ? [1_000] : [1_000, 10_000]) {
    for (const latencyMs of [0, 10]) {
      const { ms, perJob, known, unchanged } = await drainOnce({ waiting: jobs, jobs, latencyMs });
      print(
        `  ${jobs.toLocaleString('en')} jobs, ${latencyMs} ms latency`,
        (ms / jobs).toFixed(2),
        perJob.toFixed(3),
        known.toFixed(3),
        unchanged.toFixed(3),
      );
    }
  }
}

/** Peak memory of the process that this module is loaded into, as its last line. */
const TELL_MEMORY =
  'data:text/javascript,process.on("exit",()=>process.stderr.write(String(process.resourceUsage().maxRSS)))';

async function indexing(): Promise<void> {
  const items = QUICK ? 10_000 : 100_000;
  let now = Date.parse('2024-05-01T00:00:00Z');
  const plex = await startPlexServer({ sections: [SECTION], now: () => now });
  for (let index = 0; index < items; index += 1) {
    now += 1_000;
    plex.addItem({ sectionKey: '1', file: `/media/${index}.mp4` });
  }
  try {
    await withDir(async (dir) => {
      const env = { PLEX_URL: plex.url, PLEX_TOKEN: plex.token, PLEXSYNC_DATA_DIR: join(dir, 'data') };
      const file = join(dir, 'scenes.json');
      print(`a library of ${items.toLocaleString('en')} items`, 'ms', 'listing', 'MiB');
      for (const [what, from] of [
        ['unknown: listed', 0],
        ['nothing added since: refreshed', 200],
      ] as const) {
        const scenes = scenesOf(from + 200, 'Pier').slice(from);
        writeFileSync(file, JSON.stringify(scenes));
        await timed([BIN, 'enqueue', '--file', file], env);
        plex.resetRequests();
        const startedAt = performance.now();
        const { stderr } = await run(['--import', TELL_MEMORY, BIN, 'process', '--quiet'], env);
        const ms = performance.now() - startedAt;
        const mib = Number(stderr.trim().split('\n').at(-1)) / 1_024;
        print(`  200 jobs, ${what}`, ms.toFixed(0), String(plex.count('listing')), mib.toFixed(0));
      }
    });
  } finally {
    await plex.close();
  }
}

async function waitingCost(): Promise<void> {
  const few = await drainOnce({ waiting: 1_000, jobs: 1_000, latencyMs: 0 });
  const many = await drainOnce({ waiting: QUICK ? 20_000 : 100_000, jobs: 1_000, latencyMs: 0 });
  print('Cost of 1,000 jobs with many more waiting', 'ms a job', 'ratio');
  print('  1,000 waiting', (few.ms / 1_000).toFixed(2), '1.00');
  print(`  ${QUICK ? '20,000' : '100,000'} waiting`, (many.ms / 1_000).toFixed(2), (many.ms / few.ms).toFixed(2));
}

print(`Node ${process.version}, ${cpus().length} cores`);
await startUp();
await hookFronts();
await bulkEnqueue();
await drains();
await indexing();
await waitingCost();
