/** The exit codes as `--help` shows them. */
export const EXIT_CODES_HELP = `Exit codes:
  0    done, nothing failed (jobs that wait for Plex to find their file are no failures)
  1    at least one job failed: a retry is scheduled, or it is a dead letter
  2    usage or configuration
  3    Plex refused the credentials
  4    Plex cannot be reached, or the circuit breaker is open: nothing lost, run again
  5    --max-time reached with jobs left
  6    the data directory cannot be used: damaged, full, read-only, newer
  70   a bug in plexsync
  129, 130, 143   stopped by a signal; writes in flight were settled`;
