#!/bin/sh
# Runs plexsync as PUID:PGID (1000 unless set), or as whoever `user:` names; PID 1 becomes plexsync itself, which hears
# the signals.
set -eu
program=/usr/local/bin/plexsync
mask="${UMASK:-077}"
case "$mask" in
  [0-7][0-7][0-7] | 0[0-7][0-7][0-7]) umask "$mask" ;;
  *) echo "plexsync: UMASK must be three octal digits such as 022, not \"$mask\"." >&2; exit 2 ;;
esac
if [ "$(id -u)" != 0 ]; then exec "$program" "$@"; fi
uid="${PUID:-1000}"
gid="${PGID:-1000}"
case "$uid$gid" in
  *[!0-9]*) echo "plexsync: PUID and PGID must be numbers, not \"$uid\" and \"$gid\"." >&2; exit 2 ;;
esac
dir="${PLEXSYNC_DATA_DIR:-/config}"
# All that lies in it belongs to whom the folder belongs to: a new PUID takes over both. Where that is refused, as over a
# network, plexsync itself says what it cannot do.
[ ! -d "$dir" ] || [ "$(stat -c %u "$dir")" = "$uid" ] || chown -Rh "$uid:$gid" "$dir" || :
exec setpriv --reuid="$uid" --regid="$gid" --clear-groups "$program" "$@"
