import { UsageError } from '../core/model/errors.ts';
import { ALL, COMMANDS } from './outlines/commands.ts';
import { GLOBAL_OPTIONS, HELP, VERSION } from './outlines/global-options.ts';
import type { OptionSpec } from './outlines/spec.ts';
import type { Piece, ReadWords } from './read-words.ts';
import { optionNamed, readWords } from './read-words.ts';

/**
 * The same command line with the options of its command behind the command, where the parser expects them:
 * `--plex-url U process --dry-run` becomes `process --plex-url U --dry-run`.
 * @throws {UsageError} when there are such options, and no command that they could belong to.
 */
export function optionsBehind(argv: readonly string[]): readonly string[] {
  // Where the command comes first, nothing stands before it.
  if (COMMANDS.some(({ name }) => name === argv[0])) return argv;
  const read = readWords(argv, ALL);
  const end = lastOfName(read);
  const before = read.pieces.slice(0, end + 1);
  const options = (end === -1 ? read.pieces : before).filter(isOfCommand);
  // The parser itself complains of what nobody knows, and answers --help.
  const isForParser = options.some(({ option }) => option === undefined) || read.pieces.some(asksOfProgram);
  if (options.length === 0 || (isForParser && read.command === undefined)) return argv;
  if (end === -1) throw withoutCommand(options, read);
  const others = before.filter((piece) => piece.kind === 'option' && !isOfCommand(piece));
  const name = before.filter(({ kind }) => kind !== 'option');
  const rest = argv.slice(before.at(-1)?.until);
  // Help is no command of its own, and takes no options.
  const moved = name[0]?.words[0] === 'help' ? [] : options.flatMap(movedWords);
  return [...[...others, ...name].flatMap(({ words }) => words), ...moved, ...rest];
}

/**
 * The same command line with short options of one word apart: `-sq` becomes `-s -q`. commander knows in one word only
 * those of the program, or those of a command.
 */
export function shortsApart(argv: readonly string[]): readonly string[] {
  const { pieces, command } = readWords(argv, ALL);
  return argv.flatMap((word, index) => {
    const letters = [...(/^-([a-z]{2,})$/i.exec(word)?.[1] ?? '')].map((letter) => `-${letter}`);
    const isRead = pieces.some(
      ({ kind, words, until }) => kind === 'option' && until === index + 1 && words[0] === letters[0],
    );
    const takes = letters.map((name) => optionNamed(name, ALL, command)?.takes);
    const isSwitch = (one: (typeof takes)[number], at: number): boolean =>
      one === 'nothing' || (one === 'value' && at === takes.length - 1);
    return isRead && takes.every(isSwitch) ? letters : [word];
  });
}

/** The last piece of the command's name: what should be one counts, so that the parser can say that it is none. */
function lastOfName({ pieces, command }: ReadWords): number {
  const kind = command === undefined ? 'operand' : 'name';
  const indexes = pieces.flatMap((piece, index) => (piece.kind === kind ? [index] : []));
  return (kind === 'operand' ? indexes[0] : indexes.at(-1)) ?? -1;
}

/** Whether an option is not one that the parser takes anywhere. What nobody knows is complained of at the command. */
function isOfCommand({ kind, option }: Piece): boolean {
  return kind === 'option' && (option === undefined || !OF_PROGRAM.includes(option.spec));
}

const OF_PROGRAM: readonly OptionSpec[] = [...GLOBAL_OPTIONS, HELP, VERSION];

/** An option whose value was left out has it said, so that it does not take the word that follows it now. */
function movedWords({ words, option }: Piece): readonly string[] {
  const isBare = option?.takes === 'maybe' && words.length === 1 && !words[0]?.includes('=');
  return isBare ? [`${option.long}=${option.preset}`] : words;
}

const asksOfProgram = ({ option }: Piece): boolean => option?.spec === HELP || option?.spec === VERSION;

function withoutCommand([first]: readonly Piece[], { group }: ReadWords): UsageError {
  const { long = '' } = first?.option ?? {};
  const [start, none] =
    group === undefined ? ['plexsync', 'none'] : [`plexsync ${group.name}`, `none of ${group.name}`];
  const taken = COMMANDS.find(({ name }) => first?.words[1] !== undefined && name.split(' ')[0] === first.words[1]);
  return new UsageError(
    `${long} belongs to a command, and ${none} is given.`,
    taken === undefined
      ? `${start} --help shows what there is.`
      : `The word after ${long} is its value: give it one before ${first?.words[1]}.`,
  );
}
