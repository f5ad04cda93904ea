import type { ValueSource, Word } from '../../commands/completion/source.ts';
import { SETTINGS } from '../../settings/table.ts';
import { GLOBAL_OPTIONS, HELP } from '../outlines/global-options.ts';
import { settingFlags } from '../outlines/setting-options.ts';
import type { CommandSpec, CommandTable, OperandSpec, OptionSpec } from '../outlines/spec.ts';
import type { OptionWord, ReadWords } from '../read-words.ts';
import { optionNamed, readWords, toOptionWord } from '../read-words.ts';

/** What may stand at the cursor. */
export type Wanted = {
  readonly words: readonly Word[];
  /** Where further words come from. */
  readonly source: ValueSource | undefined;
  /** What else it may be, where no word fits. */
  readonly path: 'files' | 'folders' | undefined;
  /** How much of the word at the cursor stands before what is completed, such as `--log-format=`. */
  readonly start: string;
  /** Words that were given already. */
  readonly taken: readonly string[];
};

const NOTHING: Wanted = { words: [], source: undefined, path: undefined, start: '', taken: [] };

/** Tells what may stand at the cursor, behind the words `before`, where `current` is typed of it. */
export function wantedAt(before: readonly string[], current: string, table: CommandTable): Wanted {
  const read = readWords(before, table);
  const option = read.awaits === undefined ? undefined : ofCommand(read.awaits, read);
  if (option?.takes === 'value') return valueWanted(option, { current, start: '' }, read);
  if (current.startsWith('-') && !read.isEnded) return optionWanted(current, read, table);
  const other = nameWanted(read, table) ?? operandWanted(read, table);
  if (option === undefined) return other;
  // The value may be left out, and then a command may follow; behind one, the value is likelier than an operand.
  const value = valueWanted(option, { current, start: '' }, read);
  return read.command === undefined ? { ...value, words: [...value.words, ...other.words] } : value;
}

function optionWanted(current: string, read: ReadWords, table: CommandTable): Wanted {
  const [, start = '', name = '', typed = ''] = /^((--[a-z][a-z-]*)=)(.*)$/s.exec(current) ?? [];
  if (start === '') return { ...NOTHING, words: optionWords(current, read, table) };
  const known = optionNamed(name, table, read.command);
  if (known === undefined || known.takes === 'nothing') return NOTHING;
  return valueWanted(ofCommand(known, read), { current: typed, start }, read);
}

/** The same option as its command describes it: `--scene` means another scene in each. */
function ofCommand(option: OptionWord, { command }: ReadWords): OptionWord {
  const own = command === undefined ? undefined : optionsOf(command).find(({ long }) => long === option.long);
  return own ?? option;
}

const optionsOf = ({ options = [], settings = [] }: CommandSpec): readonly OptionWord[] =>
  [...options, ...settings.flatMap(settingFlags)].map(toOptionWord);

const ofEveryCommand: readonly OptionWord[] = [...GLOBAL_OPTIONS, HELP].map(toOptionWord);

type Typed = { readonly current: string; readonly start: string };

function valueWanted({ long, spec }: OptionWord, { current, start }: Typed, read: ReadWords): Wanted {
  const isList = spec.several === 'between_commas';
  const done = isList ? current.slice(0, current.lastIndexOf(',') + 1) : '';
  const earlier = read.pieces.filter((piece) => spec.repeatable && piece.option?.long === long);
  const given = earlier.flatMap(({ words }) => (words[1] ?? /=(.*)$/s.exec(words[0] ?? '')?.[1] ?? '').split(','));
  return {
    ...valuesWanted(spec, spec.flags),
    start: start + done,
    taken: [...done.split(','), ...given],
  };
}

/** Placeholders of values that are paths on this machine. */
const PATH = /[<[](?:\w+\|)*(file|dir|folder)(?:\|\w+)*(?:\.\.\.)?[>\]]/;

function valuesWanted({ values }: Pick<OptionSpec, 'values'>, placeholder: string): Wanted {
  const [, kind] = PATH.exec(placeholder) ?? [];
  return {
    ...NOTHING,
    words: typeof values === 'object' ? values.map((word) => ({ word, help: '' })) : [],
    source: typeof values === 'object' ? undefined : values,
    path: kind === undefined ? undefined : kind === 'file' ? 'files' : 'folders',
  };
}

/** Options that are not given yet: of the command, or before it of any command that takes those given. */
function optionWords(current: string, read: ReadWords, table: CommandTable): readonly Word[] {
  // Before a command they are far too many to show unasked.
  const isAsked = current.length > 2;
  const own = read.command !== undefined ? [read.command] : isAsked ? fitting(read, table) : [];
  const all = [...own.flatMap(optionsOf), ...ofEveryCommand];
  const given = new Set(read.pieces.flatMap(({ option }) => (option && !isRepeatable(option) ? [option.long] : [])));
  const left = [...new Map(all.map((option) => [option.long, option])).values()].filter(({ long }) => !given.has(long));
  const shown = left.filter(({ spec }) => !('isHidden' in spec && spec.isHidden));
  const fits = ({ long, short }: OptionWord): boolean => long.startsWith(current) || short === current;
  // A flag that says the default again is offered where nothing else is meant.
  const offered = shown.some(fits) ? shown : left;
  return offered.map(({ long, short, spec }) => ({ word: short === current ? short : long, help: brief(spec.help) }));
}

const isRepeatable = ({ spec, short }: OptionWord): boolean => spec.repeatable === true || short === '-v';

/** What an option does, without its environment variable and default. */
const brief = (help: string): string => help.replace(/ \((?:[^()]*, )?(?:env|default): [^()]*\)$/, '');

/** The commands that may follow: those that take every option that stands before them. */
function fitting({ pieces, group }: ReadWords, { commands }: CommandTable): readonly CommandSpec[] {
  const before = pieces.flatMap(({ option }) => (option === undefined ? [] : [option.long]));
  const ofAll = ofEveryCommand.map(({ long }) => long);
  const own = before.filter((long) => !ofAll.includes(long));
  return commands.filter((command) => {
    const longs = own.length === 0 ? [] : optionsOf(command).map(({ long }) => long);
    return (
      (group === undefined || command.name.startsWith(`${group.name} `)) && own.every((long) => longs.includes(long))
    );
  });
}

/** The commands, or those of a group; `undefined` where a command is named already. */
function nameWanted(read: ReadWords, table: CommandTable): Wanted | undefined {
  if (read.command !== undefined) return undefined;
  const operands = operandsOf(read);
  if (operands.length > 0) return operands[0] === 'help' ? helpWanted(read, table) : NOTHING;
  const before = read.pieces.map(({ words }) => words[0]);
  if (before.length === 1 && (before[0] === '--help' || before[0] === '-h')) return { ...NOTHING, words: [EXIT_CODES] };
  const help = { word: 'help', help: 'show help' };
  return { ...NOTHING, words: [...namesIn(fitting(read, table), read.group?.name, table), help] };
}

const EXIT_CODES: Word = { word: 'exit-codes', help: 'what each exit code means' };

function namesIn(
  commands: readonly CommandSpec[],
  group: string | undefined,
  { groups }: CommandTable,
): readonly Word[] {
  if (group !== undefined)
    return commands
      .filter(({ name }) => name.startsWith(`${group} `))
      .map(({ name, summary }) => ({ word: name.slice(group.length + 1), help: summary }));
  const alone = commands.filter(({ name }) => !name.includes(' '));
  const filled = groups.filter(({ name }) => commands.some((command) => command.name.startsWith(`${name} `)));
  return [...alone, ...filled].map(({ name, summary }) => ({ word: name, help: summary }));
}

/** What there is help on. */
function helpWanted(read: ReadWords, table: CommandTable): Wanted {
  const [, first, ...more] = operandsOf(read);
  const group = read.group?.name ?? table.groups.find(({ name }) => name === first)?.name;
  if (group === undefined && first === undefined)
    return { ...NOTHING, words: [...namesIn(table.commands, undefined, table), EXIT_CODES] };
  const isWhole = group === undefined || more.length > 0 || (read.group !== undefined && first !== undefined);
  return isWhole ? NOTHING : { ...NOTHING, words: namesIn(table.commands, group, table) };
}

const operandsOf = ({ pieces }: ReadWords): readonly string[] =>
  pieces.filter(({ kind }) => kind === 'operand').map(({ words }) => words[0] ?? '');

/** What a command takes next; where that is nothing, its options. */
function operandWanted(read: ReadWords, table: CommandTable): Wanted {
  const given = operandsOf(read);
  const specs: readonly OperandSpec[] = read.command?.operands ?? [];
  const last = specs.at(-1);
  const spec = specs[given.length] ?? (last?.name.includes('...') ? last : undefined);
  if (spec?.values === 'values_of_setting')
    return { ...valuesWanted(spec, spec.name), path: isFileSetting(given[0]) ? 'files' : undefined };
  if (spec !== undefined) return { ...valuesWanted(spec, spec.name), taken: given };
  return read.isEnded ? NOTHING : { ...NOTHING, words: optionWords('', read, table) };
}

function isFileSetting(name: string | undefined): boolean {
  return Object.entries(SETTINGS).some(([known, { type }]) => known === name && type.kind === 'file');
}
