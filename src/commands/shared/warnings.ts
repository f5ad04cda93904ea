import { foreign, say } from '../../core/text/sentence.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import type { Context } from './context.ts';

/** Prints warnings about usable settings, such as a token that others on the machine can see. */
export function tellWarnings({ warnings }: Pick<LoadedSettings, 'warnings'>, { output }: Context): void {
  for (const warning of warnings) output.log('warning', say`[PlexSync] ${foreign(warning)}`);
}
