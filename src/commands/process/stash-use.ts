import type { StashUse } from '../../queue/tables/awaits-stash.ts';
import type { LoadedSettings } from '../../settings/load.ts';

/** Whether a run can ask Stash for what a bare job leaves open. */
export function stashUse({ settings }: LoadedSettings): StashUse {
  return settings.stash_url === undefined ? 'not_asked' : 'asked';
}
