/**
 * Loads everything that a watch may ever need: while it runs, an update may replace or remove the installed files, and a
 * module that is asked for then is not there any more.
 */
export async function preload(): Promise<void> {
  await Promise.all([
    import('../queue-run.ts'),
    import('../stops.ts'),
    import('../drain-run.ts'),
    import('../wake-waiting.ts'),
    import('../path-mask.ts'),
    import('../resting-stash.ts'),
    import('../ingest/run-plugin-tasks.ts'),
    import('../../shared/notify/message.ts'),
    import('../../shared/notify/tell-failures.ts'),
    import('../../shared/stash/compare.ts'),
    import('../../shared/stash/stash-connection.ts'),
    import('../../shared/stash/stash-scenes.ts'),
    import('../../../notify/send.ts'),
    import('../../../pictures/source.ts'),
    import('../../../queue/tables/alert-memory.ts'),
    import('../../../settings/json-error.ts'),
    import('../../../settings/successors.ts'),
    import('../../../terminal/progress.ts'),
  ]);
}
