import { unreachable } from '../core/errors.ts';
import type { ExitCode } from '../exit.ts';
import { EXIT, strongest } from '../exit.ts';

/** How a run under `--cron` went, and what was told before. Instants are epoch ms. */
export type CronRun = {
  /** The exit codes that apply to the run, whichever is the strongest. */
  readonly exitCodes: readonly ExitCode[];
  /** The error types of dead letters that nobody has been told of yet. */
  readonly newLetterTypes: readonly string[];
  /** Since when no server answers. */
  readonly outageSince: number | undefined;
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

const DAY_MS = 86_400_000;
/** A restart or a night's maintenance of Plex is no news. */
const OUTAGE_WORTH_TELLING_MS = 3_600_000;

type Complaint = { readonly key: string; readonly exitCode: ExitCode };

/** Decides what a run under `--cron` is worth telling: what is new and needs a person, the same thing once a day. */
export function cronVerdict(run: CronRun): CronVerdict {
  const standing = complaintsOf(run);
  const fresh = standing.filter(({ key }) => !isToldToday(key, run));
  return {
    exitCode: strongest(fresh.map(({ exitCode }) => exitCode)),
    fresh: fresh.map(({ key }) => key),
    standing: standing.map(({ key }) => key),
  };
}

function complaintsOf({ exitCodes, newLetterTypes, outageSince, now }: CronRun): readonly Complaint[] {
  const byCode = exitCodes.flatMap((exitCode): Complaint[] => {
    switch (exitCode) {
      case EXIT.done:
      // The next run goes on with what was left, and a retry is scheduled: nothing for a person to do.
      case EXIT.timeUp:
      case EXIT.jobsFailed:
        return [];
      case EXIT.unreachable: {
        const isLong = outageSince !== undefined && now - outageSince >= OUTAGE_WORTH_TELLING_MS;
        return isLong ? [{ key: OUTAGE, exitCode }] : [];
      }
      case EXIT.refused:
      case EXIT.usage:
      case EXIT.store:
      case EXIT.bug:
        return [{ key: exitComplaint(exitCode), exitCode }];
      default:
        return unreachable(exitCode);
    }
  });
  const letters = newLetterTypes.map((type): Complaint => ({ key: LETTERS + type, exitCode: EXIT.jobsFailed }));
  return [...byCode, ...letters];
}

const OUTAGE = 'outage';
const LETTERS = 'letters ';

const exitComplaint = (exitCode: ExitCode): string => `exit ${exitCode}`;

/** Whether a complaint is about new dead letters. */
export function isLetterComplaint(complaint: string): boolean {
  return complaint.startsWith(LETTERS);
}

/** Complaints about something that goes on until it is mended. */
export const STANDING_COMPLAINTS: readonly string[] = [OUTAGE, exitComplaint(EXIT.refused), exitComplaint(EXIT.usage)];

/** A complaint from the future comes from a clock that was wrong, and holds nothing back. */
function isToldToday(key: string, { toldAt, now }: CronRun): boolean {
  const at = toldAt(key);
  return at !== undefined && at <= now && now - at < DAY_MS;
}
