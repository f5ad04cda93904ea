import { existsSync } from 'node:fs';
import type { LoadedSettings } from '../../settings/load.ts';
import { loadSettings } from '../../settings/load.ts';
import type { SettingName } from '../../settings/table.ts';
import { SETTINGS } from '../../settings/table.ts';
import type { Context } from '../shared/context.ts';

export type InitOptions = {
  readonly flags: Readonly<Partial<Record<SettingName, unknown>>>;
  readonly configFile: string | undefined;
  readonly yes: boolean;
};

/** A person's answers at the terminal, by setting; `null` removes the setting from the file. */
export type Answers = Readonly<Partial<Record<SettingName, unknown>>>;

/** The settings as they would be with these answers. @throws {UsageError} naming the invalid answer. */
export async function loadWith(answers: Answers, options: InitOptions, context: Context): Promise<LoadedSettings> {
  const said = Object.entries(answers).map(([name, answer]) => [name, answer ?? nothing(name as SettingName)] as const);
  // A typed token replaces the one in a file that a flag names.
  const instead = answers.plex_token === undefined ? {} : { plex_token_file: undefined };
  return await loadSettings({
    flags: { ...options.flags, ...instead, ...Object.fromEntries(said) },
    env: context.env,
    ...sourceOf(options, context),
    configFile: presentFile(options),
  });
}

function nothing(name: SettingName): unknown {
  const setting = SETTINGS[name];
  return 'fallback' in setting ? setting.fallback : undefined;
}

/** Where a default config.json counts: with `--config` it does not, even if that file does not exist yet. */
export function sourceOf(
  { configFile }: InitOptions,
  { dataDir }: Pick<Context, 'dataDir'>,
): { readonly dataDir: string } {
  return { dataDir: configFile ?? dataDir.path };
}

/** The file that `--config` names, if it exists already. */
export function presentFile({ configFile }: InitOptions): string | undefined {
  return configFile !== undefined && existsSync(configFile) ? configFile : undefined;
}
