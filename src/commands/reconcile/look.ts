import { doubtOfFew, doubtOfSweep } from '../../core/drain/servers/stash-identity.ts';
import { UsageError } from '../../core/model/errors.ts';
import type { PictureField, PictureRecord } from '../../core/model/picture.ts';
import type { KindInNeed, SweepKind, SweptRecord, SweptScene } from '../../core/model/reconcile.ts';
import { isComparable, isRecognised, judgeScene } from '../../core/model/reconcile.ts';
import { contentHashOf } from '../../core/model/stash-content.ts';
import type { PlexClient } from '../../plex/client.ts';
import type { ContentNote, ReconcileStore } from '../../queue/work/reconcile-store.ts';
import type { StashClient } from '../../stash/client.ts';
import type { ListedScene } from '../../stash/lists.ts';
import type { Context } from '../shared/context.ts';
import { keepHeapSmall } from '../shared/heap-size.ts';
import { missingItems } from '../shared/known-items.ts';
import { contentsOrTimes } from '../shared/stash/contents.ts';
import { showProgress } from '../shared/stash/stash-progress.ts';
import type { StashScope } from '../shared/stash/stash-scenes.ts';
import { startWalk } from '../shared/stash/stash-scenes.ts';
import type { Findings } from './reconcile-report.ts';

type Look = {
  readonly scope: StashScope;
  readonly depth: 'full' | 'in_need';
  /** `missing`: what is in step but for a picture is in need too. `fields`: those that are written. */
  readonly pictures: { readonly fields: readonly PictureField[]; readonly sought: 'missing' | 'none' };
  readonly stash: StashClient;
  readonly plex: PlexClient | undefined;
  readonly sweep: ReconcileStore;
  /** `allowed`: a Stash is believed that lacks most of what was written from it. */
  readonly removals: 'counted' | 'allowed';
};

/** Walks through Stash with one page in memory at a time; of its findings only the ids are kept. Changes nothing. */
export async function look(
  { scope, depth, pictures, stash, plex, sweep, removals }: Look,
  context: Context,
): Promise<Findings> {
  keepHeapSmall();
  const walk = await startWalk(stash, scope, contentsOrTimes(stash, context));
  const isJudged = removals === 'counted';
  if (isJudged && scope.kind === 'all' && walk.total === 0 && sweep.hasRecords()) throw emptyStash();
  const live = await showProgress(context, walk.total);
  const found: Found = {
    ids: { never_synced: [], changed: [], missing_in_plex: [], gone_from_stash: [] },
    counts: { waiting: 0, undone: 0, without_file: 0, dead_letter: 0, in_step: 0 },
    again: [],
    notes: [],
    pictures: 0,
  };
  const { ids } = found;
  const witnesses = { known: 0, present: 0 };
  let [seen, after] = [0, 0];
  try {
    for await (const scenes of walk.pages()) {
      for (const judged of await judgePage(scenes, { scope, pictures, plex, sweep }))
        sortIn(judged, found, { depth, pictures });
      countWitnesses(scenes, sweep, witnesses);
      const through = scenes.at(-1)?.sceneId ?? after;
      if (scope.kind === 'all')
        for (const sceneId of unlisted(sweep.idsBetween(after, through), scenes)) ids.gone_from_stash.push(sceneId);
      after = through;
      seen += scenes.length;
      live.show(seen);
    }
    const gone = scope.kind === 'all' ? [...ids.gone_from_stash, ...sweep.idsBetween(after, undefined)] : [];
    const gone_from_stash = await confirmGone(gone, stash);
    const { known, present } = witnesses;
    const doubt =
      doubtOfSweep({ gone: gone_from_stash.length, known: known + gone.length, present }) ??
      doubtOfFew({ known: known + gone_from_stash.length, present: known });
    if (isJudged && doubt !== undefined) throw doubt;
    return { ...found, seen, ids: { ...ids, gone_from_stash } };
  } finally {
    live.clear();
  }
}

/** Findings while they are made. */
type Found = {
  readonly ids: Record<KindInNeed, number[]>;
  readonly counts: Record<Exclude<SweepKind, KindInNeed>, number>;
  readonly again: number[];
  readonly notes: ContentNote[];
  pictures: number;
};

function sortIn(
  { sceneId, kind, note, lacks }: Judged,
  found: Found,
  { depth, pictures }: Pick<Look, 'depth' | 'pictures'>,
): void {
  const { ids, counts, again, notes } = found;
  if (kind in ids) ids[kind as KindInNeed].push(sceneId);
  else counts[kind as keyof typeof counts] += 1;
  const isAgain = kind === 'in_step' && (depth === 'full' || (pictures.sought === 'missing' && lacks > 0));
  if (isAgain) again.push(sceneId);
  if (isAgain || kind in ids) found.pictures += lacks;
  if (note !== undefined) notes.push(note);
}

/** What a scene needs, and what to remember of one that needs nothing. */
type Judged = {
  readonly sceneId: number;
  readonly kind: SweepKind;
  readonly note: ContentNote | undefined /** How many pictures it has none of ours for. */;
  readonly lacks: number;
};

async function judgePage(
  listed: readonly ListedScene[],
  { scope, pictures, plex, sweep }: Pick<Look, 'scope' | 'pictures' | 'plex' | 'sweep'>,
): Promise<readonly Judged[]> {
  const sceneIds = listed.map(({ sceneId }) => sceneId);
  const [records, waiting, lettered] = [sweep.records(sceneIds), sweep.waiting(sceneIds), sweep.lettered(sceneIds)];
  const [underWay, undone] = [sweep.underWay(sceneIds), sweep.undone(sceneIds)];
  const written = [...records.values()].filter(({ ratingKey }) => ratingKey !== '');
  const missing = plex === undefined ? undefined : await missingItems(plex, written);
  return listed.map(({ data, ...listing }) => {
    const { sceneId } = listing;
    const scene = { ...listing, contentHash: data && contentHashOf(data) };
    const record = records.get(sceneId);
    const isGone = missing?.has(sceneId);
    const kind = judgeScene(scene, {
      record,
      undone: undone.get(sceneId),
      job: waiting.has(sceneId) ? 'waits' : underWay.has(sceneId) ? 'under_way' : 'none',
      letter: lettered.has(sceneId) ? 'open' : 'none',
      item: isGone === undefined ? 'unknown' : isGone ? 'gone' : 'there',
      ifUnknown: scope.kind === 'all' ? 'changed' : 'in_step',
    });
    const known = kind === 'missing_in_plex' ? undefined : record?.pictures;
    const lacks = pictures.fields.filter((field) => isLacking(known?.[field])).length;
    return { sceneId, kind, note: kind === 'in_step' ? noteOf(scene, record) : undefined, lacks };
  });
}

/** A source that had no picture, or none that can be used, is asked again once it has another version. */
function isLacking(known: PictureRecord | undefined): boolean {
  return known?.ours === undefined && known?.state !== 'none' && known?.state !== 'refused';
}

/** A scene that was in step by its time is known by its content from now on. */
function noteOf(scene: SweptScene, record: SweptRecord | undefined): ContentNote | undefined {
  const { sceneId, updatedAt, contentHash } = scene;
  if (record === undefined || contentHash === undefined || isComparable(scene, record)) return undefined;
  return { sceneId, updatedAt, before: record.contentHash, contentHash };
}

/** Counts the scenes of a page that we wrote, and how many of them are still the same scenes. */
function countWitnesses(
  scenes: readonly ListedScene[],
  sweep: ReconcileStore,
  witnesses: { known: number; present: number },
): void {
  const records = sweep.records(scenes.map(({ sceneId }) => sceneId));
  for (const scene of scenes) {
    const record = records.get(scene.sceneId);
    if (record === undefined) continue;
    witnesses.known += 1;
    if (isRecognised(scene, record)) witnesses.present += 1;
  }
}

function unlisted(recorded: readonly number[], scenes: readonly ListedScene[]): readonly number[] {
  const listed = new Set(scenes.map(({ sceneId }) => sceneId));
  return recorded.filter((sceneId) => !listed.has(sceneId));
}

/** How many scenes one query asks for. */
const LOOKS_AT_ONCE = 100;

/** Asks for each scene by id: one that was created during the walk, and written at once, was on no page. */
async function confirmGone(sceneIds: readonly number[], stash: StashClient): Promise<number[]> {
  const gone: number[] = [];
  for (let start = 0; start < sceneIds.length; start += LOOKS_AT_ONCE) {
    const looks = await stash.scenes(sceneIds.slice(start, start + LOOKS_AT_ONCE));
    for (const [sceneId, { kind }] of looks) if (kind === 'gone') gone.push(sceneId);
  }
  return gone;
}

function emptyStash(): UsageError {
  return new UsageError(
    'Stash has no scene at all, and this data directory knows of scenes that were written.',
    'Is stash_url that of another Stash? Nothing was changed. If all were deleted, believe it with --allow-removals.',
  );
}
