import type { ItemsInFlight } from '../ports/in-flight.ts';

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
