import { COMMANDS, GROUPS } from './commands.ts';
import { GLOBAL_OPTIONS } from './global-options.ts';
import { settingFlags } from './setting-options.ts';
import type { CommandSpec, OptionSpec } from './spec.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** A word that can be typed at some place of the command line, and what it means. */
type Word = { readonly word: string; readonly help: string };

/** The completion script for a shell, made from the same descriptions as the help. */
export function completionScript(shell: Shell): string {
  switch (shell) {
    case 'bash':
      return bashScript();
    case 'zsh':
      return zshScript();
    case 'fish':
      return fishScript();
  }
}

const first: readonly Word[] = [
  ...COMMANDS.filter(({ name }) => !name.includes(' ')),
  ...GROUPS,
  { name: 'help', summary: 'show help' },
].map(({ name, summary }) => ({ word: name, help: summary }));

/** The commands of each group, by the group's name. */
const inGroup: readonly (readonly [group: string, words: readonly Word[]])[] = GROUPS.map(({ name }) => [
  name,
  COMMANDS.filter((command) => command.name.startsWith(`${name} `)).map((command) => ({
    word: command.name.slice(name.length + 1),
    help: command.summary,
  })),
]);

function optionsOf(command: CommandSpec): readonly Word[] {
  const shown = (command.settings ?? []).flatMap((name) => settingFlags(name));
  return [...(command.options ?? []), ...shown, ...GLOBAL_OPTIONS, HELP].map(({ flags, help }) => ({
    word: longName(flags),
    help,
  }));
}

const HELP: OptionSpec = { flags: '-h, --help', help: 'show help' };

function longName(flags: string): string {
  return /--[a-z][a-z-]*/.exec(flags)?.[0] ?? flags;
}

const words = (list: readonly Word[]): string => list.map(({ word }) => word).join(' ');

function bashScript(): string {
  return `_plexsync() {
  local current="\${COMP_WORDS[COMP_CWORD]}" line="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) line="\${line:+$line }$word" ;; esac
  done
  local list
  case "$line" in
    "") list="${words(first)}" ;;
${inGroup.map(([group, list]) => `    "${group}") list="${words(list)}" ;;`).join('\n')}
${COMMANDS.map((command) => `    "${command.name}"*) list="${words(optionsOf(command))}" ;;`).join('\n')}
  esac
  case "$current" in
    -*) ;;
    *) case "$list" in --*) COMPREPLY=($(compgen -f -- "$current")); return ;; esac ;;
  esac
  COMPREPLY=($(compgen -W "$list" -- "$current"))
}
complete -F _plexsync plexsync`;
}

function zshScript(): string {
  const described = (list: readonly Word[]): string =>
    list.map(({ word, help }) => `'${zshText(word)}:${zshText(help)}'`).join(' ');
  return `#compdef plexsync
_plexsync() {
  local -a list line
  line=(\${\${words[2,CURRENT-1]}:#-*})
  case "$line" in
    "") list=(${described(first)}) ;;
${inGroup.map(([group, list]) => `    "${group}") list=(${described(list)}) ;;`).join('\n')}
${COMMANDS.map((command) => `    "${command.name}"*) list=(${described(optionsOf(command))}) ;;`).join('\n')}
  esac
  if [[ "\${list[1]}" == --* && "$PREFIX" != -* ]]; then _files; else _describe plexsync list; fi
}
_plexsync "$@"`;
}

function zshText(text: string): string {
  return text.replaceAll("'", '’').replaceAll(':', '\\:');
}

function fishScript(): string {
  const lines = [
    'complete -c plexsync -f',
    ...first.map(({ word, help }) => fishLine('__fish_use_subcommand', `-a ${word}`, help)),
    ...inGroup.flatMap(([group, list]) =>
      list.map(({ word, help }) => fishLine(`__fish_seen_subcommand_from ${group}`, `-a ${word}`, help)),
    ),
    ...COMMANDS.flatMap((command) => {
      const seen = command.name
        .split(' ')
        .map((word) => `__fish_seen_subcommand_from ${word}`)
        .join('; and ');
      return optionsOf(command).map(({ word, help }) => fishLine(seen, `-l ${word.slice(2)}`, help));
    }),
  ];
  return lines.join('\n');
}

function fishLine(condition: string, what: string, help: string): string {
  return `complete -c plexsync -n '${condition}' ${what} -d '${help.replaceAll("'", '’')}'`;
}
