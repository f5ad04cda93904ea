import { prepareMeta } from './meta.ts';
import { livenessOf, openOwner } from './owners.ts';
import { inStore } from './store-errors.ts';
import type { Stores } from './stores.ts';
import { storesName } from './stores.ts';

/** What only one process at a time may do on a data directory: run the plugin's tasks, or watch. */
export type Role = 'tasks' | 'watch';

/** Whether we hold a role until it is released, or which process does. A hold ends with its process in any case. */
export type ProcessLockHold =
  | { readonly kind: 'ours'; release(): void }
  | { readonly kind: 'taken'; readonly pid: number };

type Holder = { readonly owner: string; readonly pid: number };

/** Takes a role, unless a living process holds it. */
export function takeProcessLock({ queueDb: db, path }: Stores, role: Role, pid: number): ProcessLockHold {
  const meta = prepareMeta(db);
  const name = nameOf(role);
  const owner = openOwner(path, db);
  const take = db.transaction((): Holder | undefined => {
    const holder = meta.json<Holder>(name);
    if (holder !== undefined && livenessOf(path, holder.owner) === 'alive') return holder;
    meta.setJson(name, { owner: owner.id, pid });
    return undefined;
  });
  try {
    const holder = inStore(storesName(path), () => take.immediate());
    if (holder === undefined) return { kind: 'ours', release: () => owner.close() };
    owner.close();
    return { kind: 'taken', pid: holder.pid };
  } catch (thrown) {
    owner.close();
    throw thrown;
  }
}

/** The pid of the living process that holds a role, if any does. */
export function livingHolder({ queueDb: db, path }: Stores, role: Role): number | undefined {
  const holder = inStore(storesName(path), () => prepareMeta(db).json<Holder>(nameOf(role)));
  return holder !== undefined && livenessOf(path, holder.owner) === 'alive' ? holder.pid : undefined;
}

function nameOf(role: Role): string {
  return `role:${role}`;
}
