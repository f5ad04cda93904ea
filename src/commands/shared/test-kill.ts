/**
 * For crash tests: kills this process at the step named by `PLEXSYNC_TEST_KILL_AT`, such as `written`. Without the
 * variable, as for every user, it does nothing.
 */
export function createCheckpoint(env: NodeJS.ProcessEnv): (name: string) => void {
  const target = env['PLEXSYNC_TEST_KILL_AT'];
  return (name) => {
    if (name === target) process.kill(process.pid, 'SIGKILL');
  };
}
