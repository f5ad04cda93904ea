import type { SettleEntry } from '../../../core/drain/ports/queue.ts';
import type { JobRow } from '../../tables/jobs/jobs.ts';

/** A job whose lease we still hold, and how its attempt ended. */
export type HeldJob = { readonly row: JobRow; readonly entry: SettleEntry };
