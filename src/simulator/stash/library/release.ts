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

/** What may change at a restart. */
export type StashRelease = {
  /** `v0.30` by default. */
  version?: StashVersion | undefined;
  /** The server's version name, if different from the last release of `version`; a home build may use ''. */
  versionText?: string | undefined;
  /** An IANA name, `UTC` by default; stored times keep their spelling. */
  zone?: string | undefined;
};

/** The current release: `minor` is 30 for v0.30. */
export type StashRules = {
  minor: number;
  versionText: string;
  /** The server's clock, or a given instant, in the form that Stash stores. */
  timeText: (ms?: number) => string;
};

/** Derives the rules of a release; `now` returns epoch milliseconds. */
export function rulesOf(
  { version = 'v0.30', versionText = RELEASES[version], zone = 'UTC' }: StashRelease,
  now: () => number,
): StashRules {
  const write = createTimeWriter(zone);
  return { minor: Number(version.slice(3)), versionText, timeText: (ms = now()) => write(ms) };
}
