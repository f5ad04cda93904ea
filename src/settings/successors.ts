import { PREDECESSOR_PAGE } from '../core/model/predecessor.ts';
import { didYouMean } from './did-you-mean.ts';
import { SETTING_NAMES } from './table.ts';
import { withoutToken } from './without-token.ts';

/** What became of the settings of the Python plugin that have another name here, or none. */
const SUCCESSORS: Readonly<Record<string, string>> = {
  plex_connect_timeout: 'connect_timeout',
  plex_read_timeout: 'read_timeout',
  plex_unmatched_path_map: 'path_map, the other way round: /stash=/plex',
  debug_logging: '--verbose',
  stash_session_cookie: 'stash_api_key',
  strict_mode: 'nothing; it had no effect',
  reconcile_interval: 'plexsync reconcile from cron',
  reconcile_scope: 'plexsync reconcile --since',
  reconcile_missing: 'plexsync reconcile',
  reconcile_batch_size: 'nothing',
};

/** The complaint about settings that a file has and nobody knows: all of them at once, each with what is meant. */
export function unknownSettings(
  path: string,
  keys: readonly string[],
): { readonly message: string; readonly hint: string } {
  const [first = ''] = keys;
  if (keys.length === 1)
    return { message: `${path} has an unknown setting "${withoutToken(first)}".`, hint: hintFor(first) };
  const named = keys.map((key) => `"${withoutToken(key)}"`).join(', ');
  const page = keys.some((key) => Object.hasOwn(SUCCESSORS, key)) ? ` ${PREDECESSOR_PAGE} has the rest.` : '';
  return {
    message: `${path} has ${keys.length} unknown settings: ${named}.`,
    hint: `${keys.map((key) => `${withoutToken(key)}: ${shortHint(key)}`).join('; ')}.${page}`,
  };
}

function hintFor(key: string): string {
  const successor = SUCCESSORS[key];
  if (successor === undefined || !Object.hasOwn(SUCCESSORS, key)) return didYouMean(key, SETTING_NAMES);
  return `It is of the Python plugin; in its place there is ${successor}. See ${PREDECESSOR_PAGE}.`;
}

function shortHint(key: string): string {
  if (Object.hasOwn(SUCCESSORS, key)) return `now ${SUCCESSORS[key]}`;
  const meant = /^Did you mean (.*)\?$/.exec(didYouMean(key, SETTING_NAMES))?.[1];
  return meant === undefined ? 'not known' : `did you mean ${meant}?`;
}
