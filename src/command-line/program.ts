import type { Help, OutputConfiguration } from 'commander';
import { Command, InvalidArgumentError, Option } from 'commander';
import { SETTING_GROUPS } from '../settings/setting.ts';
import type { SettingName } from '../settings/table.ts';
import { flagOf, SETTINGS } from '../settings/table.ts';
import { VERSION } from '../version.ts';
import { GLOBAL_OPTIONS, HELP, VERSION as VERSION_OPTION } from './outlines/global-options.ts';
import { settingFlags } from './outlines/setting-options.ts';
import type { CommandSpec, CommandTable, Given, Invocation, OptionSpec } from './outlines/spec.ts';

/** The global options, as typed. */
export type GlobalOptions = {
  readonly dataDir?: string;
  readonly config?: string;
  readonly json?: true;
  readonly quiet?: true;
  readonly verbose?: number;
  readonly color: boolean;
  readonly logFormat?: string;
  readonly logFile?: string;
};

/** A command line as it was read. */
export type Parsed = {
  readonly command: CommandSpec;
  readonly invocation: Invocation;
  readonly options: GlobalOptions;
};

export type Reading = {
  readonly table: CommandTable;
  /**
   * `typed`: only the command that the line begins with, and the options that it names, since each takes time and
   * commander compares it with every other one. Such a program reads lines that are right, and says nothing: it knows
   * no help.
   */
  readonly declared: 'typed' | 'all';
  /** Without it nothing is printed. */
  readonly printing?: Printing | undefined;
  /** Called with the line, once it is read. */
  found(parsed: Parsed): void;
};

/** How help and complaints look, and where they go. */
export type Printing = {
  readonly layout: Partial<Help>;
  readonly output: OutputConfiguration;
  /** What follows the options in the help of the program, and in that of a command. */
  helpAfter(spec: CommandSpec | undefined): string;
};

/** Creates the parser for a command line. Of commands that `argv` does not name it knows no options, to save time. */
export function createProgram(argv: readonly string[], { table, declared, printing, found }: Reading): Command {
  const isDeclared = declared === 'all' ? () => true : namedIn(argv);
  const program = createBare(printing);
  if (declared === 'all') offerHelp(program);
  else {
    program.helpOption(false);
    // commander takes it for itself even where it stands for a value.
    if (isDeclared(VERSION_OPTION)) program.version(VERSION, VERSION_OPTION.flags);
  }
  for (const option of GLOBAL_OPTIONS.filter(isDeclared)) program.addOption(toGlobalOption(option));
  const groups = new Map<string, Command>();
  for (const spec of table.commands) {
    const [first = '', second] = spec.name.split(' ');
    // All of them, so that a typo gets a suggestion.
    if (declared === 'typed' && first !== argv[0]) continue;
    if (second !== undefined && !groups.has(first)) groups.set(first, groupOf(program, first, table));
    const command = (groups.get(first) ?? program).command(second ?? first).description(spec.summary);
    if (!argv.includes(second ?? first)) continue;
    configure(command, spec, { printing, options: optionsOf(spec, isDeclared) });
    command.action(() => found(parsedBy(command, spec)));
  }
  return program;
}

/** The program without its commands, which take over how it prints, and without options. */
function createBare(printing: Printing | undefined): Command {
  const program = new Command('plexsync')
    .description(
      'Carries scene metadata from Stash to Plex: nothing lost, nothing written to the wrong item, nothing done twice for nothing.',
    )
    .showSuggestionAfterError(false)
    .exitOverride()
    .configureOutput(printing?.output ?? SILENT);
  if (printing !== undefined)
    program.configureHelp(printing.layout).addHelpText('after', () => `\n${printing.helpAfter(undefined)}`);
  return program;
}

/** The commands take the flags of help over too. */
function offerHelp(program: Command): void {
  program
    .version(VERSION, VERSION_OPTION.flags, VERSION_OPTION.help)
    .helpOption(HELP.flags, HELP.help)
    .helpCommand(HELP_COMMAND, HELP_OF_COMMAND);
}

type Configuration = Pick<Reading, 'printing'> & { readonly options: readonly Option[] };

function configure(command: Command, spec: CommandSpec, { printing, options }: Configuration): void {
  for (const { name, help } of spec.operands ?? []) command.argument(name, help);
  for (const option of options) command.addOption(option);
  if (printing !== undefined) command.addHelpText('after', () => `\n${printing.helpAfter(spec)}`);
}

const SILENT: OutputConfiguration = { writeOut: () => undefined, writeErr: () => undefined };

const HELP_COMMAND = 'help [command]';
const HELP_OF_COMMAND = 'show the help of a command';

function groupOf(program: Command, name: string, { groups }: CommandTable): Command {
  const summary = groups.find((group) => group.name === name)?.summary ?? '';
  return program.command(name).description(summary).helpCommand(HELP_COMMAND, HELP_OF_COMMAND);
}

/** Whether an option is to be declared. */
type IsDeclared = (option: Pick<OptionSpec, 'flags'>) => boolean;

/** Those that may be meant by a word of the line. */
function namedIn(argv: readonly string[]): IsDeclared {
  const words = new Set(argv.map((word) => word.split('=', 1)[0]));
  const hasShort = argv.some((word) => /^-[^-]/.test(word));
  return ({ flags }) => flags.split(/[ ,]+/).some((flag) => words.has(flag) || (hasShort && /^-[^-]/.test(flag)));
}

function optionsOf({ options = [], settings = [] }: CommandSpec, isDeclared: IsDeclared): Option[] {
  // Both flags of a switch, since one that stands alone has a default.
  const isSettingDeclared = (name: SettingName): boolean =>
    isDeclared({ flags: `--${flagOf(name)},--no-${flagOf(name)}` });
  return [...options.filter(isDeclared).map(toOption), ...settings.filter(isSettingDeclared).flatMap(settingOptions)];
}

function parsedBy(command: Command, spec: CommandSpec): Parsed {
  const options = command.opts<Record<string, unknown>>();
  // A switch that is on unless it is named.
  const globals: GlobalOptions = { color: true, ...command.optsWithGlobals<Partial<GlobalOptions>>() };
  const invocation: Invocation = {
    operands: command.args,
    given: toGiven(options),
    flags: Object.fromEntries((spec.settings ?? []).map((name) => [name, flagValue(name, options)])),
    configFile: globals.config,
  };
  return { command: spec, invocation, options: globals };
}

/** A name typed at a flag may be several between commas; in a list of the config file it is whole. */
function flagValue(name: SettingName, options: Readonly<Record<string, unknown>>): unknown {
  const value = options[camelCase(name)];
  const isTyped = SETTINGS[name].type.kind === 'names' && Array.isArray(value);
  return isTyped ? (value as string[]).map((typed) => ({ typed })) : value;
}

function toGiven(options: Readonly<Record<string, unknown>>): Given {
  return {
    has: (name) => options[camelCase(name)] === true,
    text: (name) => options[camelCase(name)] as string | undefined,
    list: (name) => (options[camelCase(name)] as string[] | undefined) ?? [],
  };
}

function toOption({ flags, help, repeatable }: OptionSpec): Option {
  const option = new Option(flags, repeatable ? `${help} (repeatable)` : help);
  // Without a value the option means what its help says.
  const [, preset] = /\[(.*)\]$/.exec(flags) ?? [];
  if (preset !== undefined) return option.preset(preset).argParser(once);
  if (!flags.includes('<')) return option;
  return repeatable ? option.argParser(collect) : option.argParser(once);
}

function toGlobalOption({ flags, help }: OptionSpec): Option {
  const option = new Option(flags, help);
  if (flags.includes('--verbose')) return option.argParser(countUp);
  return flags.includes('<') ? option.argParser(once) : option;
}

function settingOptions(name: SettingName): readonly Option[] {
  const { group, ...setting } = SETTINGS[name];
  return settingFlags(name).map(({ flags, help, isHidden }) => {
    const option = new Option(flags, help).helpGroup(`${SETTING_GROUPS[group]}:`);
    if ('repeatable' in setting) option.argParser(collect);
    else if (flags.includes('<')) option.argParser(once);
    return isHidden ? option.hideHelp() : option;
  });
}

/** Repeatable options are collected; a variadic option would swallow the id that follows it. */
const collect = (value: string, list: string[] = []): string[] => [...list, value];

/** A single-value option that is given twice is probably a mistake. */
const once = (value: string, earlier: string | undefined): string => {
  if (earlier !== undefined) throw new InvalidArgumentError('It is given twice; give it once.');
  return value;
};

const countUp = (_value: string, level: number | undefined): number => (level ?? 0) + 1;

function camelCase(name: string): string {
  return name.replace(/[_-]([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}
