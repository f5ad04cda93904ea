import type { StopCode } from '../model/stop-code.ts';

/** What may be told to somebody who is not at a screen. */
export type Notice =
  | { readonly kind: 'dead_letters'; readonly count: number; readonly byType: Readonly<Record<string, number>> }
  | { readonly kind: 'stopped'; readonly code: StopCode; readonly hint: string }
  | { readonly kind: 'outage'; readonly server: Server; readonly since: number }
  | { readonly kind: 'recovered'; readonly what: Server | 'writing'; readonly afterMs: number };

export type Server = 'plex' | 'stash';

/** How things stand. Instants are epoch ms. */
export type Standing = {
  readonly now: number;
  /** The letters that are newer than those told of. */
  readonly letters: { readonly byType: Readonly<Record<string, number>>; readonly lastId: number };
  readonly outageSince: Readonly<Record<Server, number | undefined>>;
  readonly stop: { readonly code: StopCode; readonly since: number; readonly hint: string } | undefined;
};

/** What was told of, and when; kept from run to run. */
export type NoticeMemory = {
  readonly lastLetter: number;
  /** By error type. */
  readonly lettersAt: Readonly<Record<string, number>>;
  readonly outage: Readonly<Partial<Record<Server, { readonly since: number; readonly toldAt: number }>>>;
  readonly stop: { readonly code: StopCode; readonly since: number; readonly toldAt: number } | undefined;
};

export const NOTHING_TOLD: NoticeMemory = { lastLetter: 0, lettersAt: {}, outage: {}, stop: undefined };

/** The same is told once in this time, as to the reader of cron's mail. */
const TOLD_AGAIN_MS = 86_400_000;
/** A restart, or a night's maintenance, is no news. */
const OUTAGE_WORTH_TELLING_MS = 3_600_000;

/** Decides what is to be told now, and what is remembered once that was taken. */
export function decideNotices(
  standing: Standing,
  told: NoticeMemory,
): { readonly notices: readonly Notice[]; readonly memory: NoticeMemory } {
  const letters = lettersOf(standing, told);
  const plex = outageOf('plex', standing, told);
  const stash = outageOf('stash', standing, told);
  const stop = stopOf(standing, told);
  const outage = { ...(plex.told && { plex: plex.told }), ...(stash.told && { stash: stash.told }) };
  return {
    notices: [...letters.notices, ...plex.notices, ...stash.notices, ...stop.notices],
    memory: { ...letters.told, outage, stop: stop.told },
  };
}

type Part<Told> = { readonly notices: readonly Notice[]; readonly told: Told };

/** New letters are told together, unless each of their types was told of today. */
function lettersOf(
  { letters: { byType, lastId }, now }: Standing,
  { lastLetter, lettersAt }: NoticeMemory,
): Part<Pick<NoticeMemory, 'lastLetter' | 'lettersAt'>> {
  const types = Object.keys(byType);
  if (!types.some((type) => isDue(lettersAt[type], now))) return { notices: [], told: { lastLetter, lettersAt } };
  const count = Object.values(byType).reduce((sum, each) => sum + each, 0);
  const stillKnown = Object.entries(lettersAt).filter(([, at]) => !isDue(at, now));
  return {
    notices: [{ kind: 'dead_letters', count, byType }],
    told: {
      lastLetter: lastId,
      lettersAt: { ...Object.fromEntries(stillKnown), ...Object.fromEntries(types.map((type) => [type, now])) },
    },
  };
}

function outageOf(
  server: Server,
  { outageSince, now }: Standing,
  { outage }: NoticeMemory,
): Part<NoticeMemory['outage'][Server]> {
  const [since, before] = [outageSince[server], outage[server]];
  if (since === undefined) {
    if (before === undefined) return { notices: [], told: undefined };
    return {
      notices: [{ kind: 'recovered', what: server, afterMs: Math.max(0, now - before.since) }],
      told: undefined,
    };
  }
  const isWorthIt = now - since >= OUTAGE_WORTH_TELLING_MS && isDue(before?.toldAt, now);
  if (!isWorthIt) return { notices: [], told: before };
  return { notices: [{ kind: 'outage', server, since }], told: { since, toldAt: now } };
}

function stopOf({ stop, now }: Standing, { stop: before }: NoticeMemory): Part<NoticeMemory['stop']> {
  if (stop === undefined) {
    if (before === undefined) return { notices: [], told: undefined };
    return {
      notices: [{ kind: 'recovered', what: 'writing', afterMs: Math.max(0, now - before.since) }],
      told: undefined,
    };
  }
  if (before?.code === stop.code && !isDue(before.toldAt, now)) return { notices: [], told: before };
  const { code, since, hint } = stop;
  return { notices: [{ kind: 'stopped', code, hint }], told: { code, since, toldAt: now } };
}

/** An instant in the future comes from a wrong clock. */
function isDue(toldAt: number | undefined, now: number): boolean {
  return toldAt === undefined || toldAt > now || now - toldAt >= TOLD_AGAIN_MS;
}
