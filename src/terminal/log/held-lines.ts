import type { Level } from './log-format.ts';

/** A held line is about the whole run, by its level, or about single jobs. */
export type HeldRank = Level | 'detail';

/** Lines that `--quiet` and `--cron` hold back until it is known whether they are to be read. */
export type Hold = {
  add(text: string, rank: HeldRank): void;
  /** What is to be read, and forgets it. */
  take(): readonly string[];
};

/** Together with the two lines that count the rest, a mail has 20 lines at the most. */
const MOST_MATTERS = 8;
const MOST_DETAILS = 10;

/** Holds lines back: what ended the run comes first, and of single jobs there are ten lines. Nobody reads a mail of ten thousand. */
export function createHold(): Hold {
  let errors: string[] = [];
  let warnings: string[] = [];
  let details: string[] = [];
  let leftOut = 0;
  const keep = (lines: string[], text: string, most: number): void => {
    if (lines.length < most) lines.push(text);
    else leftOut += 1;
  };
  return {
    add: (text, rank) => {
      if (rank === 'detail') keep(details, text, MOST_DETAILS);
      else keep(rank === 'error' ? errors : warnings, text, MOST_MATTERS);
    },
    take: () => {
      const matters = [...errors, ...warnings];
      const left = leftOut + Math.max(0, matters.length - MOST_MATTERS);
      const rest =
        left === 0
          ? []
          : [
              `… ${left.toLocaleString('en')} more ${left === 1 ? 'line' : 'lines'}; the log in the data directory has them\n`,
            ];
      const all = [...matters.slice(0, MOST_MATTERS), ...details, ...rest];
      [errors, warnings, details, leftOut] = [[], [], [], 0];
      return all;
    },
  };
}
