import type { WorkerEvent } from '../../core/drain/ports/events.ts';
import type { EventStamp } from '../../documents/process-event.ts';
import { utcTime } from '../../terminal/time.ts';
import { endsJob } from './job-ends.ts';

/** What is known of a scene while a run works on it. */
type Known = { job_id?: number; rating_key?: string; library?: string };

/** Stamps each event with its time, its run, and what earlier events of its scene told. */
export function createEventStamps(run: number | null): (event: WorkerEvent, at: number) => EventStamp {
  const known = new Map<number, Known>();
  return (event, at) => {
    const stamp = { at: utcTime(at), run };
    if (!('sceneId' in event)) return stamp;
    const { sceneId } = event;
    const scene = { ...known.get(sceneId), ...toldBy(event) };
    if (endsJob(event) && event.kind !== 'completed') known.delete(sceneId);
    else known.set(sceneId, scene);
    return { ...stamp, ...scene, scene_id: sceneId };
  };
}

function toldBy(event: WorkerEvent): Known {
  return {
    ...('jobId' in event ? { job_id: event.jobId } : {}),
    ...('ratingKey' in event ? { rating_key: event.ratingKey } : {}),
    ...(event.kind === 'found' || event.kind === 'would_write' ? { library: event.library } : {}),
  };
}
