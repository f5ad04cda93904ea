import type { RunStarter } from '../../core/model/run.ts';

type Asked = { readonly adoptServer: boolean; readonly startedBy: RunStarter };

/** Whether Plex is asked even with nothing due, to adopt it. A watch would ask at each look: it waits for a due job. */
export function adoptsNow({ adoptServer, startedBy }: Asked): boolean {
  return adoptServer && startedBy !== 'watch';
}
