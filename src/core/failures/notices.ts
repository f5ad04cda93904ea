import type { StopCode } from '../model/stop-code.ts';
import { isToldToday, OUTAGE_WORTH_TELLING_MS } from './told-today.ts';

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

/** What was told of, and when; kept from run to run. Instants are epoch ms. */
export type NoticeMemory = {
  readonly lastLetter: number;
  /** By error type. */
  readonly lettersAt: Readonly<Record<string, number>>;
  readonly outage: Readonly<Partial<Record<Server, { readonly since: number; readonly toldAt: number }>>>;
  readonly stop: { readonly code: StopCode; readonly since: number; readonly toldAt: number } | undefined;
  /** When somebody was to be told last and nobody took it. */
  readonly failedAt?: number | undefined;
};

/** What is to be told, and how it is remembered once somebody took it. */
export type DueNotice = { readonly notice: Notice; remember(memory: NoticeMemory): NoticeMemory };

export const NOTHING_TOLD: NoticeMemory = { lastLetter: 0, lettersAt: {}, outage: {}, stop: undefined };

/** Where nobody took a notice, it is sent again after this long: a watch looks more often than a server recovers. */
const SENT_AGAIN_MS = 15 * 60_000;

/** Decides what is to be told now. */
export function decideNotices(standing: Standing, told: NoticeMemory): readonly DueNotice[] {
  const { failedAt } = told;
  const { now } = standing;
  if (failedAt !== undefined && failedAt <= now && now - failedAt < SENT_AGAIN_MS) return [];
  return [
    lettersOf(standing, told),
    outageOf('plex', standing, told),
    outageOf('stash', standing, told),
    stopOf(standing, told),
  ].filter((due) => due !== undefined);
}

/** New letters are told together, unless each of their types was told of today. */
function lettersOf({ letters: { byType, lastId }, now }: Standing, { lettersAt }: NoticeMemory): DueNotice | undefined {
  const types = Object.keys(byType);
  if (types.every((type) => isToldToday(lettersAt[type], now))) return undefined;
  const count = Object.values(byType).reduce((sum, each) => sum + each, 0);
  const stillKnown = Object.entries(lettersAt).filter(([, at]) => isToldToday(at, now));
  const toldNow = types.map((type) => [type, now] as const);
  return {
    notice: { kind: 'dead_letters', count, byType },
    remember: (memory) => ({
      ...memory,
      lastLetter: lastId,
      lettersAt: Object.fromEntries([...stillKnown, ...toldNow]),
    }),
  };
}

function outageOf(server: Server, { outageSince, now }: Standing, { outage }: NoticeMemory): DueNotice | undefined {
  const [since, before] = [outageSince[server], outage[server]];
  if (since === undefined && before === undefined) return undefined;
  if (since === undefined) return recoveredOf(server, { since: before?.since ?? now, now });
  if (now - since < OUTAGE_WORTH_TELLING_MS || isToldToday(before?.toldAt, now)) return undefined;
  return {
    notice: { kind: 'outage', server, since },
    remember: (memory) => ({ ...memory, outage: { ...memory.outage, [server]: { since, toldAt: now } } }),
  };
}

function stopOf({ stop, now }: Standing, { stop: before }: NoticeMemory): DueNotice | undefined {
  if (stop === undefined) return before && recoveredOf('writing', { since: before.since, now });
  if (before?.code === stop.code && isToldToday(before.toldAt, now)) return undefined;
  const { code, since, hint } = stop;
  return {
    notice: { kind: 'stopped', code, hint },
    remember: (memory) => ({ ...memory, stop: { code, since, toldAt: now } }),
  };
}

function recoveredOf(
  what: Server | 'writing',
  { since, now }: { readonly since: number; readonly now: number },
): DueNotice {
  return {
    notice: { kind: 'recovered', what, afterMs: Math.max(0, now - since) },
    remember: (memory) =>
      what === 'writing'
        ? { ...memory, stop: undefined }
        : { ...memory, outage: { ...memory.outage, [what]: undefined } },
  };
}
