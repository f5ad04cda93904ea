import type { Output } from '../../../terminal/log/output.ts';
import type { Context } from '../../shared/context.ts';

/** What a first sync needs of its command. */
export type FirstSyncContext = Pick<Context, 'dataDir' | 'now' | 'version'> & { readonly output: Pick<Output, 'log'> };
