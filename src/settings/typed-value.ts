import { resolve } from 'node:path';
import { UsageError } from '../core/model/errors.ts';
import { settingValue } from './load.ts';
import type { Setting } from './setting.ts';
import type { SettingName } from './table.ts';
import { SETTINGS } from './table.ts';

/** What is typed after a name, as messages call it. */
const TYPED = { kind: 'flag', name: 'the command line' } as const;

/**
 * What the config file is to hold for a value as typed: numbers and switches as JSON has them, durations as typed,
 * files with their whole path, since a cron job runs in another folder.
 * @throws {UsageError} naming the setting, the value (secrets masked) and the allowed range.
 */
export function storedValue(name: SettingName, typed: readonly string[]): unknown {
  const { type }: Setting = SETTINGS[name];
  const isList =
    type.kind === 'names' ||
    type.kind === 'path_mappings' ||
    type.kind === 'quiet_hours' ||
    type.kind === 'webhooks' ||
    type.kind === 'command';
  const [only = ''] = typed;
  if (!isList && typed.length > 1)
    throw new UsageError(
      `${name} takes one value, and ${typed.length} are given.`,
      'Put a value with spaces in quotes.',
    );
  const value: unknown = isList && typed.length > 1 ? typed : only;
  const parsed = settingValue({ name, value, origin: TYPED });
  switch (type.kind) {
    case 'switch':
    case 'whole_number':
    case 'limit':
    case 'choice':
      return parsed;
    case 'file':
      return resolve(only);
    default:
      return value;
  }
}
