/**
 * The wall clock, epoch ms. For tests `PLEXSYNC_TEST_NOW` (RFC 3339 or epoch ms) says when the process starts; from
 * there it runs on. Unset, the variable does nothing.
 */
export function createClock(env: NodeJS.ProcessEnv): () => number {
  const pinned = env['PLEXSYNC_TEST_NOW'];
  if (pinned === undefined) return Date.now;
  const start = /^\d+$/.test(pinned) ? Number(pinned) : Date.parse(pinned);
  const offsetMs = start - Date.now();
  return () => Date.now() + offsetMs;
}
