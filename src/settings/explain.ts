import { StoreError, UsageError } from '../core/model/errors.ts';
import type { ConfigFile } from './file.ts';
import { readConfigFile } from './file.ts';
import type { ConfigSources, Origin } from './load.ts';
import { given, secretInSight, settingValue, unknownEnv } from './load.ts';
import type { SettingName } from './table.ts';
import { SETTING_NAMES } from './table.ts';

/** A setting as given, and why it cannot be used, if so. */
export type ExplainedSetting = {
  readonly name: SettingName;
  /** As it was given; durations are not converted. */
  readonly value: unknown;
  /** As a run would use it; `undefined` when there is a problem. */
  readonly parsed: unknown;
  readonly origin: Origin;
  readonly problem: string | undefined;
};

/**
 * Every setting with its origin, even where `loadSettings` would refuse. `problems` belong to no single setting;
 * `warnings` are for the person to know.
 */
export async function explainSettings(sources: ConfigSources): Promise<{
  readonly settings: readonly ExplainedSetting[];
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}> {
  let file: ConfigFile = { path: '', values: {}, warnings: [] };
  const config = await complaintAbout(async () => {
    file = await readConfigFile({ dataDir: sources.dataDir, named: sources.configFile });
  });
  const all = SETTING_NAMES.map((name) => ({ name, ...given(name, sources, file) }));
  const settings = all.map(async (one): Promise<ExplainedSetting> => {
    let parsed: unknown;
    const complaint = await complaintAbout(() => {
      parsed = settingValue(one);
    });
    return { ...one, parsed, problem: complaint?.message };
  });
  return {
    settings: await Promise.all(settings),
    problems: config === undefined ? [] : [withHint(config)],
    warnings: [...unknownEnv(sources.env), ...file.warnings, ...all.flatMap(secretInSight)],
  };
}

function withHint({ message, hint }: UsageError | StoreError): string {
  return hint === undefined ? message : `${message} ${hint}`;
}

async function complaintAbout(action: () => unknown): Promise<UsageError | StoreError | undefined> {
  try {
    await action();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof UsageError || thrown instanceof StoreError) return thrown;
    throw thrown;
  }
}
