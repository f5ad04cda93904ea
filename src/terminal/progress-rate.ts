/** How far a piece of work is, over all the runs it took. */
export type Progress = {
  readonly done: number;
  readonly total: number;
  /** Of this run; `undefined` until something was done in it. */
  readonly perMinute: number | undefined;
  /** How long the rest will take at this rate; `undefined` while there is none. */
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
