import type { Evidence } from '../../match/evidence.ts';
import type { Change, NothingToWrite } from '../../model/job.ts';
import type { ListKind } from '../../model/plex-item.ts';
import type { LeftAlone } from '../../model/scene-record.ts';
import type { Sentence } from '../../text/sentence.ts';
import type { EditPlan } from '../../write/edit-plan.ts';
import type { Altered } from '../../write/verify-plan.ts';

/** An item with what was planned for it. */
export type PlannedItem = {
  readonly ratingKey: string;
  readonly title: string;
  readonly library: string;
  readonly plan: EditPlan;
};

/** What happens to jobs in a drain, as values: core says what, `terminal/` says how it reads. */
export type WorkerEvent =
  /** First contact is made: Plex accepted the token, the libraries are known. */
  | { readonly kind: 'connected'; readonly libraries: readonly string[] }
  /** The data directory belongs to another server from now on, as a person wished. */
  | { readonly kind: 'server_adopted'; readonly from: string; readonly to: string }
  /** The same, in a preview. */
  | { readonly kind: 'would_adopt_server'; readonly from: string; readonly to: string }
  | { readonly kind: 'revived'; readonly count: number }
  | { readonly kind: 'woken'; readonly count: number; readonly section: string }
  | { readonly kind: 'claimed'; readonly jobId: number; readonly sceneId: number; readonly attempt: number }
  | { readonly kind: 'rescued'; readonly count: number }
  | { readonly kind: 'searching'; readonly sceneId: number; readonly section: string; readonly file: string }
  | { readonly kind: 'title_search'; readonly sceneId: number; readonly title: string }
  | { readonly kind: 'title_matches'; readonly sceneId: number; readonly count: number }
  /** The server cannot search by file name, or not for this one (`name`): the library is listed instead. */
  | { readonly kind: 'filter_unusable'; readonly section: string; readonly reason: 'ignored' | 'refused' | 'name' }
  /** A library was listed whole, because that takes fewer requests than one look-up per file. */
  | { readonly kind: 'index_listed'; readonly section: string; readonly items: number; readonly requests: number }
  /** A listing was started and not finished; files are looked up one by one. */
  | {
      readonly kind: 'listing_given_up';
      readonly section: string;
      readonly requests: number;
      readonly reason: 'moved' | 'too_long';
    }
  /** What was added to a library since it was listed; `isRight` when the index is complete again. */
  | { readonly kind: 'index_refreshed'; readonly section: string; readonly changed: number; readonly isRight: boolean }
  /** The file index cannot be used; the drain works without it. */
  | { readonly kind: 'index_unusable'; readonly reason: Sentence }
  | {
      readonly kind: 'found';
      readonly sceneId: number;
      /** The scene's file, as Stash has it: a title may be made of its name, also where nothing had to be looked for. */
      readonly file: string;
      readonly ratingKey: string;
      readonly title: string;
      readonly library: string;
      readonly from: 'pin' | 'record' | 'index' | 'look_up';
    }
  /** A pin followed its file to another item, or the pinned item has another file now (then `from` equals `to`). */
  | {
      readonly kind: 'pin_moved';
      readonly sceneId: number;
      readonly from: string;
      readonly to: string;
      readonly file: string;
    }
  | {
      readonly kind: 'low_confidence';
      readonly sceneId: number;
      readonly file: string;
      readonly candidates: readonly Evidence[];
      readonly taken: boolean;
    }
  | {
      readonly kind: 'written';
      readonly sceneId: number;
      readonly ratingKey: string;
      readonly title: string;
      readonly plan: EditPlan;
      readonly preserving: boolean;
    }
  /** In a preview: what would be written, and to which item. */
  | {
      readonly kind: 'would_write';
      readonly jobId: number;
      readonly sceneId: number;
      readonly ratingKey: string;
      readonly title: string;
      readonly library: string;
      readonly plan: EditPlan;
      /** Why a picture would not be written. */
      readonly message: Sentence | undefined;
    }
  /** In a preview: a job that would write nothing, and why. */
  | {
      readonly kind: 'would_not_write';
      readonly jobId: number;
      readonly sceneId: number;
      readonly reason: 'unchanged' | NothingToWrite | 'failure' | 'released' | 'removals' | 'undone';
      readonly message: Sentence | undefined;
      /** What the failure would be called in a dead letter. */
      readonly errorType?: string | undefined;
      /** What was planned for which item, if the preview came so far: what is left there, or has to wait. */
      readonly planned: PlannedItem | undefined;
    }
  | { readonly kind: 'altered'; readonly sceneId: number; readonly altered: Altered }
  | { readonly kind: 'left_alone'; readonly sceneId: number; readonly left: LeftAlone }
  /** A collection is not written: the section has it no more, or has a smart one of its name. Told once. */
  | {
      readonly kind: 'collection_withheld';
      readonly section: string;
      readonly name: string;
      readonly reason: 'gone' | 'smart';
    }
  | { readonly kind: 'capped'; readonly sceneId: number; readonly list: ListKind; readonly dropped: number }
  | { readonly kind: 'summary_cut'; readonly sceneId: number; readonly length: number }
  | {
      readonly kind: 'completed';
      readonly jobId: number;
      readonly sceneId: number;
      readonly change: Change;
      /** What of it is not done; what becomes of that follows. */
      readonly left: 'nothing' | 'pictures';
    }
  | {
      readonly kind: 'retrying';
      readonly jobId: number;
      readonly sceneId: number;
      readonly reason: 'failure' | 'miss';
      readonly attempt: number;
      readonly of: number;
      readonly waitMs: number;
      readonly message: Sentence;
    }
  | {
      readonly kind: 'buried';
      readonly jobId: number;
      readonly sceneId: number;
      readonly errorType: string;
      readonly message: Sentence;
      readonly retries: number;
      readonly exhausted: boolean;
    }
  /** No attempt is spent. `waitMs` is 0 where the next run may try again. */
  | {
      readonly kind: 'released';
      readonly jobId: number;
      readonly sceneId: number;
      readonly message: Sentence;
      readonly waitMs: number;
    }
  /** The job waits for permission: it would remove so many values that we wrote. */
  /** The job waits, because a person took its scene's edits back. */
  | { readonly kind: 'undone'; readonly jobId: number; readonly sceneId: number }
  | { readonly kind: 'removal_held'; readonly jobId: number; readonly sceneId: number; readonly values: number }
  | { readonly kind: 'gone'; readonly jobId: number; readonly sceneId: number }
  /** The scene has only a title in Stash so far: nothing is cleared in Plex for it. */
  | { readonly kind: 'thin_scene'; readonly sceneId: number }
  /** Plex accepted the request to scan a folder for new files. */
  | { readonly kind: 'scan_requested'; readonly section: string; readonly folder: string }
  | { readonly kind: 'scan_failed'; readonly section: string; readonly folder: string; readonly message: Sentence }
  | { readonly kind: 'skipped'; readonly jobId: number; readonly sceneId: number }
  /** An event told of a scene that has no file in Stash: there is nothing to sync. */
  | { readonly kind: 'without_file'; readonly jobId: number; readonly sceneId: number }
  /** A completed job covered a part of an older dead letter; `keys` is what the letter still holds. */
  | {
      readonly kind: 'letter_shortened';
      readonly letterId: number;
      readonly sceneId: number;
      readonly keys: readonly string[];
    }
  /** Dead letters older than the retention were removed. */
  | {
      readonly kind: 'letters_expired';
      readonly count: number;
      readonly days: number;
      readonly byType: Readonly<Record<string, number>>;
      readonly sceneIds: readonly number[];
    }
  | { readonly kind: 'superseded'; readonly jobId: number; readonly sceneId: number }
  | { readonly kind: 'lease_lost'; readonly jobId: number; readonly sceneId: number }
  | { readonly kind: 'breaker_opened'; readonly failures: number; readonly message: Sentence }
  | { readonly kind: 'stash_breaker_opened'; readonly message: Sentence }
  | { readonly kind: 'breaker_half_open' }
  | { readonly kind: 'breaker_closed' };
