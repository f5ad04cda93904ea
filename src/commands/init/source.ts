import { existsSync } from 'node:fs';
import { UsageError } from '../../core/model/errors.ts';
import { SECRETS } from '../../settings/access.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import { loadSettings, settingValue } from '../../settings/load.ts';
import type { SettingName } from '../../settings/table.ts';
import { SETTINGS } from '../../settings/table.ts';
import type { Context } from '../shared/context.ts';

export type InitOptions = {
  readonly flags: Readonly<Partial<Record<SettingName, unknown>>>;
  readonly configFile: string | undefined;
  readonly yes: boolean;
  /** Whether a `path_map` that the files prove is written without a question. */
  readonly acceptPathMap: boolean;
};

/** A person's answers at the terminal, by setting; `null` removes the setting from the file. */
export type Answers = Readonly<Partial<Record<SettingName, unknown>>>;

/** The settings as they would be with these answers. @throws {UsageError} naming the invalid answer. */
export async function loadWith(answers: Answers, options: InitOptions, context: Context): Promise<LoadedSettings> {
  for (const [name, answer] of Object.entries(answers)) if (answer !== null) checkAnswer(name as SettingName, answer);
  const said = Object.entries(answers).map(([name, answer]) => [name, answer ?? nothing(name as SettingName)] as const);
  // A typed secret replaces the one in a file that a flag names.
  const instead = Object.fromEntries(
    SECRETS.filter(({ itself }) => answers[itself] !== undefined).map(({ inFile }) => [inFile, undefined]),
  );
  return await loadSettings({
    flags: { ...options.flags, ...instead, ...Object.fromEntries(said) },
    env: context.env,
    ...sourceOf(options, context),
    configFile: presentFile(options),
  });
}

/** Complains of what was typed as an answer, and not of the flag that stands for it. */
function checkAnswer(name: SettingName, value: unknown): void {
  try {
    settingValue({ name, value, origin: { kind: 'flag', name: 'your answer' } });
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown;
    throw new UsageError(thrown.message);
  }
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
