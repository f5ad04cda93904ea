import { parseDurationMs } from '../../src/settings/duration.ts';
import type { SettingType } from '../../src/settings/setting.ts';

const msOf = (bound: string): number => parseDurationMs(bound, 's') ?? Number.NaN;

/** Wrong for a setting of this type, as a flag, a variable or text in the config file says it. */
export function wrongValues(type: SettingType): readonly string[] {
  switch (type.kind) {
    case 'switch':
      return ['maybe'];
    case 'whole_number':
      return ['many', '1e2', '0x20', `${type.min - 1}`, `${type.max + 1}`, `${type.min}.5`];
    case 'limit':
      return ['many', 'on', '1e2', `${type.min - 1}`, `${type.max + 1}`, `${type.min}.5`];
    case 'duration':
      return ['soon', '-1s', `${msOf(type.min) / 2}ms`, `${msOf(type.max) + 1}ms`, '5 weeks'];
    case 'choice':
      return ['sometimes'];
    case 'names':
      return [' , '];
    case 'path_mappings':
      return [
        '/harbour',
        '=/quay',
        '/a=/b=/c',
        ' , ',
        'harbour=/quay',
        '/quay=pier',
        '/quay=/quay/',
        '/a=/b,/a/=/c',
        '/a=/b;/b=/a',
      ];
    case 'webhooks':
      return [
        'ntfy.example.org/lantern-secret',
        'ftp://quay.test',
        'https:/ntfy.example.org/lantern-secret',
        'http:quay.test',
        ' , ',
      ];
    case 'command':
      return ['["quay"', '[5]', '[""]'];
    case 'quiet_hours':
      return ['night', '02:00', '02:00-02:00', '24:00-05:00', '2-5', '02:00-05:00-07:00', ' , '];
    case 'web_address':
      return [
        ...['plex:32400', 'ftp://plex.test', 'http://', 'http://keeper:lantern-secret@plex.test', 'http://@plex.test'],
        ...['http:/127.0.0.1:32400', 'http:plex.test', 'https:///plex.test', 'http:\\\\plex.test', 'http://plex.test?'],
        ...['http://plex.test/a b', 'http://plex\t.test', 'http://plex.test#', 'http//plex.test:32400'],
      ];
    case 'token':
      return ['short-1', 'lantern secret with blanks'];
    case 'file':
      return [];
  }
}
