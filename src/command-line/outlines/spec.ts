import type { Context } from '../../commands/shared/context.ts';
import type { ExitCode } from '../../exit.ts';
import type { SettingName } from '../../settings/table.ts';
import type { LogFormat } from '../../terminal/log/log-format.ts';

/** One option. What stands for its value is in angle brackets; without one it is a switch. */
export type OptionSpec = {
  readonly flags: string;
  readonly help: string;
  readonly repeatable?: true;
};

/** One operand, its name as in the synopsis: `<sceneId>`, `[id...]`. */
export type OperandSpec = { readonly name: string; readonly help: string };

/** What was typed, by long option name without dashes: `given.text('max-time')`. */
export type Given = {
  has(name: string): boolean;
  text(name: string): string | undefined;
  list(name: string): readonly string[];
};

/** One command line, read but not yet understood. */
export type Invocation = {
  readonly operands: readonly string[];
  readonly given: Given;
  /** Settings given as flags, by setting name. */
  readonly flags: Readonly<Partial<Record<SettingName, unknown>>>;
  readonly configFile: string | undefined;
  /** All that can be typed, for the command that writes it out. */
  readonly table: CommandTable;
};

/**
 * One command, as parser, help, man page and completion know it. Plain data: every command line pays for loading all of
 * them, so the work itself is imported when it is asked for.
 */
export type CommandSpec = {
  /** As typed, with its group: `dlq list`. */
  readonly name: string;
  /** One line, lower case. */
  readonly summary: string;
  readonly operands?: readonly OperandSpec[];
  readonly options?: readonly OptionSpec[];
  /** The settings that are flags of this command. */
  readonly settings?: readonly SettingName[];
  /** Paragraphs under the options, in the help and in the man page. */
  readonly notes?: readonly string[];
  readonly examples: readonly string[];
  readonly exitCodes: readonly ExitCode[];
  /** How it logs when nobody says; `pretty` unless given. */
  readonly logFormat?: LogFormat;
  run(invocation: Invocation, context: Context): Promise<number>;
};

/** Every command and group there is. */
export type CommandTable = { readonly commands: readonly CommandSpec[]; readonly groups: readonly CommandGroup[] };

/** Commands of one group, such as `dlq list` and `dlq show`, have its name in front. */
export type CommandGroup = { readonly name: string; readonly summary: string };
