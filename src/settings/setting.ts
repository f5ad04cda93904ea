/** What values a setting takes; `schema.ts` makes the schema of it. */
export type SettingType =
  | { readonly kind: 'switch' }
  | { readonly kind: 'whole_number'; readonly min: number; readonly max: number }
  /** A bare number is in `unit`; the value is in ms. The bounds are written as a person would. */
  | { readonly kind: 'duration'; readonly unit: 's' | 'd'; readonly min: string; readonly max: string }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  | { readonly kind: 'names' }
  | { readonly kind: 'path_mappings' }
  | { readonly kind: 'web_address' }
  | { readonly kind: 'token' }
  | { readonly kind: 'file' };

/** Under which heading `--help` and the man page show a setting. */
export const SETTING_GROUPS = {
  connection: 'Connection',
  matching: 'Matching',
  writing: 'What is written',
  running: 'How a run goes',
} as const;
export type SettingGroup = keyof typeof SETTING_GROUPS;

/** One setting, as the config file, the flags, the environment and `--help` know it. */
export type Setting = {
  readonly group: SettingGroup;
  readonly type: SettingType;
  /** As written in the config file; absent when nothing holds unless someone says so. */
  readonly fallback?: unknown;
  /** The environment variable; `PLEXSYNC_` and the name when absent. */
  readonly env?: string;
  /** What stands for the flag's value in `--help`; a switch has none. */
  readonly value?: string;
  readonly repeatable?: true;
  readonly secret?: true;
  readonly help: string;
  /** Of a switch that is on unless someone says no: what its `--no-` flag does. */
  readonly off?: string;
};
