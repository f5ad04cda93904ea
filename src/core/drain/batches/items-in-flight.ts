/** The items of the batches in flight: each is written for one scene at a time. */
export type ItemsInFlight = {
  /** Whether a job in flight has taken the item. */
  has(ratingKey: string): boolean;
  take(ratingKey: string, jobId: number): void;
  /** Gives back what these jobs have taken. */
  release(jobIds: Iterable<number>): void;
};

export function createItemsInFlight(): ItemsInFlight {
  const items = new Map<number, string>();
  const taken = new Set<string>();
  return {
    has: (ratingKey) => taken.has(ratingKey),
    take: (ratingKey, jobId) => {
      taken.add(ratingKey);
      items.set(jobId, ratingKey);
    },
    release: (jobIds) => {
      for (const jobId of jobIds) {
        taken.delete(items.get(jobId) ?? '');
        items.delete(jobId);
      }
    },
  };
}
