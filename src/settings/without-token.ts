import { mixesLikeToken } from '../core/text/token-like.ts';
import { HIDDEN } from './table.ts';

/** A value as it may be shown: one that has the form of a token is a token in the wrong place. */
export function withoutToken<Value>(value: Value): Value | typeof HIDDEN {
  return typeof value === 'string' && mixesLikeToken(value.replace(/^[^=]*=/, '')) ? HIDDEN : value;
}
