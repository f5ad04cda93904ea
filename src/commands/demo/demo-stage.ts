import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { say } from '../../core/text/sentence.ts';
import { EXIT } from '../../exit.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import type { Context } from '../shared/context.ts';
import { HOOK_SCRIPT_FILE, PLUGIN_ID } from '../shared/plugin/hook-script.ts';
import type { Stop } from '../shared/stop.ts';

/** One command line of the demo, and the exit code it is expected to end with. */
export type Step = { readonly say: string; readonly args: readonly string[]; readonly exitCode: number };

/** Runs the demo's steps as real processes: shows each as it is typed, and its output. */
export type Stage = {
  /**
   * Runs plexsync step by step; false when the demo should end, because a step ended differently or somebody stops it.
   */
  play(steps: readonly Step[]): Promise<boolean>;
  /** Starts the plugin as Stash does, with an event on its stdin. */
  hear(event: string): Promise<boolean>;
};

/** A stage that runs its processes with `env` and finds the plugins in `pluginsDir`. */
export function createStage(
  { env, pluginsDir }: { readonly env: NodeJS.ProcessEnv; readonly pluginsDir: string },
  stop: Stop,
  { output }: Context,
): Stage {
  const goesOn = (exitCode: number | null, expected: number): boolean => {
    if (stop.requested() !== undefined) return false;
    if (exitCode === expected) return true;
    output.log(
      'error',
      say`plexsync demo: the last command ended with ${exitCode ?? 'no exit code'}, expected was ${expected}. Please report this.`,
    );
    return false;
  };
  return {
    play: async (steps) => {
      for (const { say, args, exitCode } of steps) {
        if (say !== '') output.result(`\n# ${say}`);
        output.result(`$ plexsync ${args.map(shellWord).join(' ')}`);
        if (!goesOn(await runBin(args, env), exitCode)) return false;
      }
      return true;
    },
    hear: async (event) => {
      const command = hookCommand(pluginsDir);
      output.result(`$ ${command.map(shellWord).join(' ')}`);
      const { exitCode, said } = await runHook(command, event, env);
      output.result(sanitize(said));
      return goesOn(exitCode, EXIT.done);
    },
  };
}

/** Both streams of a step go to our stdout, so that log and result stay in order. */
const STDOUT = 1;

async function runBin(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number | null> {
  return await new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [process.argv[1] ?? '', ...args], {
      env,
      stdio: ['ignore', STDOUT, STDOUT],
    });
    child.on('error', reject);
    child.on('close', resolve);
  });
}

type Command = readonly [program: string, ...args: string[]];

/** The command that Stash starts for the installed plugin; Windows has no `sh`, so there it is plexsync itself. */
function hookCommand(pluginsDir: string): Command {
  if (process.platform === 'win32') return [process.execPath, process.argv[1] ?? '', 'hook'];
  return ['sh', join(pluginsDir, PLUGIN_ID, HOOK_SCRIPT_FILE)];
}

async function runHook(
  [program, ...args]: Command,
  event: string,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly exitCode: number | null; readonly said: string }> {
  return await new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['pipe', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, said: withoutLevels(said) }));
    // A hook that ended early has reported why.
    child.stdin.on('error', () => undefined);
    child.stdin.end(event);
  });
}

/** Stash reads a line's level from three characters before it, and shows the rest (stash.md 2.3). */
function withoutLevels(said: string): string {
  return said
    .trimEnd()
    .split('\n')
    .map((line) => (line.startsWith('\u0001') ? line.slice(3) : line))
    .join('\n');
}

function shellWord(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : `"${word}"`;
}
