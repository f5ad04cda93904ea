import { flagOf, SETTING_NAMES } from '../settings/table.ts';
import { GLOBAL_OPTIONS, HELP, VERSION } from './outlines/global-options.ts';
import { settingFlags } from './outlines/setting-options.ts';
import type { CommandGroup, CommandSpec, CommandTable, OptionSpec } from './outlines/spec.ts';

/** An option as it can be typed. `maybe`: a value may follow; where none does, it is `preset`. */
export type OptionWord = {
  readonly long: string;
  readonly short: string | undefined;
  readonly takes: 'nothing' | 'value' | 'maybe';
  readonly preset: string | undefined;
  readonly spec: OptionSpec;
};

/**
 * What belongs together on a command line: an option with its value, or a word alone. `until` is how many words of the
 * line there are up to its end. An option that nobody knows has no `option`.
 */
export type Piece = {
  readonly kind: 'option' | 'name' | 'operand';
  readonly words: readonly string[];
  readonly until: number;
  readonly option?: OptionWord | undefined;
};

/** What the words of a command line are. */
export type ReadWords = {
  readonly pieces: readonly Piece[];
  readonly command: CommandSpec | undefined;
  /** The group that was named, whether or not a command of it was. */
  readonly group: CommandGroup | undefined;
  /** The option that stands last and has no value yet. */
  readonly awaits: OptionWord | undefined;
  /** Whether `--` has ended the options. */
  readonly isEnded: boolean;
};

/** Reads an option from its description. */
export function toOptionWord(spec: OptionSpec): OptionWord {
  const preset = /\[(.*)\]$/.exec(spec.flags)?.[1];
  return {
    long: /--[a-z][a-z-]*/.exec(spec.flags)?.[0] ?? spec.flags,
    short: /^-[a-z]\b/i.exec(spec.flags)?.[0],
    takes: preset !== undefined ? 'maybe' : spec.flags.includes('<') ? 'value' : 'nothing',
    preset,
    spec,
  };
}

/**
 * Tells names, options with their values, and operands of a command line apart. An option that stands before the
 * command may be one of any command: an option takes a value in all of them, or in none.
 */
export function readWords(words: readonly string[], table: CommandTable): ReadWords {
  const reader = createReader(table);
  for (const [index, word] of words.entries()) reader.take(word, index + 1);
  return reader.end();
}

function createReader(table: CommandTable) {
  const pieces: Piece[] = [];
  const names: string[] = [];
  let awaits: OptionWord | undefined;
  let isEnded = false;
  let isStrange = false;

  const command = (): CommandSpec | undefined => table.commands.find(({ name }) => name === names.join(' '));
  const group = (): CommandGroup | undefined => table.groups.find(({ name }) => name === names[0]);
  const isName = (word: string): boolean => {
    const start = [...names, word].join(' ');
    return table.commands.some(({ name }) => name === start || (names.length === 0 && name.startsWith(`${start} `)));
  };
  const isOpen = (): boolean => command() === undefined && !pieces.some(({ kind }) => kind === 'operand');

  const toLast = (word: string, until: number): void => {
    const last = pieces.pop();
    if (last !== undefined) pieces.push({ ...last, words: [...last.words, word], until });
    [awaits, isStrange] = [undefined, false];
  };
  const takeWord = (word: string, until: number): void => {
    const kind = !isEnded && isOpen() && isName(word) ? 'name' : 'operand';
    if (kind === 'name') names.push(word);
    pieces.push({ kind, words: [word], until });
    [awaits, isStrange] = [undefined, false];
  };
  const takeOption = (word: string, until: number): void => {
    for (const { name, words } of optionsIn(word, table, command())) {
      const option = optionNamed(name, table, command());
      pieces.push({ kind: 'option', option, words, until });
      const hasValue = words.length > 1 || words[0] !== name;
      awaits = hasValue || option?.takes === 'nothing' ? undefined : option;
      isStrange = option === undefined && !hasValue;
    }
  };
  /** Whether the option before takes this word. One that nobody knows is believed to, where no command is named yet. */
  const isValue = (word: string): boolean => {
    if (awaits?.takes === 'value') return true;
    if (awaits === undefined && !(isStrange && isOpen())) return false;
    return !word.startsWith('-') && !(isOpen() && isName(word));
  };

  return {
    take: (word: string, until: number): void => {
      if (isValue(word)) toLast(word, until);
      else if (!isEnded && word === '--') isEnded = true;
      else if (!isEnded && word.startsWith('-') && word !== '-') takeOption(word, until);
      else takeWord(word, until);
    },
    end: (): ReadWords => ({ pieces, command: command(), group: group(), awaits, isEnded }),
  };
}

/** The options in one word: `-vy` is two, and what follows a short one that takes a value is that. */
function optionsIn(
  word: string,
  table: CommandTable,
  command: CommandSpec | undefined,
): readonly { readonly name: string; readonly words: string[] }[] {
  if (word.startsWith('--')) return [{ name: word.replace(/=.*$/s, ''), words: [word] }];
  const found: { readonly name: string; readonly words: string[] }[] = [];
  for (let rest = word.slice(1); rest !== ''; rest = rest.slice(1)) {
    const name = `-${rest[0]}`;
    const option = optionNamed(name, table, command);
    if (option?.takes === 'nothing') found.push({ name, words: [name] });
    else
      return [
        ...found,
        { name, words: option !== undefined && rest.length > 1 ? [name, rest.slice(1)] : [`-${rest}`] },
      ];
  }
  return found;
}

/** The option with this name in the command, where that is known, or else in any. */
export function optionNamed(
  name: string,
  { commands }: CommandTable,
  command: CommandSpec | undefined,
): OptionWord | undefined {
  const isMeant = ({ flags }: OptionSpec): boolean => flags.split(/[ ,]+/).includes(name);
  const known =
    GLOBAL_OPTIONS.find(isMeant) ??
    command?.options?.find(isMeant) ??
    commands.flatMap(({ options = [] }) => options).find(isMeant) ??
    SETTING_NAMES.filter((setting) => name.endsWith(flagOf(setting)))
      .flatMap(settingFlags)
      .find(isMeant) ??
    [HELP, VERSION].find(isMeant);
  return known === undefined ? undefined : toOptionWord(known);
}
