/** What the steps of one batch share with the batches that are in flight beside it. */

/** Runs a task for each of some items as lanes become free; results are in the order of `items`. */
export type BatchLanes = { map<T, R>(items: readonly T[], task: (item: T) => Promise<R>): Promise<R[]> };

/** The items of the batches in flight: each is written for one scene at a time. */
export type ItemsInFlight = {
  /** Whether a job in flight has taken the item. */
  has(ratingKey: string): boolean;
  take(ratingKey: string, jobId: number): void;
  /** Gives back what these jobs have taken. */
  release(jobIds: Iterable<number>): void;
};
