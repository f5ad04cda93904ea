import { createTimeWriter } from './time.ts';

const RELEASES = {
  'v0.24': 'v0.24.3',
  'v0.25': 'v0.25.1',
  'v0.26': 'v0.26.2',
  'v0.27': 'v0.27.2',
  'v0.28': 'v0.28.1',
  'v0.29': 'v0.29.3',
  'v0.30': 'v0.30.1',
  'v0.31': 'v0.31.1',
} as const;

export type StashVersion = keyof typeof RELEASES;

/** What a restart may change. */
export type StashRelease = {
  /** `v0.30` by default. */
  version?: StashVersion | undefined;
  /** What the server calls itself instead of the version's last release; a home build may call itself ''. */
  versionText?: string | undefined;
  /** An IANA name, `UTC` by default; times already stored keep the spelling they were written in. */
  zone?: string | undefined;
};

/** A release in force: `minor` is 30 for v0.30. */
export type StashRules = {
  minor: number;
  versionText: string;
  /** The server's clock as Stash stores it; of a given instant, if one is given. */
  timeText: (ms?: number) => string;
};

/** What a release means; `now` gives epoch milliseconds. */
export function rulesOf(
  { version = 'v0.30', versionText = RELEASES[version], zone = 'UTC' }: StashRelease,
  now: () => number,
): StashRules {
  const write = createTimeWriter(zone);
  return { minor: Number(version.slice(3)), versionText, timeText: (ms = now()) => write(ms) };
}
