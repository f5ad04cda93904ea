import type { Word } from '../../commands/completion/source.ts';
import { dataDirOf } from '../../settings/data-dir.ts';
import { homeFolder } from '../../settings/home-folder.ts';
import { ALL } from '../outlines/commands.ts';
import { readWords } from '../read-words.ts';
import { bashWords, zshWord } from './shell-text.ts';
import type { Shell } from './shells.ts';
import { SHELLS } from './shells.ts';
import type { TypedWord } from './typed-words.ts';
import { typedWords } from './typed-words.ts';
import type { Wanted } from './wanted.ts';
import { wantedAt } from './wanted.ts';

/**
 * The answer to the completion script of a shell: a line that says what follows (`words`, `files` or `folders`), then
 * one line a word. Empty where there is nothing to offer; whatever goes wrong counts as that.
 * @param asked the shell, the line up to the cursor, and what else its script tells
 */
export async function completionAnswer(asked: readonly string[], env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  try {
    const [name, ...told] = asked;
    const shell = SHELLS.find((known) => known === name);
    return shell === undefined ? [] : await answerFor(shell, told, env);
  } catch {
    return [];
  }
}

async function answerFor(shell: Shell, told: readonly string[], env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const [line = '', point = '', breaks = '', type = ''] = shell === 'bash' ? told : [told.join('\n')];
  const upToCursor = point === '' ? line : [...line].slice(0, Number(point)).join('');
  const [, ...typed] = typedWords(upToCursor);
  const current = typed.at(-1);
  if (current === undefined) return [];
  if (current.isTarget) return ['files'];
  const before = typed.slice(0, -1).map(({ text }) => text);
  const wanted = wantedAt(before, current.text, ALL);
  const words = fittingWords(await allWords(wanted, { before, current }, env), wanted, current);
  if (words.length > 0) {
    if (shell === 'bash') return ['words', ...bashWords(words, { current, breaks, type })];
    return ['words', ...words.map((word) => (shell === 'zsh' ? zshWord(word) : fishWord(word)))];
  }
  if (wanted.path === undefined) return [];
  return [wanted.path, ...(shell === 'fish' ? [wanted.start, current.text.slice(wanted.start.length)] : [])];
}

type Place = { readonly before: readonly string[]; readonly current: TypedWord };

async function allWords(
  { words, source, start }: Wanted,
  place: Place,
  env: NodeJS.ProcessEnv,
): Promise<readonly Word[]> {
  if (source === undefined) return words;
  const { valuesOf } = await import('../../commands/completion/values.ts');
  const { pieces } = readWords(place.before, ALL);
  const operands = pieces.flatMap((piece) => (piece.kind === 'operand' ? piece.words : []));
  const given = pieces.find(({ option }) => option?.long === '--data-dir')?.words;
  const flag = given?.[1] ?? given?.[0]?.replace(/^[^=]*=/s, '');
  const directory = dataDirOf(flag === undefined ? undefined : fromHome(flag), env).path;
  return [...words, ...valuesOf(source, directory, { typed: place.current.text.slice(start.length), operands })];
}

/** A shell puts the home folder in place of these only when the line is run. */
function fromHome(path: string): string {
  return path.replace(/^(?:~|\$HOME|\$\{HOME\})(?=\/|$)/, () => homeFolder() ?? '~');
}

/** The words that begin as what is typed, whole, each with what stands before it. */
function fittingWords(words: readonly Word[], { start, taken }: Wanted, { text }: TypedWord): readonly Word[] {
  const typed = text.slice(start.length).toLowerCase();
  return words
    .filter(({ word }) => word.toLowerCase().startsWith(typed) && !taken.includes(word))
    .map(({ word, help }) => ({ word: start + word, help }));
}

function fishWord({ word, help }: Word): string {
  return help === '' ? word : `${word}\t${help}`;
}
