import type { Stores } from '../../queue/store/stores.ts';
import { shortDuration } from '../../terminal/time.ts';
import type { Context } from '../shared/context.ts';
import { readPluginState } from '../shared/plugin/arrival.ts';
import type { Finding } from './finding.ts';
import { failure, failureOf, ok, warning } from './finding.ts';

const CHECK = 'spool';

/** Whether the plugin's events can be read and are taken in. Empty without a plugin, which is optional. */
export function checkSpool(stores: Stores | undefined, dataDir: Context['dataDir'], now: number): readonly Finding[] {
  if (stores === undefined) return [];
  try {
    const { path, look, lastAt, arrival, problems } = readPluginState(stores, dataDir, now);
    if (look.state === 'none' && lastAt === undefined && arrival.kind !== 'lost') return [];
    const last =
      lastAt === undefined ? 'nothing was taken in yet' : `the last was taken in ${shortDuration(now - lastAt)} ago`;
    if (look.state === 'none' && arrival.kind !== 'lost')
      return [ok(CHECK, `events come without a spool; ${last}`, 'Not so? Run plexsync plugin install again.')];
    // An unreadable spool, or one that is gone, stops every event; other problems can wait for a person.
    const judge = look.state === 'unreadable' || arrival.kind === 'lost' ? failure : warning;
    if (problems.length > 0)
      return problems.map(({ message, fix }) => judge(CHECK, `${path}: ${lowered(message)}; ${last}`, fix));
    return [ok(CHECK, `${path} can be read: ${eventsText(look.waiting ?? 0)} waiting; ${last}`)];
  } catch (thrown) {
    return [failureOf(CHECK, thrown, 'Check the disk.')];
  }
}

function eventsText(count: number): string {
  return count === 1 ? '1 event' : `${count} events`;
}

function lowered(sentence: string): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
}
