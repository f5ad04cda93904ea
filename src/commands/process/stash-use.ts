import type { StashUse } from '../../queue/tables/jobs/awaits-stash.ts';
import type { LoadedSettings } from '../../settings/load.ts';

/** Whether a run can ask Stash and so process jobs that await Stash. */
export function stashUse({ settings }: LoadedSettings): StashUse {
  return settings.stash_url === undefined ? 'not_asked' : 'asked';
}
