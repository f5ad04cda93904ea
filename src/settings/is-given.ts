import { UsageError } from '../core/model/errors.ts';
import { readConfigFile } from './file.ts';
import type { ConfigSources } from './load.ts';
import type { SettingName } from './table.ts';
import { variableOf } from './table.ts';

/**
 * Whether the environment or the config file gives a setting, for a command that does not use it and only describes
 * what a run will do. A value that a run would refuse counts as not given.
 */
export async function isGiven(
  name: SettingName,
  { env, dataDir, configFile }: Omit<ConfigSources, 'flags'>,
): Promise<boolean> {
  const fromEnv = env[variableOf(name)];
  if (fromEnv !== undefined && fromEnv !== '') return true;
  try {
    return Object.hasOwn((await readConfigFile({ dataDir, named: configFile })).values, name);
  } catch (thrown) {
    if (thrown instanceof UsageError) return false;
    throw thrown;
  }
}
