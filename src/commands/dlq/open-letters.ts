import type { Stores } from '../../queue/store/stores.ts';
import type { DeadLetterActions } from '../../queue/work/dead-letter-actions.ts';
import { openDeadLetterActions } from '../../queue/work/dead-letter-actions.ts';
import type { Context } from '../shared/context.ts';

/** Opens the letters for one piece of work, and closes them in any case. */
export async function withDeadLetters<Result>(
  { dataDir }: Pick<Context, 'dataDir'>,
  open: (dir: Context['dataDir']) => Stores,
  work: (actions: DeadLetterActions, stores: Stores) => Result | Promise<Result>,
): Promise<Result> {
  const stores = open(dataDir);
  try {
    return await work(openDeadLetterActions(stores), stores);
  } finally {
    stores.close();
  }
}
