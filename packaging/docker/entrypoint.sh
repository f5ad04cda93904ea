#!/bin/sh
# Runs plexsync as PUID:PGID (1000 unless set), or as whoever `user:` names; PID 1 becomes plexsync itself, which hears
# the signals.
set -eu
program=/usr/local/bin/plexsync
umask "${UMASK:-077}"
if [ "$(id -u)" != 0 ]; then exec "$program" "$@"; fi
uid="${PUID:-1000}"
gid="${PGID:-1000}"
case "$uid$gid" in
  *[!0-9]*) echo "plexsync: PUID and PGID must be numbers, not \"$uid\" and \"$gid\"." >&2; exit 2 ;;
esac
dir="${PLEXSYNC_DATA_DIR:-/config}"
# Only the folder itself: what lies in it was made by plexsync, as this very user.
[ ! -d "$dir" ] || [ "$(stat -c %u "$dir")" = "$uid" ] || chown "$uid:$gid" "$dir"
exec setpriv --reuid="$uid" --regid="$gid" --clear-groups "$program" "$@"
