import { readFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { basename } from 'node:path';
import { parseJsonText } from '../../core/text/json-text.ts';
import type { Piece } from '../../core/text/sentence.ts';
import { looksLikeToken } from '../../core/text/token-like.ts';
import { eachStoredText } from '../../queue/views/report-rows.ts';
import type { Masker } from '../../redact/mask.ts';
import { learnDocument } from '../../redact/personal-words.ts';
import type { ExplainedSetting } from '../../settings/explain.ts';
import { homeFolder } from '../../settings/home-folder.ts';
import { SETTINGS } from '../../settings/table.ts';
import type { Context } from '../shared/context.ts';
import type { Gathered } from './facts.ts';
import { pathsOf, typedText, wordsOf } from './lines.ts';

type Learner = Pick<Masker, 'learn'>;

/** Makes known whatever is personal in the settings, the environment, the log and the databases. */
export function learnWords(
  gathered: Gathered,
  masker: Learner,
  { dataDir, env }: Pick<Context, 'dataDir' | 'env'>,
): void {
  for (const setting of gathered.settings) learnSetting(setting, masker);
  for (const [name, value] of Object.entries(env))
    if (/(?:TOKEN|KEY|SECRET|PASSWORD)$/.test(name) && value !== undefined && value.length >= SHORTEST_SECRET)
      masker.learn('token', value);
  masker.learn('path', dataDir.path);
  const home = homeFolder();
  if (home !== undefined) {
    masker.learn('path', home);
    masker.learn('user', basename(home));
  }
  masker.learn('host', hostname());
  const user = userName();
  if (user !== undefined) masker.learn('user', user);
  // One log line may quote what another marks as personal.
  for (const piece of gathered.log.flat()) learnPiece(piece, masker);
  if (gathered.stores === undefined) return;
  eachStoredText(gathered.stores, {
    json: (text) => {
      const parsed = parseJsonText(text);
      if (parsed.kind === 'value') learnDocument(parsed.value, masker);
    },
    path: (text) => masker.learn('path', text),
  });
}

function learnPiece(piece: Piece, masker: Learner): void {
  if (typeof piece === 'object' && 'personal' in piece) masker.learn(piece.kind, piece.personal);
}

function learnCommand(command: string, masker: Learner): void {
  for (const word of command.split(/[\s"',=:[\]]+/)) {
    if (looksLikeToken(word)) masker.learn('token', word);
    else if (/[\\/]/.test(word)) masker.learn('path', word);
  }
}

/** Shorter ones are words, not secrets. */
const SHORTEST_SECRET = 6;

function learnSetting({ name, value, origin }: ExplainedSetting, masker: Learner): void {
  if (value === undefined) return;
  if (origin.kind === 'file') masker.learn('path', origin.name);
  switch (SETTINGS[name].type.kind) {
    case 'webhooks':
      for (const url of [value].flat().flatMap((urls) => String(urls).split(/,\s*/))) masker.learn('token', url);
      return;
    case 'command':
      learnCommand([value].flat().join(' '), masker);
      return;
    case 'token':
      masker.learn('token', String(value).trim());
      return;
    case 'web_address':
      masker.learn('token', URL.parse(String(value))?.password ?? '');
      masker.learn('host', URL.parse(String(value).trim())?.hostname ?? String(value));
      return;
    case 'names':
      for (const word of [...[value].flat().map(typedText), ...wordsOf(value)]) masker.learn('name', word);
      return;
    case 'path_mappings':
      for (const path of pathsOf(value).flat()) masker.learn('path', path);
      return;
    case 'file':
      masker.learn('path', String(value));
      if (name.endsWith('_token_file') || name.endsWith('_key_file')) masker.learn('token', contentOf(String(value)));
      return;
    default:
      return;
  }
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim().slice(0, 1_000);
  } catch {
    // Where the file cannot be read, its secret stands nowhere either.
    return '';
  }
}

function userName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    // In a container the user may have a number and no name.
    return undefined;
  }
}
