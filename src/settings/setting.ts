/** The values a setting accepts; `schema.ts` turns it into a schema. */
export type SettingType =
  | { readonly kind: 'switch' }
  | { readonly kind: 'whole_number'; readonly min: number; readonly max: number }
  /** A whole number, or `off`. */
  | { readonly kind: 'limit'; readonly min: number; readonly max: number }
  /** A bare number is in `unit`; the value is in ms. The bounds are written as a person would type them. */
  | { readonly kind: 'duration'; readonly unit: 's' | 'd'; readonly min: string; readonly max: string }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  | { readonly kind: 'names' }
  | { readonly kind: 'path_mappings' }
  /** Addresses of webhooks, which may hold a key. */
  | { readonly kind: 'webhooks' }
  /** A program and its arguments. */
  | { readonly kind: 'command' }
  /** Parts of a day: `02:00-05:00`. */
  | { readonly kind: 'quiet_hours' }
  | { readonly kind: 'web_address' }
  | { readonly kind: 'token' }
  | { readonly kind: 'file' };

/** The heading under which `--help` and the man page show a setting. */
export const SETTING_GROUPS = {
  connection: 'Connection',
  matching: 'Matching',
  writing: 'What is written',
  running: 'How a run goes',
} as const;
export type SettingGroup = keyof typeof SETTING_GROUPS;

/** One setting, as the config file, the flags, the environment and `--help` use it. */
export type Setting = {
  readonly group: SettingGroup;
  readonly type: SettingType;
  /** As written in the config file; absent when the setting has no default. */
  readonly fallback?: unknown;
  /** The environment variable; by default `PLEXSYNC_` and the name. */
  readonly env?: string;
  /** The placeholder for the flag's value in `--help`; absent for a switch. */
  readonly value?: string;
  readonly repeatable?: true;
  readonly secret?: true;
  readonly help: string;
  /** What the `--no-` flag of a switch does, where that is not just the contrary of `help`. */
  readonly off?: string;
};
