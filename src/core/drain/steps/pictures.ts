import { RETRY_RULES } from '../../failures/retry-policy.ts';
import { asSyncError } from '../../model/errors.ts';
import type { ListedPicture, PictureBytes, PictureLook } from '../../model/picture.ts';
import { isOfItem } from '../../model/scene-record.ts';
import type { PictureChoice } from '../../pictures/choice.ts';
import { choosePicture } from '../../pictures/choice.ts';
import type { PictureNeed } from '../../pictures/needs.ts';
import type { KnownPicture } from '../../pictures/records.ts';
import { afterLook, lastSeen, recordAfter, wasTold, withoutPicture } from '../../pictures/records.ts';
import type { PicturesDone } from '../ports/pictures.ts';
import type { Planned } from '../ports/stages.ts';
import { isRefusal } from '../servers/picture-reader.ts';
import type { Bench, Decided, PictureUses, Place } from './picture-bench.ts';
import { askPlex, fail } from './picture-bench.ts';
import { change, releaseOverlay } from './picture-change.ts';

/**
 * Looks at the pictures of one item that need it, and writes those that are to be written; a preview only looks. Each
 * source is read once, and Plex is asked once for each kind. A picture that fails holds nothing else back.
 */
export async function seeToPictures(work: Planned, context: PictureUses): Promise<PicturesDone> {
  const bench: Bench = {
    ...{ work, records: {}, intended: {}, edits: [], lock: [] },
    ...{ overlay: 'stays', failure: undefined },
  };
  const bySource = Map.groupBy(work.needs, ({ source }) => source);
  for (const needs of bySource.values()) await seeToSource(needs, bench, context);
  const { work: _work, ...done } = bench;
  return done;
}

async function seeToSource(needs: readonly PictureNeed[], bench: Bench, context: PictureUses): Promise<void> {
  if (needs.some(({ ask }) => ask === 'source')) {
    await context.reader.withRoom(async () => await readAndSeeTo(needs, bench, context));
    return;
  }
  const known = needs.flatMap((need) => {
    const { sha1, etag, bytes } = lastSeen(need) ?? {};
    const { source, version } = need;
    return sha1 === undefined ? [] : [{ need, picture: { source, version, etag, sha1, bytes } }];
  });
  const decided = await decideAll(known, bench, context);
  if (!needsBytes(decided, context)) await carryOutAll(decided, { bench, context });
  else await context.reader.withRoom(async () => await readAndCarryOut(decided, bench, context));
}

async function readAndSeeTo(needs: readonly PictureNeed[], bench: Bench, context: PictureUses): Promise<void> {
  const { item } = bench.work;
  const look = await lookAt(needs, commonEtag(needs), { bench, context });
  if (look === undefined) return;
  context.checkpoint('picture_read');
  const known = needs.flatMap((need) => {
    const after = afterLook(need, look, { item, context: context.options.rules });
    if (after.kind === 'ask_plex') return [{ need, picture: after.picture }];
    bench.records[need.field] = after.record;
    return [];
  });
  const decided = await decideAll(known, bench, context);
  const held = look.kind === 'picture' ? look.picture : undefined;
  if (held === undefined && needsBytes(decided, context)) await readAndCarryOut(decided, bench, context);
  else await carryOutAll(decided, { held, bench, context });
}

/** Reads a picture that is known, and that Plex has no more, to upload it again. */
async function readAndCarryOut(decided: readonly Decided[], bench: Bench, context: PictureUses): Promise<void> {
  const needs = decided.map(({ need }) => need);
  const look = await lookAt(needs, undefined, { bench, context });
  if (look?.kind === 'picture') await carryOutAll(decided, { held: look.picture, bench, context });
  else if (look !== undefined)
    for (const need of needs) bench.records[need.field] = withoutPicture('none', need, bench.work.item, undefined);
}

/** One request for all that come from one source; `undefined` when it failed, which is noted. */
async function lookAt(
  needs: readonly PictureNeed[],
  etag: string | undefined,
  { bench, context }: Place,
): Promise<PictureLook | undefined> {
  const { job, item } = bench.work;
  const [first] = needs;
  if (first === undefined) return undefined;
  if (context.guard.halted() !== undefined) return fail(bench, { kind: 'given_back' });
  try {
    return await context.reader.look(job, first.source, etag);
  } catch (thrown) {
    const error = asSyncError(thrown);
    if (context.stopRequested() !== undefined && !isRefusal(error)) return fail(bench, { kind: 'given_back' });
    if (isRefusal(error))
      for (const need of needs) bench.records[need.field] = withoutPicture('refused', need, item, undefined);
    const isShared = ['unavailable', 'auth'].includes(RETRY_RULES[error.code].class);
    return fail(bench, { kind: isShared ? 'shared' : 'failed', error });
  }
}

/** Two kinds may have seen different versions of one picture: then it is read whatever it is. */
function commonEtag(needs: readonly PictureNeed[]): string | undefined {
  const etags = new Set(needs.map((need) => lastSeen(need)?.etag));
  return etags.size === 1 ? [...etags][0] : undefined;
}

async function decideAll(
  known: readonly Pick<Decided, 'need' | 'picture'>[],
  bench: Bench,
  context: PictureUses,
): Promise<readonly Decided[]> {
  const decided: Decided[] = [];
  for (const { need, picture } of known) {
    const { field } = need;
    const ask = (): Promise<readonly ListedPicture[]> => context.plex.pictures(bench.work.item.ratingKey, field);
    const listed = await askPlex('plex GET pictures', ask, { bench, context });
    if (listed.kind === 'failure') continue;
    const list = listed.answer;
    decided.push({ need, picture, list, choice: choose(need, picture, list, { bench, context }) });
  }
  return decided;
}

function choose(
  { field, known }: PictureNeed,
  { sha1 }: KnownPicture,
  list: readonly ListedPicture[],
  { bench, context }: Place,
): PictureChoice {
  const { item, record } = bench.work;
  // A picture that was not kept may have left its lock.
  const lockedBy = record?.locked?.includes(field) && isOfItem(record, item) ? 'us' : 'others';
  return choosePicture({ field, sha1, known, list, item, lockedBy }, context.options.rules);
}

function needsBytes(decided: readonly Decided[], { options }: PictureUses): boolean {
  return options.mode === 'write' && decided.some(({ choice }) => choice.kind === 'upload');
}

async function carryOutAll(
  decided: readonly Decided[],
  { held, ...place }: Place & { readonly held?: PictureBytes | undefined },
): Promise<void> {
  for (const one of decided) {
    const now = held === undefined || held.sha1 === one.picture.sha1 ? one : decideAgain(one, held, place);
    if (now.choice.kind === 'select' || now.choice.kind === 'upload') await change(now, now.choice, held, place);
    else settle(now, now.choice, place);
  }
}

/** The source has another picture by now than the one that was known. */
function decideAgain({ need, list, picture }: Decided, held: PictureBytes, place: Place): Decided {
  const now = { ...picture, etag: undefined, sha1: held.sha1, bytes: held.bytes.length };
  return { need, list, picture: now, choice: choose(need, now, list, place) };
}

/** Notes a picture about which nothing is to be done in Plex. */
function settle(
  { need, picture }: Decided,
  choice: Extract<PictureChoice, { kind: 'right' | 'left' }>,
  { bench, context }: Place,
): void {
  const { item, job } = bench.work;
  const record = recordAfter(choice, need, picture, item);
  bench.records[need.field] = record;
  if (choice.kind === 'left') {
    if (wasTold(need, record)) return;
    context.counts.left();
    context.emit({ kind: 'left_alone', sceneId: job.sceneId, left: { field: need.field, reason: choice.why } });
    return;
  }
  // It was selected by a write that was cut short, or by somebody before us.
  if (need.known?.ours === picture.sha1) return;
  if (context.options.rules.lockFields && !item.locked.has(need.field)) bench.lock.push(need.field);
  if (need.known?.intended?.sha1 === picture.sha1) releaseOverlay(need.field, { bench, context });
}
