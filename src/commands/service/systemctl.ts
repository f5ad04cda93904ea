import { spawnSync } from 'node:child_process';
import { isAbsolute, join } from 'node:path';
import { UsageError } from '../../core/model/errors.ts';
import { homeFolder } from '../../settings/home-folder.ts';
import type { ServiceFacts } from './facts.ts';

export type Scope = ServiceFacts['scope'];

/** What `systemctl` answered. */
export type Answer = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Asks systemd, of the machine or of the user; `undefined` where there is no systemd. */
export type Systemctl = (args: readonly string[]) => Answer | undefined;

export function createSystemctl(scope: Scope, env: NodeJS.ProcessEnv): Systemctl {
  return (args) => {
    const words = scope === 'user' ? ['--user', ...args] : args;
    const { error, status, stdout, stderr } = spawnSync('systemctl', words, { encoding: 'utf8', env });
    return error === undefined ? { code: status, stdout, stderr } : undefined;
  };
}

/** Where the units of a scope are written. */
export function unitFolder(scope: Scope, env: NodeJS.ProcessEnv): string {
  const given = env['PLEXSYNC_TEST_UNITS'];
  if (given !== undefined) return given;
  if (scope === 'system') return '/etc/systemd/system';
  const configHome = env['XDG_CONFIG_HOME'];
  if (configHome !== undefined && isAbsolute(configHome)) return join(configHome, 'systemd', 'user');
  const home = homeFolder();
  if (home === undefined) throw new UsageError('There is no home directory for units.', 'Give --system.');
  return join(home, '.config', 'systemd', 'user');
}

/**
 * Refuses before anything is written what could not be carried out.
 * @throws {UsageError}
 */
export function refuseWithoutSystemd(systemctl: Systemctl, scope: Scope, otherWay: string): void {
  const answer = systemctl(['show-environment']);
  const instead = `Put this line into crontab -e instead: ${otherWay}`;
  if (answer === undefined) throw new UsageError('This machine has no systemd. Nothing was written.', instead);
  if (answer.code === 0) return;
  const what = scope === 'user' ? 'The systemd of this user' : 'systemd';
  throw new UsageError(
    `${what} does not answer. Nothing was written.`,
    scope === 'user' ? `Log in as this user, give --system, or: ${instead}` : instead,
  );
}

/** @throws {UsageError} when systemd refuses. */
export function carryOut(systemctl: Systemctl, args: readonly string[]): void {
  const answer = systemctl(args);
  if (answer?.code === 0) return;
  const [line = ''] = (answer?.stderr ?? '').trim().split('\n');
  throw new UsageError(
    `systemctl ${args.join(' ')} failed${line === '' ? '' : `: ${line}`}.`,
    'Mend that, and run the command again.',
  );
}
