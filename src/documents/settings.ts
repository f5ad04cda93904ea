import * as z from 'zod/mini';
import type { DocumentOf } from './shapes.ts';

const setting = z.object({
  value: z.unknown(),
  origin: z.enum(['flag', 'environment', 'file', 'default']),
  from: z.string(),
  problem: z.nullable(z.string()).check(z.describe('Why it cannot be used; then `value` is as it was given.')),
  overruled_by: z.nullable(z.string()).check(z.describe('The setting with higher precedence that overrides this one.')),
});
export type SettingDocument = DocumentOf<typeof setting>;

export const configShowSchema = z.object({
  data_dir: z.string(),
  data_dir_origin: z.string(),
  config_file: z.string(),
  settings: z
    .record(z.string(), setting)
    .check(z.describe('By name; a secret is `(hidden)`, a duration as it is typed.')),
  problems: z.array(z.string()).check(z.describe('Everything that is wrong; empty at exit code 0.')),
});
export type ConfigShowDocument = DocumentOf<typeof configShowSchema>;

export const initSchema = z.object({
  config_file: z.string(),
  settings: z.array(z.string()).check(z.describe('The names of the settings that were written.')),
  proposed_path_map: z
    .nullable(z.array(z.object({ from: z.string(), to: z.string() })))
    .check(z.describe('All of a path_map that the files prove, and that was not written for want of a yes.')),
  next: z.array(z.string()).check(z.describe('Commands to type next.')),
});
export type InitDocument = DocumentOf<typeof initSchema>;

export const configChangeSchema = z.object({
  config_file: z.string(),
  setting: z.string(),
  value: z.unknown().check(z.describe('As it stands in the file, a secret `(hidden)`; null when it was taken out.')),
});
export type ConfigChangeDocument = DocumentOf<typeof configChangeSchema>;
