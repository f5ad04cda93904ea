import { isToldToday, OUTAGE_WORTH_TELLING_MS } from '../../../core/failures/told-today.ts';
import { unreachable } from '../../../core/model/errors.ts';
import type { ExitCode } from '../../../exit.ts';
import { EXIT, strongest } from '../../../exit.ts';

/** A fault of a run: its exit code, and what distinguishes it from others with that code. */
export type Fault = { readonly exitCode: ExitCode; readonly what: string };

/** How a run under `--cron` went, and what was reported before. Instants are epoch ms. */
export type CronRun = {
  readonly faults: readonly Fault[];
  /** The error types of dead letters that were not reported yet. */
  readonly newLetterTypes: readonly string[];
  /** Other complaints to report, by distinct names; none of them is a fault of the run's jobs. */
  readonly complaints: readonly string[];
  /** Since when each server does not answer. */
  readonly outageSince: Readonly<Record<'plex' | 'stash', number | undefined>>;
  /** When a complaint was last reported. */
  toldAt(complaint: string): number | undefined;
  readonly now: number;
};

/** What to report, and the exit code. */
export type CronVerdict = {
  readonly exitCode: ExitCode;
  /** The complaints to report; empty: the run is silent. */
  readonly fresh: readonly string[];
  /** All complaints, reported now or not. */
  readonly standing: readonly string[];
};

type Standing = { readonly key: string; readonly exitCode: ExitCode };

/** Decides what a run under `--cron` reports: what is new and needs a person, each complaint once a day. */
export function cronVerdict(run: CronRun): CronVerdict {
  const standing = standingOf(run);
  const fresh = standing.filter(({ key }) => !isToldToday(run.toldAt(key), run.now));
  return {
    exitCode: strongest(fresh.map(({ exitCode }) => exitCode)),
    fresh: fresh.map(({ key }) => key),
    standing: standing.map(({ key }) => key),
  };
}

function standingOf({ faults, newLetterTypes, complaints, outageSince, now }: CronRun): readonly Standing[] {
  const byFault = faults.flatMap(({ exitCode, what }): Standing[] => {
    switch (exitCode) {
      case EXIT.done:
      // The next run continues with the rest, and a retry is scheduled: a person need not act.
      case EXIT.timeUp:
      case EXIT.jobsFailed:
        return [];
      case EXIT.unreachable: {
        const server = what.startsWith('stash_') ? 'stash' : 'plex';
        const lastsMs = now - (outageSince[server] ?? now);
        return lastsMs >= OUTAGE_WORTH_TELLING_MS ? [{ key: `${OUTAGE} ${server}`, exitCode }] : [];
      }
      case EXIT.refused:
      case EXIT.usage:
      case EXIT.store:
      case EXIT.bug:
        return [{ key: faultPrefix(exitCode) + what, exitCode }];
      default:
        return unreachable(exitCode);
    }
  });
  return [
    ...byFault,
    ...complaints.map((key) => ({ key, exitCode: EXIT.jobsFailed })),
    ...newLetterTypes.map((type) => ({ key: LETTERS + type, exitCode: EXIT.jobsFailed })),
  ];
}

const OUTAGE = 'outage';
const LETTERS = 'letters ';

const faultPrefix = (exitCode: ExitCode): string => `exit ${exitCode} `;

/** Whether a complaint is about new dead letters. */
export function isLetterComplaint(complaint: string): boolean {
  return complaint.startsWith(LETTERS);
}

/** Prefixes of the complaints that this run has shown to be over, unless it repeats them. */
export function overAfter(run: { readonly isConnected: boolean }): readonly string[] {
  const ofItself = [EXIT.usage, EXIT.store, EXIT.bug].map(faultPrefix);
  return run.isConnected ? [...ofItself, faultPrefix(EXIT.refused), OUTAGE] : ofItself;
}
