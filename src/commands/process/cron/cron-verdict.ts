import { unreachable } from '../../../core/model/errors.ts';
import type { ExitCode } from '../../../exit.ts';
import { EXIT, strongest } from '../../../exit.ts';

/** Something that went wrong in a run: the exit code that goes with it, and what tells it from others of that code. */
export type Fault = { readonly exitCode: ExitCode; readonly what: string };

/** How a run under `--cron` went, and what was told before. Instants are epoch ms. */
export type CronRun = {
  readonly faults: readonly Fault[];
  /** The error types of dead letters that nobody has been told of yet. */
  readonly newLetterTypes: readonly string[];
  /** What was to be told besides, under names that tell one thing from another; no job of the run is at fault. */
  readonly complaints: readonly string[];
  /** Since when a server does not answer. */
  readonly outageSince: Readonly<Record<'plex' | 'stash', number | undefined>>;
  /** When a complaint was last told. */
  toldAt(complaint: string): number | undefined;
  readonly now: number;
};

/** What the person hears, and the exit code that goes with it. */
export type CronVerdict = {
  readonly exitCode: ExitCode;
  /** The complaints that are told; none: the run is silent. */
  readonly fresh: readonly string[];
  /** All that is wrong, told or not. */
  readonly standing: readonly string[];
};

/** The same complaint is told once in this time. */
export const TOLD_AGAIN_MS = 86_400_000;
/** A restart or a night's maintenance of Plex is no news. */
const OUTAGE_WORTH_TELLING_MS = 3_600_000;

type Standing = { readonly key: string; readonly exitCode: ExitCode };

/** Decides what a run under `--cron` is worth telling: what is new and needs a person, the same thing once a day. */
export function cronVerdict(run: CronRun): CronVerdict {
  const standing = standingOf(run);
  const fresh = standing.filter(({ key }) => !isToldToday(run.toldAt(key), run.now));
  return {
    exitCode: strongest(fresh.map(({ exitCode }) => exitCode)),
    fresh: fresh.map(({ key }) => key),
    standing: standing.map(({ key }) => key),
  };
}

/** Whether something was told less than a day ago. An instant in the future comes from a clock that was wrong. */
export function isToldToday(toldAt: number | undefined, now: number): boolean {
  return toldAt !== undefined && toldAt <= now && now - toldAt < TOLD_AGAIN_MS;
}

function standingOf({ faults, newLetterTypes, complaints, outageSince, now }: CronRun): readonly Standing[] {
  const byFault = faults.flatMap(({ exitCode, what }): Standing[] => {
    switch (exitCode) {
      case EXIT.done:
      // The next run goes on with what was left, and a retry is scheduled: nothing for a person to do.
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

/** How the complaints begin that a run has shown to be over, unless they stand in it again. */
export function overAfter(run: { readonly isConnected: boolean }): readonly string[] {
  const ofItself = [EXIT.usage, EXIT.store, EXIT.bug].map(faultPrefix);
  return run.isConnected ? [...ofItself, faultPrefix(EXIT.refused), OUTAGE] : ofItself;
}
