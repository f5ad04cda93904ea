import { GLOBAL_OPTIONS } from './global-options.ts';
import { settingFlags } from './setting-options.ts';
import type { CommandSpec, CommandTable, OptionSpec } from './spec.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** A word that can be typed at some position, and its meaning. */
type Word = { readonly word: string; readonly help: string };

/** An option as it can be typed; `value` is what has to follow it: of `words` some, between commas. */
type OptionWord = Word & {
  readonly short: string | undefined;
  readonly value: 'none' | 'path' | 'words' | 'other';
  readonly values: readonly string[];
};

/** The completion script for a shell, generated from the same descriptions as the help. */
export function completionScript(shell: Shell, table: CommandTable): string {
  switch (shell) {
    case 'bash':
      return bashScript(table);
    case 'zsh':
      return zshScript(table);
    case 'fish':
      return fishScript(table);
  }
}

/** The words that can be typed first. */
function firstWords({ commands, groups }: CommandTable): readonly Word[] {
  const alone = commands.filter(({ name }) => !name.includes(' '));
  const help = { name: 'help', summary: 'show help' };
  return [...alone, ...groups, help].map(({ name, summary }) => ({ word: name, help: summary }));
}

/** The commands of each group, by the group's name. */
function groupWords({ commands, groups }: CommandTable): readonly (readonly [group: string, words: readonly Word[]])[] {
  return groups.map(({ name }) => [
    name,
    commands
      .filter((command) => command.name.startsWith(`${name} `))
      .map((command) => ({ word: command.name.slice(name.length + 1), help: command.summary })),
  ]);
}

function optionsOf(command: CommandSpec): readonly OptionWord[] {
  const shown = (command.settings ?? []).flatMap((name) => settingFlags(name));
  return [...(command.options ?? []), ...shown, ...GLOBAL_OPTIONS, HELP].map(toOptionWord);
}

const HELP: OptionSpec = { flags: '-h, --help', help: 'show help' };

/** Placeholders of values that are paths on this machine. */
const PATH = /[<[](?:\w+\|)?(?:file|dir|folder)[>\]]/;

function toOptionWord({ flags, help, values = [] }: Pick<OptionSpec, 'flags' | 'help' | 'values'>): OptionWord {
  const withValue = PATH.test(flags) ? 'path' : 'other';
  return {
    word: /--[a-z][a-z-]*/.exec(flags)?.[0] ?? flags,
    short: /^-[a-z]\b/i.exec(flags)?.[0],
    help,
    value: values.length > 0 ? 'words' : flags.includes('<') ? withValue : 'none',
    values,
  };
}

const globals: readonly OptionWord[] = [...GLOBAL_OPTIONS, HELP].map(toOptionWord);

function takesPath({ operands = [] }: CommandSpec): boolean {
  return operands.some(({ name }) => PATH.test(name));
}

/** All options, in any command, that take a value of this kind. */
function spellings(value: OptionWord['value'], { commands }: CommandTable): readonly string[] {
  const all = [...commands.flatMap(optionsOf), ...globals].filter((option) => option.value === value);
  return [...new Set(all.flatMap(({ word, short }) => [word, ...(short === undefined ? [] : [short])]))];
}

/** The options of any command whose values are known words, each once. */
function wordOptions({ commands }: CommandTable): readonly OptionWord[] {
  const all = commands.flatMap(optionsOf).filter(({ value }) => value === 'words');
  return [...new Map(all.map((option) => [option.word, option])).values()];
}

const words = (list: readonly Word[]): string => list.map(({ word }) => word).join(' ');

/** The script skips option values when it reads the command; bash splits words at `=` and `:` too. */
function bashScript(table: CommandTable): string {
  const { commands } = table;
  const paths = commands.filter(takesPath).map(({ name }) => `"${name}"*`);
  return `_plexsync() {
  local current="\${COMP_WORDS[COMP_CWORD]}" line="" wants="" list="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in
      =|:) wants="\${wants:-other}"; continue ;;
    esac
    if [ -n "$wants" ]; then wants=""; continue; fi
    case "$word" in
      ${spellings('path', table).join('|')}) wants="path" ;;
      ${spellings('other', table).join('|')}) wants="other" ;;
${wordOptions(table)
  .map(({ word, values }) => `      ${word}) wants="words ${values.join(' ')}" ;;`)
  .join('\n')}
      -*) ;;
      *) line="\${line:+$line }$word" ;;
    esac
  done
  if [ "$current" = "=" ] || [ "$current" = ":" ]; then wants="\${wants:-other}"; current=""; fi
  COMPREPLY=()
  case "$wants:$current" in words*:-*) wants="" ;; esac
  if [ -z "$wants" ]; then
    case "$line" in
      "") case "$current" in -*) list="${words(globals)}" ;; *) list="${words(firstWords(table))}" ;; esac ;;
${groupWords(table)
  .map(([group, list]) => `      "${group}") list="${words(list)}" ;;`)
  .join('\n')}
${commands.map((command) => `      "${command.name}"*) list="${words(optionsOf(command))}" ;;`).join('\n')}
    esac
    case "$list" in
      --*) case "$current" in -*) ;; *) list=""; case "$line" in ${paths.join('|')}) wants="path" ;; esac ;; esac ;;
    esac
  fi
  if [ "$wants" = "path" ]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current")
  elif [ "\${wants%% *}" = "words" ]; then
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -P "\${current%"\${current##*,}"}" -W "\${wants#words }" -- "\${current##*,}")
  elif [ -z "$wants" ]; then
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$list" -- "$current")
  fi
}
complete -F _plexsync plexsync`;
}

function zshScript(table: CommandTable): string {
  const described = (list: readonly Word[]): string =>
    list.map(({ word, help }) => `'${zshText(word)}:${zshText(help)}'`).join(' ');
  return `#compdef plexsync
_plexsync() {
  local -a list line
  case "\${words[CURRENT-1]}" in
${wordOptions(table)
  .map(
    ({ word, values }) =>
      `    ${word}) if [[ "$PREFIX" != -* ]]; then _values -s , value ${values.join(' ')}; return; fi ;;`,
  )
  .join('\n')}
  esac
  line=(\${\${words[2,CURRENT-1]}:#-*})
  case "$line" in
    "") list=(${described(firstWords(table))}) ;;
${groupWords(table)
  .map(([group, list]) => `    "${group}") list=(${described(list)}) ;;`)
  .join('\n')}
${table.commands.map((command) => `    "${command.name}"*) list=(${described(optionsOf(command))}) ;;`).join('\n')}
  esac
  if [[ "\${list[1]}" == --* && "$PREFIX" != -* ]]; then _files; else _describe plexsync list; fi
}
_plexsync "$@"`;
}

function zshText(text: string): string {
  return text.replaceAll("'", '’').replaceAll(':', '\\:');
}

function fishScript(table: CommandTable): string {
  const lines = [
    'complete -c plexsync -f',
    ...firstWords(table).map(({ word, help }) => fishLine('__fish_use_subcommand', `-a ${word}`, help)),
    ...globals.map((option) => fishLine('__fish_use_subcommand', fishOption(option), option.help)),
    ...groupWords(table).flatMap(([group, list]) =>
      list.map(({ word, help }) => fishLine(`__fish_seen_subcommand_from ${group}`, `-a ${word}`, help)),
    ),
    ...table.commands.flatMap((command) => {
      const seen = command.name
        .split(' ')
        .map((word) => `__fish_seen_subcommand_from ${word}`)
        .join('; and ');
      const options = optionsOf(command).map((option) => fishLine(seen, fishOption(option), option.help));
      return takesPath(command) ? [`complete -c plexsync -n '${seen}' -F`, ...options] : options;
    }),
  ];
  return lines.join('\n');
}

/** `-F` turns file names on again, which the first line turns off for everything. */
const FISH_VALUE: Readonly<Record<OptionWord['value'], string>> = {
  none: '',
  path: ' -r -F',
  words: ' -x',
  other: ' -x',
};

function fishOption({ word, short, value, values }: OptionWord): string {
  const known = values.length === 0 ? '' : ` -a '${values.join(' ')}'`;
  return `${short === undefined ? '' : `-s ${short.slice(1)} `}-l ${word.slice(2)}${FISH_VALUE[value]}${known}`;
}

function fishLine(condition: string, what: string, help: string): string {
  return `complete -c plexsync -n '${condition}' ${what} -d '${help.replaceAll("'", '’')}'`;
}
