import { RETRY_RULES } from '../../failures/retry-policy.ts';
import type { SyncError } from '../../model/errors.ts';
import { asSyncError } from '../../model/errors.ts';
import type {
  ListedPicture,
  PictureBytes,
  PictureEdit,
  PictureField,
  PictureLook,
  PictureRecord,
} from '../../model/picture.ts';
import type { RequestKind } from '../../model/request-kind.ts';
import { isOfItem } from '../../model/scene-record.ts';
import type { PictureChoice } from '../../pictures/choice.ts';
import { choosePicture, selectedKey, uploadKey } from '../../pictures/choice.ts';
import type { PictureNeed } from '../../pictures/needs.ts';
import { isOverlaid, isOverlayLabel } from '../../pictures/needs.ts';
import type { KnownPicture } from '../../pictures/records.ts';
import {
  afterLook,
  intendedRecord,
  lastSeen,
  recordAfter,
  refusedRecord,
  wasTold,
  withoutPicture,
} from '../../pictures/records.ts';
import type { DrainOptions } from '../ports/drain-options.ts';
import type { PictureFailure, PictureNote, PicturesDone, PlexPictures } from '../ports/pictures.ts';
import type { DrainDeps, DrainQueue } from '../ports/ports.ts';
import type { Planned } from '../ports/stages.ts';
import type { PictureCounts } from '../servers/picture-counts.ts';
import type { PictureReader } from '../servers/picture-reader.ts';
import { isRefusal } from '../servers/picture-reader.ts';
import type { PlexGuard } from '../servers/plex-guard.ts';
import type { RequestWatch } from '../servers/request-watch.ts';
import type { BlameUses } from './blame.ts';
import { isJobsToBear } from './blame.ts';

/** What seeing to pictures needs. */
export type PictureUses = BlameUses &
  Pick<DrainDeps, 'emit' | 'now' | 'checkpoint'> & {
    readonly queue: Pick<DrainQueue, 'intendPicture'>;
    readonly plex: PlexPictures;
    readonly guard: Pick<PlexGuard, 'ask' | 'answered' | 'halted'>;
    readonly requests: Pick<RequestWatch, 'succeeded'>;
    readonly reader: PictureReader;
    readonly counts: Pick<PictureCounts, 'left'>;
    readonly options: Pick<DrainOptions, 'rules' | 'mode'>;
  };

/** What is collected while the pictures of one item are seen to. */
type Bench = {
  readonly work: Planned;
  readonly records: Partial<Record<PictureField, PictureRecord>>;
  readonly intended: Partial<Record<PictureField, PictureRecord>>;
  readonly edits: PictureEdit[];
  readonly lock: PictureField[];
  overlay: PicturesDone['overlay'];
  failure: PictureFailure | undefined;
};

/** A picture whose SHA-1 is known, what Plex has, and what to do. */
type Decided = {
  readonly need: PictureNeed;
  readonly picture: KnownPicture;
  readonly list: readonly ListedPicture[];
  readonly choice: PictureChoice;
};

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

type Place = { readonly bench: Bench; readonly context: PictureUses };

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

type Change = Extract<PictureChoice, { kind: 'select' | 'upload' }>;

/** Selects or uploads a picture: noted first, so that a kill in between leaves no doubt whose it is. */
async function change(
  { need, picture, list }: Decided,
  choice: Change,
  held: PictureBytes | undefined,
  { bench, context }: Place,
): Promise<void> {
  const { field } = need;
  const { item } = bench.work;
  const { options, queue, guard } = context;
  const before = selectedKey(list);
  const how = choice.kind === 'upload' ? 'uploaded' : 'selected';
  const bytes = choice.kind === 'upload' ? picture.bytes : undefined;
  const edit: PictureEdit = { field, how, bytes, before, shownBefore: item.pictures[field] };
  if (options.mode === 'write') {
    if (guard.halted() !== undefined) return fail(bench, { kind: 'given_back' });
    const record = intendedRecord(need, picture, before);
    if (!queue.intendPicture(noteOf(need, choice, { record, before, bench, context }), context.now()))
      return fail(bench, { kind: 'given_back' });
    bench.intended[field] = record;
    context.checkpoint('picture_intended');
    const sent = await send(field, choice, held, { bench, context });
    if (sent.kind === 'failure') {
      const isRefused = choice.kind === 'upload' && sent.failure.kind === 'failed' && isOfBytes(sent.failure.error);
      bench.records[field] = isRefused ? refusedRecord(need, picture, item) : record;
      return;
    }
    context.checkpoint('picture_written');
  }
  bench.edits.push(edit);
  bench.records[field] = recordAfter(choice, need, picture, item);
  if (options.rules.lockFields) bench.lock.push(field);
  releaseOverlay(field, { bench, context });
}

async function send(
  field: PictureField,
  choice: Change,
  held: PictureBytes | undefined,
  place: Place,
): Promise<Answered<void>> {
  const { plex } = place.context;
  const { ratingKey } = place.bench.work.item;
  if (choice.kind === 'select')
    return await askPlex('plex PUT picture', () => plex.selectPicture(ratingKey, field, choice.key), place);
  if (held === undefined) throw new Error('a picture was to be uploaded without its bytes');
  return await askPlex('plex POST picture', () => plex.uploadPicture(ratingKey, field, held), place);
}

/** Whether Plex, or a proxy before it, refuses the very bytes that were sent. */
function isOfBytes({ code }: SyncError): boolean {
  return code === 'plex_rejected' || code === 'plex_too_long';
}

/** Ours stands where Kometa had its overlay: without the label Kometa takes it for new, and lays one on it. */
function releaseOverlay(field: PictureField, { bench, context }: Place): void {
  if (releases(field, { bench, context })) bench.overlay = 'released';
}

function releases(field: PictureField, { bench, context }: Place): boolean {
  return context.options.rules.pictures.overlay === 'release' && isOverlaid(field, bench.work.item);
}

function noteOf(
  { field }: PictureNeed,
  choice: Change,
  facts: Place & Pick<PictureNote, 'record' | 'before'>,
): PictureNote {
  const { record, before, bench } = facts;
  const { job, item } = bench.work;
  const { ratingKey, sectionKey, labels, locked } = item;
  const sha1 = record.intended?.sha1 ?? '';
  return {
    ...{
      sceneId: job.sceneId,
      lease: job.lease,
      ratingKey,
      sectionKey,
      title: item.fields.title,
      field,
      before,
      record,
    },
    after: choice.kind === 'select' ? choice.key : uploadKey(field, sha1),
    locked: locked.has(field),
    labels: releases(field, facts) ? { before: labels, remove: labels.filter(isOverlayLabel) } : undefined,
  };
}

type Answered<T> =
  | { readonly kind: 'answer'; readonly answer: T }
  | { readonly kind: 'failure'; readonly failure: PictureFailure };

/** Sends Plex one request for a picture, if one may be sent; a failure is noted. */
async function askPlex<T>(
  kind: RequestKind,
  request: () => Promise<T>,
  { bench, context }: Place,
): Promise<Answered<T>> {
  const { guard, requests } = context;
  const { job } = bench.work;
  const failed = (failure: PictureFailure): Answered<T> => {
    fail(bench, failure);
    return { kind: 'failure', failure };
  };
  if (guard.halted() !== undefined) return failed({ kind: 'given_back' });
  try {
    const answer = await guard.ask(request);
    guard.answered();
    requests.succeeded(kind, [job]);
    return { kind: 'answer', answer };
  } catch (thrown) {
    const error = asSyncError(thrown);
    return failed(isJobsToBear(error, job, context) ? { kind: 'failed', error } : { kind: 'given_back' });
  }
}

/** The first failure is the one that is told. */
function fail(bench: Bench, failure: PictureFailure): undefined {
  bench.failure ??= failure;
}
