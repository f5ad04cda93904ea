import type { StashEnd } from '../../core/failures/stash-rest.ts';
import { endOfRest, stashRest } from '../../core/failures/stash-rest.ts';
import type { Stores } from '../../queue/store/stores.ts';
import { prepareServerState } from '../../queue/tables/server-state.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import { stashFingerprintOf } from './token-fingerprint.ts';

/** Why Stash is left alone at `now`, as a drain would tell it; `undefined` when it may be asked. */
export function restingStash({ queueDb }: Stores, loaded: LoadedSettings, now: number): StashEnd | undefined {
  const servers = prepareServerState(queueDb);
  const access = (): string | undefined => stashFingerprintOf(loaded, servers.clientIdentifier());
  const rest = stashRest(servers, servers.stashTrouble(), { access, now });
  return rest && endOfRest(rest);
}
