import type { Section } from '../../core/model/plex-item.ts';
import { plainText } from '../../core/text/sentence.ts';
import type { ConfigPlace } from '../../settings/change-words.ts';
import { switchOnLine } from '../../settings/change-words.ts';
import type { Finding } from './finding.ts';
import { warning } from './finding.ts';

/** A metadata provider of a person's own (plex-api.md 14). */
const CUSTOM = /^tv\.plex\.agents\.custom\./;

/** Agents that fetch nothing: what was written stays, locked or not. */
const FETCHES_NOTHING = /\.agents\.(?:none|localmedia)$/;

/**
 * Whether the library's agent writes over what plexsync writes: each fills the unlocked fields at a refresh. A provider
 * of a person's own is named even where all is locked, since two programs then keep one library.
 */
export function checkAgent({ title, agent }: Section, config: ConfigPlace): readonly Finding[] {
  if (agent === undefined || FETCHES_NOTHING.test(agent)) return [];
  const { lock_fields: isLocked } = config.loaded.settings;
  const isCustom = CUSTOM.test(agent);
  if (isLocked && !isCustom) return [];
  const message = `"${title}" has the agent ${agent}, which fills unlocked fields anew at each refresh`;
  if (!isLocked) {
    const command = plainText(switchOnLine(config, 'lock_fields'));
    return [
      warning('agent', `${message}, and lock_fields is off`, {
        fix: `Let what is written be locked: ${command}`,
        command,
      }),
    ];
  }
  const command = 'plexsync reconcile --full';
  const fix = `What plexsync writes is locked, and stays. What was written while lock_fields was off is locked by ${command}`;
  return [warning('agent', message, { fix, command })];
}
