import { foreign, say } from '../../core/text/sentence.ts';
import type { PluginStatusDocument } from '../../documents/plugin.ts';
import { EXIT } from '../../exit.ts';
import { openStoresToRead } from '../../queue/store/stores.ts';
import { renderTable } from '../../terminal/table.ts';
import { localTime, shortDuration, utcTime } from '../../terminal/time.ts';
import type { Context } from '../shared/context.ts';
import type { Arrival, PluginState } from '../shared/plugin/arrival.ts';
import { readPluginState } from '../shared/plugin/arrival.ts';

/** Reports whether changes in Stash arrive; exit code 1 when some do not. */
export function run({ dataDir, output, now: clock }: Context): number {
  const now = clock();
  const state = readState(dataDir, now);
  const { arrival, problems } = state;
  const exitCode = problems.length === 0 ? EXIT.done : EXIT.jobsFailed;
  if (output.json) {
    output.resultJson(documentOf(state), 2);
    return exitCode;
  }
  const reader = output.readerOf('stdout');
  output.result(renderTable([], linesOf(state, now, reader.kind === 'person' ? localTime : utcTime), reader));
  for (const problem of problems) output.log('warning', say`${foreign(wordsFor(problem))}`);
  if (problems.length === 0 && arrival.kind === 'long_ago')
    output.log('info', say`Whether events still arrive shows when a scene is edited in Stash: do so, and look again.`);
  return exitCode;
}

function readState(dataDir: Context['dataDir'], now: number): PluginState {
  const stores = openStoresToRead(dataDir);
  try {
    return readPluginState(stores, dataDir, now);
  } finally {
    stores.close();
  }
}

function wordsFor({ message, fix }: PluginState['problems'][number]): string {
  return `${message}. ${fix}`;
}

function documentOf({ path, look, lastAt, arrival, problems }: PluginState): PluginStatusDocument {
  return {
    ok: problems.length === 0,
    spool: { path, present: look.state !== 'none' },
    events_waiting: look.waiting ?? null,
    oldest_waiting_at: look.oldestAt === undefined ? null : utcTime(look.oldestAt),
    last_event_at: lastAt === undefined ? null : utcTime(lastAt),
    seconds_since_last_event: 'agoMs' in arrival ? Math.round(arrival.agoMs / 1_000) : null,
    arriving: ARRIVING[arrival.kind],
    bad: look.bad ?? null,
    problems: problems.map(wordsFor),
  };
}

function linesOf(
  { path, look, lastAt, arrival, problems }: PluginState,
  now: number,
  time: (at: number) => string,
): string[][] {
  return [
    ['spool', PLACES[look.state](path)],
    ['events waiting', look.waiting === undefined ? 'cannot be read' : String(look.waiting)],
    ...(look.oldestAt === undefined ? [] : [['oldest', time(look.oldestAt)]]),
    ['last taken in', lastAt === undefined ? 'never' : `${time(lastAt)} (${shortDuration(now - lastAt)} ago)`],
    ['set aside', look.bad === undefined ? 'cannot be read' : String(look.bad)],
    ['arriving', problems.length === 0 ? wordsOf(arrival) : 'see below'],
  ];
}

const PLACES: Readonly<Record<PluginState['look']['state'], (path: string) => string>> = {
  none: (path) => `none at ${path}`,
  readable: (path) => path,
  unreadable: (path) => `${path}, which cannot be read`,
};

const ARRIVING: Readonly<Record<Arrival['kind'], PluginStatusDocument['arriving']>> = {
  never: 'no',
  lost: 'no',
  hidden: 'unknown',
  recent: 'yes',
  long_ago: 'unknown',
};

function wordsOf(arrival: Arrival): string {
  if (!('agoMs' in arrival)) return ARRIVING[arrival.kind];
  const ago = `last event ${shortDuration(arrival.agoMs)} ago`;
  return arrival.kind === 'recent' ? `yes, ${ago}` : ago;
}
