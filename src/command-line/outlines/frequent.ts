import { ENQUEUE } from './enqueue.ts';
import { HOOK } from './hook.ts';
import { PROCESS } from './process.ts';
import type { CommandTable } from './spec.ts';
import { STATS } from './stats.ts';

/** The commands that Stash, cron and scripts start again and again: a line of theirs is read without all the others. */
export const FREQUENT: CommandTable = { commands: [ENQUEUE, PROCESS, STATS, HOOK], groups: [] };
