import type { Shell } from './shells.ts';

/**
 * A script reads what is typed, asks plexsync for the answer (answer.ts), and hands that to its shell. Nothing of the
 * answer is run or expanded. Each is written for the oldest version of its shell that is still met, and the one for bash
 * can be read by any other shell of its kind, to say there that it is not for it.
 */
export const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# Completion of plexsync for bash 3.2 or newer.
_plexsync() {
  local answer line kind="" count=0
  unset COMPREPLY
  answer=$(plexsync completion --line bash "\${COMP_LINE:-\${COMP_WORDS[*]}}" "\${COMP_POINT:-}" "$COMP_WORDBREAKS" "\${COMP_TYPE:-}" 2>/dev/null) || return 0
  while IFS= read -r line; do
    if [ -z "$kind" ]; then
      kind=$line
    else
      COMPREPLY[$count]=$line
      count=$((count + 1))
    fi
  done <<END
$answer
END
  case $kind in
    files) compopt -o default 2>/dev/null ;;
    folders) compopt -o dirnames 2>/dev/null ;;
    *) compopt -o nosort 2>/dev/null ;;
  esac
  return 0
}
if [ -z "\${BASH_VERSION:-}" ]; then
  echo "plexsync: this completion is for bash; plexsync completion --help tells of the others." >&2
elif type compopt >/dev/null 2>&1; then
  complete -F _plexsync plexsync
else
  # Before bash 4 a function cannot ask for file names: they are offered wherever it knows no word.
  complete -o default -F _plexsync plexsync
fi`,
  zsh: `#compdef plexsync
# Completion of plexsync for zsh 5 or newer: for source, or as _plexsync in a directory of $fpath.
_plexsync() {
  local answer kind
  local -a lines
  answer="$(plexsync completion --line zsh "\${(j: :)words[1,CURRENT-1]} $PREFIX" 2>/dev/null)" || return 1
  lines=("\${(@f)answer}")
  kind="$lines[1]"
  shift lines
  case "$kind" in
    files|folders)
      if [[ "$PREFIX" == --*=* ]]; then compset -P 1 '*='; fi
      if [[ "$kind" == folders ]]; then _files -/; else _files; fi ;;
    words) _describe -V plexsync lines ;;
    *) return 1 ;;
  esac
}
_plexsync_begin() {
  if (( $+functions[compdef] )); then
    compdef _plexsync plexsync
  else
    print -u2 "plexsync: completion is off in this zsh: add  autoload -Uz compinit && compinit  to ~/.zshrc."
  fi
}
if [[ "$funcstack[1]" == _plexsync ]]; then
  _plexsync "$@"
elif (( $+functions[compdef] )); then
  _plexsync_begin
else
  # compinit may come later in ~/.zshrc, and would forget what was registered before: look again at the first prompt.
  _plexsync_at_prompt() {
    precmd_functions=(\${precmd_functions:#_plexsync_at_prompt})
    _plexsync_begin
  }
  precmd_functions+=(_plexsync_at_prompt)
fi`,
  fish: `# Completion of plexsync for fish 2.3 or newer.
function __plexsync_complete
    set -l answer (plexsync completion --line fish (commandline -cp) 2>/dev/null)
    if test (count $answer) -eq 0
        return
    end
    switch $answer[1]
        case files folders
            # What stands before the path, such as --config=, and the path.
            set -l start $answer[2]
            set -l found
            if test $answer[1] = folders
                set found (__fish_complete_directories $answer[3] '')
            else
                set found (__fish_complete_path $answer[3])
            end
            for path in $found
                printf '%s%s\\n' $start $path
            end
        case words
            printf '%s\\n' $answer[2..-1]
    end
end
complete -c plexsync -e
# The newest ids come first, where fish can keep an order (3.0).
complete -c plexsync -f -k -a '(__plexsync_complete)' 2>/dev/null
or complete -c plexsync -f -a '(__plexsync_complete)'`,
};
