/**
 * The manifest's file name, which is the plugin's id in Stash. It must not contain a dot, and its case does not matter
 * (stash.md 1).
 */
export const PLUGIN_ID = 'plexsync';

/** The first comment of every file that `plugin install` writes: a file without it is not ours. */
export const INSTALLED_MARK = 'Written by: plexsync plugin install. Run that again to change it.';

/** The script's name in the plugin's folder. */
export const HOOK_SCRIPT_FILE = 'plexsync-hook.sh';

/** What the manifest gives the script after its name when a person starts a task. */
export const TASK_WORD = 'task';

/** What a person who started a task reads in Stash, since nothing is done at once. */
const TASK_KEPT =
  'Task kept: the next run of plexsync does it, and says so in its log, plexsync.log in its data directory; plexsync stats shows the queue at once';

/** Whether Stash sees the spool at its own path, or at the one given with `--spool-as`. */
export type SpoolRoute = 'own_path' | 'given_path';

/** Precedes a given path, so that the next install can tell it from the path of a data directory that moved. */
const GIVEN_MARK = '# Given by --spool-as; an install without it keeps this.';

/**
 * The script that Stash starts for each event. It only stores the event in the spool, since the user's save waits for
 * it (stash.md 3). POSIX sh, and the programs `cat` and `mv`.
 *
 * A name in `tmp` is claimed for good: only its owner can move it into `new`, and the earlier owner's file appears in
 * `new` at the same instant at which it leaves `tmp`. So no event replaces another one, even between containers with
 * equal process ids, and without a /proc to draw a random name from.
 */
export function hookScript(spool: string, route: SpoolRoute = 'own_path'): string {
  return `#!/bin/sh
# ${INSTALLED_MARK}
# Keeps what Stash says for the next run of plexsync. It reads no event and asks no server.
${route === 'given_path' ? `${GIVEN_MARK}\n` : ''}spool=${quoted(spool)}

say() { printf '\\001%s\\002[PlexSync Hook] %s\\n' "$1" "$2" >&2; }
# Stash may lose the last lines of its log; an answer on standard output it never loses.
give_up() {
  cat >/dev/null 2>&1 3>&- # Stash may still be speaking.
  say e "This event was not kept: $1"
  printf '%s\\n' "$2" >&3
  exit 0
}
${FAILURES.map(({ name, reason }) => failureLine(name, reason, spool)).join('\n')}

# Stash waits until nobody holds its pipe: no program that is started here may. A reader that has gone must not end us.
exec 3>&1 >/dev/null
trap '' PIPE
# Another user may be the one who takes it in; the folder above lets nobody else near.
umask 022
[ -d "$spool/tmp" ] || no_spool

# With noclobber the shell makes a file only where there is none.
set -C
id=
{ read -r id </proc/sys/kernel/random/uuid; } 2>/dev/null
id=$$-$id
name=$id
n=0
unexplained=0
until { true >"$spool/tmp/$name"; } 2>/dev/null && [ ! -e "$spool/new/$name" ]; do
  # An owner of the name may have left with it in between: once is no sign of a full disk.
  [ -e "$spool/tmp/$name" ] || [ -e "$spool/new/$name" ] || unexplained=$((unexplained + 1))
  [ "$unexplained" -lt 10 ] && [ "$n" -lt 1000 ] || no_room
  n=$((n + 1))
  name=$id.$n
done

{ cat >>"$spool/tmp/$name" && mv -f "$spool/tmp/$name" "$spool/new/$name"; } 2>/dev/null 3>&- || {
  rm -f "$spool/tmp/$name" 2>/dev/null
  not_written
}
[ "$1" = ${TASK_WORD} ] || {
  say i 'Event kept for the next run of plexsync'
  exit 0
}
say i ${quoted(TASK_KEPT)}
printf '%s\\n' ${quoted(JSON.stringify({ output: TASK_KEPT }))} >&3
exit 0
`;
}

/** Why an event is not kept, as functions of the script. */
const FAILURES: readonly { readonly name: string; reason(spool: string): string }[] = [
  {
    name: 'no_spool',
    reason: (spool) => `there is no spool at ${spool}. Mount the folder there, or run: plexsync plugin install`,
  },
  {
    name: 'no_room',
    reason: (spool) => `${spool}/tmp cannot be written. Is the disk full, or may this user not write there?`,
  },
  { name: 'not_written', reason: (spool) => `${spool} cannot be written. Is the disk full?` },
];

function failureLine(name: string, reason: (spool: string) => string, spool: string): string {
  const answer = JSON.stringify({ error: `[PlexSync Hook] This event was not kept: ${reason(spool)}` });
  return `${name}() { give_up ${quoted(reason(spool))} ${quoted(answer)}; }`;
}

/** Where a script leaves events, as Stash sees the path. */
export function spoolIn(front: string): string | undefined {
  const word = /^spool=(.*)$/m.exec(front)?.[1];
  return word === undefined ? undefined : unquoted(word);
}

/** The path that `--spool-as` gave when a script was written; `undefined` when none was given. */
export function givenSpoolOf(front: string): string | undefined {
  const [, after] = front.split(`\n${GIVEN_MARK}\nspool=`);
  const word = after?.split('\n', 1)[0];
  return word === undefined ? undefined : unquoted(word);
}

function unquoted(word: string): string {
  return word.slice(1, -1).replaceAll(String.raw`'\''`, "'");
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
