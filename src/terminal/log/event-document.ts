import type { WorkerEvent } from '../../core/drain/ports/events.ts';
import { isSentence, plainText } from '../../core/text/sentence.ts';
import type { EditPlan } from '../../core/write/edit-plan.ts';
import type {
  BareEventDocument,
  EventDocument,
  EventStamp,
  FlatDocument,
  FlatEvent,
} from '../../documents/process-event.ts';

/** An event as one NDJSON line of `process --json`: snake_case keys, only ever added to. */
export function eventDocument(event: WorkerEvent, stamp: EventStamp): EventDocument {
  const { event: kind, ...said } = bareDocument(event);
  return { event: kind, ...stamp, ...said } as EventDocument;
}

function bareDocument(event: WorkerEvent): BareEventDocument {
  switch (event.kind) {
    case 'written': {
      const { kind, sceneId, ratingKey, title, plan } = event;
      return {
        event: kind,
        scene_id: sceneId,
        rating_key: ratingKey,
        title,
        fields: plan.fields.map(({ field }) => field),
        lists: Object.fromEntries(plan.lists.map((list) => [list.kind, { added: list.add, removed: list.remove }])),
        pictures: picturesOf(plan),
      };
    }
    case 'would_write': {
      const { jobId, sceneId, ratingKey, title, library, plan, message } = event;
      return {
        event: event.kind,
        job_id: jobId,
        scene_id: sceneId,
        rating_key: ratingKey,
        title,
        library,
        fields: plan.fields.map(({ field, before, value }) => ({ field, before, after: value })),
        lists: plan.lists.map(({ kind, add, remove }) => ({ list: kind, added: add, removed: remove })),
        pictures: picturesOf(plan),
        message: message && plainText(message),
      };
    }
    case 'low_confidence': {
      const { kind, sceneId, file, candidates, taken } = event;
      const documents = candidates.map(({ candidate, file: path, size, duration, sharedFolders }) => ({
        rating_key: candidate.ratingKey,
        title: candidate.title,
        library: candidate.sectionTitle,
        file: path,
        size,
        duration,
        shared_folders: sharedFolders,
      }));
      return { event: kind, scene_id: sceneId, file, taken, candidates: documents };
    }
    case 'altered':
      return { event: event.kind, scene_id: event.sceneId, ...event.altered };
    case 'left_alone':
      return { event: event.kind, scene_id: event.sceneId, ...event.left };
    case 'would_not_write': {
      const { kind, jobId, sceneId, reason, message, errorType } = event;
      return {
        event: kind,
        job_id: jobId,
        scene_id: sceneId,
        reason,
        message: message && plainText(message),
        error_type: errorType,
      };
    }
    default:
      return flatDocument(event);
  }
}

function picturesOf({ pictures = [] }: EditPlan) {
  return pictures.map(({ field, how, bytes }) => ({ field, how, bytes: bytes ?? null }));
}

function flatDocument<Event extends FlatEvent>({ kind, ...flat }: Event): FlatDocument<Event> {
  const keys = Object.entries(flat).map(([key, value]) => [
    snakeCase(key),
    isSentence(value) ? plainText(value) : value,
  ]);
  return { event: kind, ...Object.fromEntries(keys) } as FlatDocument<Event>;
}

function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
