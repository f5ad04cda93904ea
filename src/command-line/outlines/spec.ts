import type { ValueSource } from '../../commands/completion/source.ts';
import type { Context } from '../../commands/shared/context.ts';
import type { ExitCode } from '../../exit.ts';
import type { SettingName } from '../../settings/table.ts';
import type { LogFormat } from '../../terminal/log/log-format.ts';

/** One option. The placeholder of its value is in angle brackets; an option without one is a switch. */
export type OptionSpec = {
  readonly flags: string;
  readonly help: string;
  readonly repeatable?: true;
  /** The words that its value may be, or where they come from; a shell completes them. */
  readonly values?: readonly string[] | ValueSource;
  /** `between_commas`: the value may be several of the words. */
  readonly several?: 'between_commas';
};

/** One operand, its name as in the synopsis: `<sceneId>`, `[id...]`. */
export type OperandSpec = {
  readonly name: string;
  readonly help: string;
  /** As of an option. */
  readonly values?: readonly string[] | ValueSource;
};

/** What was typed, by long option name without dashes: `given.text('max-time')`. */
export type Given = {
  has(name: string): boolean;
  text(name: string): string | undefined;
  list(name: string): readonly string[];
};

/** A parsed command line, not validated yet. */
export type Invocation = {
  readonly operands: readonly string[];
  readonly given: Given;
  /** Settings given as flags, by setting name. */
  readonly flags: Readonly<Partial<Record<SettingName, unknown>>>;
  readonly configFile: string | undefined;
};

/**
 * One command, as parser, help, man page and completion use it. Plain data, because most command lines load all of them;
 * the work itself is imported on demand.
 */
export type CommandSpec = {
  /** As typed, with its group: `dlq list`. */
  readonly name: string;
  /** One line, lower case. */
  readonly summary: string;
  readonly operands?: readonly OperandSpec[];
  readonly options?: readonly OptionSpec[];
  /** The settings that this command accepts as flags. */
  readonly settings?: readonly SettingName[];
  /** Paragraphs below the options, in the help and in the man page. */
  readonly notes?: readonly string[];
  readonly examples: readonly string[];
  readonly exitCodes: readonly ExitCode[];
  /** The log format when none is given; `pretty` unless set. */
  readonly logFormat?: LogFormat;
  /** Whether it runs although the data directory is one of the Python plugin: it needs none, or tells of that itself. */
  readonly anyDataDir?: true;
  run(invocation: Invocation, context: Context): Promise<number>;
};

/** Every command and group. */
export type CommandTable = { readonly commands: readonly CommandSpec[]; readonly groups: readonly CommandGroup[] };

/** A group of commands, such as `dlq list` and `dlq show`, whose names begin with the group's name. */
export type CommandGroup = { readonly name: string; readonly summary: string };
