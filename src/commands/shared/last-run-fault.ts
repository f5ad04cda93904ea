import { EXIT } from '../../exit.ts';
import type { Run } from '../../queue/tables/runs.ts';

/** Why the last run did nothing, where a person has to see to it: `words` follow `the last run`. */
export type LastRunFault = { readonly code: string; readonly startedAt: number; readonly words: string };

const FAULTS: Readonly<Record<number, Pick<LastRunFault, 'code' | 'words'>>> = {
  [EXIT.refused]: {
    code: 'refused',
    words: 'was refused the credentials; plexsync doctor says by which server',
  },
  [EXIT.usage]: {
    code: 'misconfigured',
    words: 'could not work as plexsync was set up; plexsync doctor says whether that is still so',
  },
};

/** The fault of the last run, if it had one of these; a later run may do well all the same. */
export function lastRunFaultOf(lastRun: Pick<Run, 'started_at' | 'exit_code'> | undefined): LastRunFault | undefined {
  const known = lastRun?.exit_code == null ? undefined : FAULTS[lastRun.exit_code];
  return lastRun === undefined || known === undefined ? undefined : { startedAt: lastRun.started_at, ...known };
}
