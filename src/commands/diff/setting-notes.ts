import type { Sentence } from '../../core/text/sentence.ts';
import { ours, say } from '../../core/text/sentence.ts';
import { SYNC_TOGGLES } from '../../core/write/desired-state.ts';
import type { Settings } from '../../settings/table.ts';

/** Which settings keep a difference from being looked at: no change and no reason tells of it. */
export function settingNotes(settings: Settings): readonly Sentence[] {
  const off = SYNC_TOGGLES.filter((name) => !settings[`sync_${name}`]).map((name) => `sync_${name}`);
  return [
    ...(settings.sync_master ? offNotes(off) : [say`sync_master is off: only the title is compared.`]),
    ...(settings.clear_empty === 'never' ? [say`clear_empty is never: what is empty in Stash was not compared.`] : []),
  ];
}

function offNotes(off: readonly string[]): readonly Sentence[] {
  if (off.length === 0) return [];
  return [say`${ours(off.join(', '))} ${off.length === 1 ? 'is' : 'are'} off: what belongs to that was not compared.`];
}
