import type { SyncErrorCode } from '../../../core/model/errors.ts';
import { SyncError } from '../../../core/model/errors.ts';
import { say, withoutStop } from '../../../core/text/sentence.ts';
import type { StashClient } from '../../../stash/client.ts';
import type { Context } from '../context.ts';
import type { PageSource } from './stash-scenes.ts';

/** Few enough that 100,000 scenes take less than 150 MB, and at most 400 requests. */
const CONTENTS_PER_PAGE = 300;

/**
 * Asks for the scenes with their contents. One scene that Stash cannot read fails the whole page: then that page is
 * asked for without, and judged by the time of the last change.
 */
export function contentsOrTimes(stash: StashClient, { output }: Context): PageSource {
  const pageAfter: PageSource['pageAfter'] = async (afterId, perPage, only) => {
    try {
      return await stash.contentsAfter(afterId, perPage, only);
    } catch (thrown) {
      if (!(thrown instanceof SyncError) || !ONE_SCENES_FAULT.has(thrown.code)) throw thrown;
      const page = await stash.pageAfter(afterId, perPage, only);
      output.log(
        'warning',
        say`${withoutStop(thrown.said)}: ${page.scenes.length} scenes were compared by their time alone.`,
      );
      return page;
    }
  };
  return { pageAfter, perPage: CONTENTS_PER_PAGE };
}

const ONE_SCENES_FAULT: ReadonlySet<SyncErrorCode> = new Set(['stash_error', 'stash_malformed']);
