/** How far the work is, over all the runs it takes. */
export type Progress = {
  readonly done: number;
  readonly total: number;
  /** The rate of this run; `undefined` until something is done. */
  readonly perMinute: number | undefined;
  /** How long the rest takes at this rate; `undefined` without a rate. */
  readonly etaMs: number | undefined;
};

/** Counts and rates of a run that started at `startedAt`, with `left` still to do and `doneBefore` done by earlier runs. */
export function progressOf(run: {
  readonly doneBefore: number;
  readonly doneNow: number;
  readonly left: number;
  readonly startedAt: number;
  readonly now: number;
}): Progress {
  const { doneBefore, doneNow, left, startedAt, now } = run;
  const tookMs = now - startedAt;
  const done = doneBefore + doneNow;
  const isKnown = doneNow > 0 && tookMs > 0;
  return {
    done,
    total: done + left,
    perMinute: isKnown ? (doneNow / tookMs) * 60_000 : undefined,
    etaMs: isKnown ? Math.round((left * tookMs) / doneNow) : undefined,
  };
}
