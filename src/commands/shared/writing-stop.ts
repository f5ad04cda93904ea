import { EXIT } from '../../exit.ts';
import type { Run } from '../../queue/tables/runs.ts';
import type { Stop } from '../../queue/tables/stopped.ts';

/** What keeps runs from writing until somebody does something. Since when: epoch ms. */
export type WritingStop = { readonly code: string; readonly since: number; readonly hint: string };

/** Ends of the last run that no later run mends by itself, by exit code. */
const LAST_RUNS: Readonly<Record<number, Pick<WritingStop, 'code' | 'hint'>>> = {
  [EXIT.refused]: {
    code: 'refused',
    hint: 'The last run was refused the credentials. plexsync doctor says by which server.',
  },
  [EXIT.usage]: {
    code: 'misconfigured',
    hint: 'The last run could not work as plexsync is set up. plexsync doctor says why.',
  },
};

/** That writing is stopped, or that the last run was refused or could not work at all; `undefined` where neither is so. */
export function writingStopOf({
  stopped,
  lastRun,
}: {
  readonly stopped: Pick<Stop, 'code' | 'since' | 'hint'> | undefined;
  readonly lastRun: Pick<Run, 'started_at' | 'exit_code'> | undefined;
}): WritingStop | undefined {
  if (stopped !== undefined) return { code: stopped.code, since: stopped.since, hint: stopped.hint };
  const known = lastRun?.exit_code == null ? undefined : LAST_RUNS[lastRun.exit_code];
  return lastRun === undefined || known === undefined ? undefined : { since: lastRun.started_at, ...known };
}
