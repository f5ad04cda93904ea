import type { Setting } from '../setting.ts';

const SWITCH = { kind: 'switch' } as const;

/** Where Plex and Stash are, and how long to wait for them. */
export const CONNECTION_SETTINGS = {
  plex_url: {
    group: 'connection',
    type: { kind: 'web_address' },
    env: 'PLEX_URL',
    value: '<url>',
    help: 'address of the Plex server',
  },
  plex_token: {
    group: 'connection',
    type: { kind: 'token' },
    env: 'PLEX_TOKEN',
    value: '<token>',
    secret: true,
    help: 'token of the server’s owner',
  },
  plex_token_file: {
    group: 'connection',
    type: { kind: 'file' },
    env: 'PLEX_TOKEN_FILE',
    value: '<file>',
    help: 'file that holds the token, such as a Docker secret',
  },
  plex_library: {
    group: 'connection',
    type: { kind: 'names' },
    fallback: [],
    env: 'PLEX_LIBRARY',
    value: '<name>',
    repeatable: true,
    help: 'library to look in; all movie libraries when not set',
  },
  plex_ca: {
    group: 'connection',
    type: { kind: 'file' },
    value: '<file>',
    help: 'certificate (PEM) to trust for an https address of Plex',
  },
  plex_insecure: {
    group: 'connection',
    type: SWITCH,
    fallback: false,
    help: 'accept any certificate of Plex',
  },
  stash_url: {
    group: 'connection',
    type: { kind: 'web_address' },
    env: 'STASH_URL',
    value: '<url>',
    help: 'address of the Stash server',
  },
  stash_api_key: {
    group: 'connection',
    type: { kind: 'token' },
    env: 'STASH_API_KEY',
    value: '<key>',
    secret: true,
    help: 'API key of Stash, where it asks for one',
  },
  stash_api_key_file: {
    group: 'connection',
    type: { kind: 'file' },
    env: 'STASH_API_KEY_FILE',
    value: '<file>',
    help: 'file that holds the API key of Stash',
  },
  stash_insecure: {
    group: 'connection',
    type: SWITCH,
    fallback: false,
    help: 'accept any certificate of Stash',
  },
  connect_timeout: {
    group: 'connection',
    type: { kind: 'duration', unit: 's', min: '1s', max: '30s' },
    fallback: '5s',
    value: '<duration>',
    help: 'longest wait for a connection',
  },
  read_timeout: {
    group: 'connection',
    type: { kind: 'duration', unit: 's', min: '5s', max: '120s' },
    fallback: '30s',
    value: '<duration>',
    help: 'longest wait for an answer',
  },
} as const satisfies Readonly<Record<string, Setting>>;
