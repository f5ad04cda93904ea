import type { Progress } from './progress-rate.ts';
import { sanitize } from './sanitize.ts';
import { shortDuration } from './time.ts';
import { cutToWidth, displayWidth } from './width.ts';

/** How far the work is, and the current scene. */
export type ProgressState = Progress & {
  /** The title of the scene, not sanitised yet. */
  readonly current: string | undefined;
};

/**
 * Progress in one line of at most `width` columns: count, percent, rate, time left, title. When space is short the
 * title is cut, then dropped, then the rate, the time and the percent.
 */
export function progressText(state: ProgressState, width: number): string {
  const { done, total, etaMs, current } = state;
  const count = `${done.toLocaleString('en')}/${total.toLocaleString('en')}`;
  // Rounded down: 100 % only appears when nothing is left.
  const percent = total > 0 ? `${Math.floor((done / total) * 100)}%` : '';
  const eta = etaMs !== undefined && done < total ? `ETA ${shortDuration(etaMs)}` : '';
  const forms = [
    [count, percent, rateText(state), eta],
    [count, percent, eta],
    [count, percent],
  ].map((parts) => parts.filter((part) => part !== '').join(GAP));
  const form = forms.find((text) => displayWidth(text) <= width) ?? cutToWidth(count, width);
  const room = width - displayWidth(form) - GAP.length;
  const title = current === undefined ? '' : sanitize(current).trim();
  const isShown = title !== '' && form === forms[0] && room >= Math.min(LEAST_TITLE, displayWidth(title));
  return isShown ? `${form}${GAP}${cutToWidth(title, room)}` : form;
}

const GAP = '  ';
const LEAST_TITLE = 8;

/** The rate per minute, or per second where that reads better. */
function rateText({ perMinute }: Progress): string {
  if (perMinute === undefined) return '';
  if (perMinute >= 600) return `${Math.round(perMinute / 60).toLocaleString('en')}/s`;
  return perMinute >= 10 ? `${Math.round(perMinute)}/min` : `${perMinute.toFixed(1)}/min`;
}
