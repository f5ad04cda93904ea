import type { Pin } from '../../core/match/pin.ts';
import type { ListKind, ScalarField } from '../../core/model/plex-item.ts';
import type { OtherFile } from '../../core/model/scene-record.ts';
import { writtenKeys } from '../../core/model/scene-record.ts';
import { say } from '../../core/text/sentence.ts';
import type { StatusDocument, StatusItemDocument } from '../../documents/status.ts';
import { EXIT } from '../../exit.ts';
import { openStoresToRead } from '../../queue/store/stores.ts';
import type { DeadLetter } from '../../queue/tables/dead-letters/letter.ts';
import type { QueuedJob } from '../../queue/views/job-list.ts';
import type { KnownItem, SceneStatus } from '../../queue/views/scene-status.ts';
import { knownPathOf, readSceneStatus } from '../../queue/views/scene-status.ts';
import { loadSettings } from '../../settings/load.ts';
import type { SettingName } from '../../settings/table.ts';
import { fieldName, leftReason } from '../../terminal/log/field-words.ts';
import type { Reader } from '../../terminal/reader.ts';
import { renderFields } from '../../terminal/table.ts';
import { localTime, utcTime } from '../../terminal/time.ts';
import type { Context } from '../shared/context.ts';
import { jobDocument } from '../shared/job-document.ts';
import { letterDocument } from '../shared/letter-document.ts';
import { otherItemDocuments } from '../shared/other-item-document.ts';
import { pinDocument } from '../shared/pins/pin-document.ts';
import { plexLink } from '../shared/plex-link.ts';
import { toId } from '../shared/typed-values.ts';
import { underWayWords } from '../shared/under-way.ts';
import { tellWarnings } from '../shared/warnings.ts';
import { heldUpBy } from './held-up.ts';
import type { WaitEnd } from './wait.ts';
import { toWaitMs, waitForEnd } from './wait.ts';

export type StatusOptions = {
  readonly scene: string;
  /** How long to wait for the scene’s end, as typed. */
  readonly wait: string | undefined;
  readonly flags: Readonly<Partial<Record<SettingName, unknown>>>;
  readonly configFile: string | undefined;
};

/** Reports what the data directory knows about a scene, after a wait for its end where one is asked for. */
export async function run({ scene, wait, flags, configFile }: StatusOptions, context: Context): Promise<number> {
  const { dataDir, env, output, now } = context;
  const sceneId = toId(scene, 'scene');
  const waitMs = wait === undefined ? undefined : toWaitMs(wait);
  const loaded = await loadSettings({ flags, env, dataDir: dataDir.path, configFile });
  tellWarnings(loaded, context);
  const stores = openStoresToRead(dataDir);
  try {
    const { status, exitCode } =
      waitMs === undefined
        ? seenNow(readSceneStatus(stores, sceneId, now()))
        : await waitForEnd(stores, { sceneId, waitMs }, context);
    const link = linkOf(status?.item, loaded.settings.plex_url);
    if (output.json) output.resultJson(statusDocument(sceneId, status, link), 2);
    else if (status === undefined)
      output.log(
        'warning',
        say`Nothing is known of scene ${sceneId}: it does not wait, has no dead letter and was never written. Where it was enqueued before, Stash has no such scene, and its job was dropped. Else: plexsync enqueue ${sceneId}`,
      );
    else {
      const reader = output.readerOf('stdout');
      const time = reader.kind === 'person' ? localTime : utcTime;
      const heldUp = heldUpBy(stores, now(), time);
      output.result(statusTable(status, { sceneId, link, heldUp, reader, time }));
    }
    return exitCode;
  } finally {
    stores.close();
  }
}

function seenNow(status: SceneStatus | undefined): WaitEnd {
  return { status, exitCode: status === undefined ? EXIT.jobsFailed : EXIT.done };
}

function linkOf(item: KnownItem | undefined, plexUrl: string | undefined): string | undefined {
  if (item?.machineIdentifier === undefined) return undefined;
  const { machineIdentifier, ratingKey } = item;
  return plexLink({ machineIdentifier, ratingKey }, plexUrl);
}

function bareFieldName(field: ScalarField | ListKind): string {
  return fieldName(field).replace(/^the /, '');
}

function statusDocument(sceneId: number, status: SceneStatus | undefined, link: string | undefined): StatusDocument {
  return {
    scene_id: sceneId,
    known: status !== undefined,
    jobs: (status?.jobs ?? []).map(jobDocument),
    dead_letters: (status?.letters ?? []).map(letterDocument),
    path: status?.scenePath ?? null,
    item_taken_by: status?.itemTakenBy ?? null,
    item: status?.item === undefined ? null : itemDocument(status.item, link),
    undone_by: status?.undone?.runId ?? null,
    pin: status?.pin === undefined ? null : pinDocument(status.pin),
  };
}

function itemDocument(item: KnownItem, link: string | undefined): StatusItemDocument {
  return {
    rating_key: item.ratingKey,
    section_key: item.sectionKey,
    library: item.sectionTitle ?? null,
    file: item.file ?? null,
    link: link ?? null,
    synced_at: item.syncedAt === undefined || !item.isCompared ? null : utcTime(item.syncedAt),
    written: writtenKeys(item.written),
    left: item.left,
    other_items: item.others.flatMap(otherItemDocuments),
  };
}

type Line = readonly [name: string, value: string];

type Shown = {
  readonly sceneId: number;
  readonly link: string | undefined;
  /** Why no run takes on what is due. */
  readonly heldUp: string | undefined;
  readonly reader: Reader;
  readonly time: Time;
};

function statusTable(status: SceneStatus, { sceneId, link, heldUp, reader, time }: Shown): string {
  const { jobs, letters, item, pin, undone } = status;
  const lines: Line[] = [
    ['scene', String(sceneId)],
    ['path', knownPathOf(status) ?? '-'],
    ...(jobs.length === 0 ? [['waiting', 'no'] as const] : jobs.flatMap((job) => jobLines(job, { time, heldUp }))),
    ...(undone === undefined
      ? []
      : [
          [
            'undone',
            `by run ${undone.runId} on ${time(undone.undoneAt)}${undone.progress === 'begun' ? ', which is not finished: run the same undo again. Or' : ':'} plexsync queue release ${sceneId} writes it again`,
          ] as const,
        ]),
    ...letters.flatMap((letter) => letterLines(letter, time)),
    ...(item === undefined ? [['plex item', noItemWords(status)] as const] : itemLines(item, { time, link, undone })),
    ...(pin === undefined ? [] : pinLines(pin, time)),
  ];
  return renderFields(lines, reader);
}

function noItemWords({ itemTakenBy }: SceneStatus): string {
  if (itemTakenBy === undefined) return 'none known';
  return `none: the item at this path was since written for scene ${itemTakenBy} (plexsync status ${itemTakenBy})`;
}

type Time = (at: number) => string;

type When = Pick<Shown, 'time' | 'heldUp'>;

function jobLines(job: QueuedJob, when: When): readonly Line[] {
  const { state, jobId, attempts, failures, misses, lastError, keys, isBare, reassert } = job;
  const parts = [...keys, ...(isBare ? ['what Stash has'] : [])];
  return [
    [state === 'in_progress' ? 'in progress' : 'waiting', `job ${jobId}: ${reasonOf(job, when)}`],
    ['to write', parts.length === 0 ? 'nothing but the path' : parts.join(', ')],
    ...(reassert.length === 0 ? [] : [['takes back', reassert.join(', ')] as const]),
    ['attempts', `${attempts} (${failures} failed, ${misses} not found)`],
    ...(lastError === undefined ? [] : [['last error', lastError] as const]),
  ];
}

function reasonOf(job: QueuedJob, { time, heldUp }: When): string {
  const { sceneId, state, availableAt } = job;
  switch (state) {
    case 'due':
      return heldUp === undefined ? 'due, the next run takes it' : `due, but ${heldUp}`;
    case 'retry':
      return `to be retried, next try ${time(availableAt)}`;
    case 'not_found':
      return `its file is not in Plex yet, next try ${time(availableAt)}`;
    case 'pictures':
      return `all but its pictures is written, next try ${time(availableAt)}`;
    case 'held':
      return 'only Stash can say what to write (no_stash)';
    case 'removals':
      return 'it would remove too much, and waits for plexsync process --allow-removals';
    case 'undone':
      return `its scene is undone, and it waits for plexsync queue release ${sceneId}`;
    case 'in_progress':
      return underWayWords(job);
  }
}

function letterLines(letter: DeadLetter, time: Time): readonly Line[] {
  const at = time(Date.parse(letter.failed_at));
  return [
    [`dead letter ${letter.id}`, `${letter.error_type}, ${at}: ${letter.error_message}`],
    ['next', `plexsync dlq show ${letter.id}`],
  ];
}

function itemLines(
  item: KnownItem,
  { time, link, undone }: Pick<Shown, 'time' | 'link'> & Pick<SceneStatus, 'undone'>,
): readonly Line[] {
  const library = item.sectionTitle === undefined ? `section ${item.sectionKey}` : `library ${item.sectionTitle}`;
  const written = writtenKeys(item.written);
  return [
    ['plex item', `${item.ratingKey} in ${library}`],
    ...(item.file === undefined ? [] : [['plex file', item.file] as const]),
    ...(link === undefined ? [] : [['link', link] as const]),
    ['last synced', syncedWords(item, { time, undone })],
    ['written by us', written.length === 0 ? '-' : written.map(bareFieldName).join(', ')],
    ...item.left.map((left): Line => ['left alone', `${fieldName(left.field)}: ${leftReason(left)}`]),
    ...item.others.flatMap(otherLines),
  ];
}

function syncedWords(item: KnownItem, { time, undone }: Pick<Shown, 'time'> & Pick<SceneStatus, 'undone'>): string {
  if (item.syncedAt === undefined) return 'begun, and not known to have ended';
  const at = time(item.syncedAt);
  if (!item.isCompared) return `never: there was nothing to write (${at})`;
  return undone?.progress === 'finished' ? `${at}, and undone since` : at;
}

/** An item that we do not write to, though it holds a file of the scene: what it shows may be of an earlier scene. */
function otherLines({ path, item }: OtherFile): readonly Line[] {
  if (item === undefined) return [];
  return [
    ['other item', `${item.ratingKey} "${item.title}" in library ${item.library} holds ${path}; merge them in Plex`],
  ];
}

function pinLines({ ratingKey, title, file, pinnedAt }: Pin, time: Time): readonly Line[] {
  return [
    ['pinned to', `item ${ratingKey} "${title}", since ${time(pinnedAt)}`],
    ['pinned file', file],
  ];
}
