/** What makes a row of `runs`. */
export const RUN_COMMANDS = ['process', 'undo'] as const;
export type RunCommand = (typeof RUN_COMMANDS)[number];

/** What started a run: a person at a terminal, `--cron`, a watch, or something without a terminal. */
export const RUN_STARTERS = ['person', 'cron', 'watch', 'script'] as const;
export type RunStarter = (typeof RUN_STARTERS)[number];
