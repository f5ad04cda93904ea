import type { OutputConfiguration } from 'commander';
import { Command, InvalidArgumentError, Option } from 'commander';
import { SETTING_GROUPS } from '../settings/setting.ts';
import type { SettingName } from '../settings/table.ts';
import { flagOf, SETTINGS } from '../settings/table.ts';
import { sanitize } from '../terminal/sanitize.ts';
import type { Streams } from '../terminal/streams.ts';
import { writeText } from '../terminal/streams.ts';
import { VERSION } from '../version.ts';
import { exitCodesHelp } from './exit-codes.ts';
import { HELP_LAYOUT, helpParagraph, helpWidth } from './help-layout.ts';
import { COMMANDS, GROUPS } from './outlines/commands.ts';
import { GLOBAL_OPTIONS } from './outlines/global-options.ts';
import { settingFlags } from './outlines/setting-options.ts';
import type { CommandSpec, Given, Invocation, OptionSpec } from './outlines/spec.ts';
import { parseErrorOf } from './parse-errors.ts';

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
  /**
   * `typed`: only the command that the line begins with, with the options that it names, since commander compares each
   * declared option with every other one. Such a program reads lines that are right, and says nothing.
   */
  readonly declared: 'typed' | 'all';
  /** Where help and complaints go. */
  readonly streams: Streams;
  /** Called with the line, once it is read. */
  found(parsed: Parsed): void;
};

/** Whether a command line begins with a command or a group. */
export function beginsWithCommand([first]: readonly string[]): boolean {
  return COMMANDS.some(({ name }) => firstWord(name) === first);
}

/** Creates the parser for a command line. Of commands that `argv` does not name it knows no options, to save time. */
export function createProgram(argv: readonly string[], reading: Reading): Command {
  const { declared, streams } = reading;
  const program = new Command('plexsync')
    .description(
      'Carries scene metadata from Stash to Plex: nothing lost, nothing written to the wrong item, nothing done twice for nothing.',
    )
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .showSuggestionAfterError()
    .exitOverride()
    .helpCommand(HELP_COMMAND, HELP_OF_COMMAND)
    .configureHelp(HELP_LAYOUT)
    .configureOutput(declared === 'typed' ? SILENT : outputFor(argv, streams))
    .addHelpText('after', () => `\n${programHelpAfter(helpWidth(streams))}`);
  for (const option of GLOBAL_OPTIONS) program.addOption(toGlobalOption(option));
  const groups = new Map<string, Command>();
  for (const spec of COMMANDS) {
    const [first = '', second] = spec.name.split(' ');
    // All of them, so that a typo gets a suggestion.
    if (declared === 'typed' && first !== argv[0]) continue;
    if (second !== undefined && !groups.has(first)) groups.set(first, groupOf(program, first));
    const command = (groups.get(first) ?? program).command(second ?? first).description(spec.summary);
    if (!argv.includes(second ?? first)) continue;
    configure(command, spec, { streams, options: optionsOf(spec, declared === 'typed' ? argv : undefined) });
    command.action(() => reading.found(parsedBy(command, spec)));
  }
  return program;
}

const SILENT: OutputConfiguration = { writeOut: () => undefined, writeErr: () => undefined };

function outputFor(argv: readonly string[], streams: Streams): OutputConfiguration {
  return {
    getOutHelpWidth: () => helpWidth(streams),
    getErrHelpWidth: () => helpWidth(streams),
    // A reader that has closed the pipe (`plexsync --help | head`) is no failure.
    writeOut: (text) => void writeText(streams.stdout, text),
    writeErr: (text) => void writeText(streams.stderr, text),
    outputError: (text, write) => {
      if (argv.includes('--json')) return;
      const { message, hint } = parseErrorOf(text, argv);
      write(`plexsync: ${sanitize(message)}\n  ${sanitize(hint)}\n`);
    },
  };
}

const HELP_COMMAND = 'help [command]';
const HELP_OF_COMMAND = 'show the help of a command';

function groupOf(program: Command, name: string): Command {
  const summary = GROUPS.find((group) => group.name === name)?.summary ?? '';
  return program.command(name).description(summary).helpCommand(HELP_COMMAND, HELP_OF_COMMAND);
}

type Configuration = Pick<Reading, 'streams'> & { readonly options: readonly Option[] };

function configure(command: Command, spec: CommandSpec, { streams, options }: Configuration): void {
  for (const { name, help } of spec.operands ?? []) command.argument(name, help);
  for (const option of options) command.addOption(option);
  command.addHelpText('after', () => `\n${helpAfter(spec, helpWidth(streams))}`);
}

/** The options of a command: all, or those that may be meant by a word of `argv`. */
function optionsOf({ options = [], settings = [] }: CommandSpec, argv: readonly string[] | undefined): Option[] {
  const words = argv && new Set(argv.map((word) => word.split('=', 1)[0]));
  const hasShort = argv?.some((word) => /^-[^-]/.test(word));
  const isMeant = ({ flags }: OptionSpec): boolean =>
    words === undefined || flags.split(/[ ,]+/).some((flag) => words.has(flag) || (hasShort && /^-[^-]/.test(flag)));
  // Both flags of a switch, since one that stands alone has a default.
  const isMeantSetting = (name: SettingName): boolean =>
    words === undefined || words.has(`--${flagOf(name)}`) || words.has(`--no-${flagOf(name)}`);
  return [...options.filter(isMeant).map(toOption), ...settings.filter(isMeantSetting).flatMap(settingOptions)];
}

function parsedBy(command: Command, spec: CommandSpec): Parsed {
  const options = command.opts<Record<string, unknown>>();
  const globals = command.optsWithGlobals<GlobalOptions>();
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

const GLOBAL_OPTIONS_ARE = 'The options that every command takes are in plexsync --help.';

function programHelpAfter(width: number): string {
  return `${helpParagraph('New here: plexsync demo, then plexsync init.', width)}\n\n${exitCodesHelp(width)}`;
}

/** The end of a command's help, after its options. */
function helpAfter({ notes = [], examples }: CommandSpec, width: number): string {
  const paragraphs = notes.map((note) => helpParagraph(note, width));
  const shown = ['Examples:', ...examples.map((line) => `  ${line}`)].join('\n');
  return [...paragraphs, shown, helpParagraph(GLOBAL_OPTIONS_ARE, width)].join('\n\n');
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

const firstWord = (name: string): string => name.split(' ', 1)[0] ?? name;

function camelCase(name: string): string {
  return name.replace(/[_-]([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}
