import { readStats } from '../queue/stats.ts';
import { openStores } from '../queue/stores.ts';
import { isTerminal } from '../terminal/paint.ts';
import type { Context } from './context.ts';
import { statsDocument, statsTable } from './stats-report.ts';

/** Shows the queue, the dead letters, the breaker and the last run; changes nothing. */
export function run({ dataDir, output, now }: Context): number {
  const stores = openStores(dataDir);
  try {
    const stats = readStats(stores, now());
    if (output.json) output.resultJson(statsDocument(stats, dataDir), 2);
    else output.result(statsTable(stats, { dataDir, now: now(), reader: isTerminal('stdout') ? 'person' : 'pipe' }));
    return 0;
  } finally {
    stores.close();
  }
}
