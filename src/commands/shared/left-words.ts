import type { LeftCount } from '../../core/model/left-as-edited.ts';

/** What was left as edited in Plex, in words: `212 fields of 180 scenes`. */
export function leftWords({ fields, scenes }: LeftCount): string {
  if (fields === 0) return '0';
  return `${fields} ${fields === 1 ? 'field' : 'fields'} of ${scenes} ${scenes === 1 ? 'scene' : 'scenes'}`;
}
