import { prepareMeta } from '../store/meta.ts';
import { inStore } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';

const FRONT = 'plugin_front';

/** Remembers the hook script that was installed for this data directory; `undefined` where Stash needs none. */
export function noteFront({ queueDb }: Pick<Stores, 'queueDb'>, path: string | undefined): void {
  const meta = prepareMeta(queueDb);
  inStore(queueDb.name, () => (path === undefined ? meta.remove(FRONT) : meta.setJson(FRONT, path)));
}

/** The path of the hook script, if this data directory has one. */
export function frontOf({ queueDb }: Pick<Stores, 'queueDb'>): string | undefined {
  return inStore(queueDb.name, () => prepareMeta(queueDb).json<string>(FRONT));
}
