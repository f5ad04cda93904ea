import type { SettingName } from '../../settings/table.ts';

/** What `process` was asked for. */
export type ProcessOptions = {
  /** The settings given as flags. */
  readonly flags: Readonly<Partial<Record<SettingName, unknown>>>;
  readonly configFile: string | undefined;
  readonly statsOnly: boolean;
  readonly limit: string | undefined;
  /** The scenes that the run is for, as typed; none: all. */
  readonly scenes: readonly string[];
  readonly maxTime: string | undefined;
  /** `cron` is told only what is new and needs a person. */
  readonly audience: 'person' | 'cron';
  /** Whether to run once, or repeatedly until a signal. */
  readonly repeat: 'once' | 'watch';
  /** `preview`: report what a run would do, and change nothing. */
  readonly mode: 'write' | 'preview';
  readonly parallel: boolean;
  readonly adoptServer: boolean;
  readonly removals: 'counted' | 'allowed';
  /** The page that a preview fills, and whether names are masked on it. */
  readonly html?: string | undefined;
  readonly names?: 'shown' | 'masked' | undefined;
};
