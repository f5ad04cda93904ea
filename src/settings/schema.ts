import * as z from 'zod/mini';
import type { LibraryName } from '../core/match/libraries.ts';
import type { GivenMapping } from '../core/match/mappings.ts';
import { MAPPING_FORM, parsePathMappings, splitMappings } from '../core/match/mappings.ts';
import type { PathMapping } from '../core/match/paths.ts';
import type { QuietRange } from '../core/model/quiet-hours.ts';
import { parseQuietRange, QUIET_HOURS_FORM } from '../core/model/quiet-hours.ts';
import { parseJsonText } from '../core/text/json-text.ts';
import { mixesLikeToken } from '../core/text/token-like.ts';
import { parseDurationMs } from './duration.ts';
import type { SettingType } from './setting.ts';
import { libraryText } from './table.ts';

/**
 * The schema for a setting's type. It accepts JSON values as well as text from a flag or the environment, and its
 * messages complete the sentence "plex_url …".
 */
export function schemaOf(type: SettingType): z.ZodMiniType {
  switch (type.kind) {
    case 'switch':
      return onOff();
    case 'whole_number':
      return wholeNumber(type.min, type.max);
    case 'limit':
      return limit(type.min, type.max);
    case 'duration':
      return durationMs(type);
    case 'choice':
      return choice(type.values);
    case 'names':
      return names();
    case 'path_mappings':
      return pathMappings();
    case 'webhooks':
      return webhooks();
    case 'command':
      return command();
    case 'quiet_hours':
      return quietHours();
    case 'web_address':
      return webAddress();
    case 'token':
      return token();
    case 'file':
      return z.string('must be the path of a file').check(z.minLength(1, 'must be the path of a file'));
  }
}

const SWITCH_WORDS: Readonly<Record<string, boolean>> = {
  true: true,
  '1': true,
  yes: true,
  false: false,
  '0': false,
  no: false,
};

function onOff() {
  const word = z.pipe(
    z.string(),
    z.transform((text) => SWITCH_WORDS[text.toLowerCase()]),
  );
  return z.pipe(z.union([z.boolean(), word], 'must be true or false'), z.boolean('must be true or false'));
}

function wholeNumber(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  const text = z.pipe(
    z.string(),
    z.transform((value) => (/^[+-]?\d+$/.test(value.trim()) ? Number(value) : Number.NaN)),
  );
  return z.pipe(
    z.union([z.number(), text], message),
    z.int(message).check(z.minimum(min, message), z.maximum(max, message)),
  );
}

function limit(min: number, max: number) {
  const message = `must be off, or a whole number from ${min} to ${max}`;
  const off = z.pipe(
    z.string(),
    z.transform((text) => text.trim().toLowerCase()),
  );
  return z.union([wholeNumber(min, max), z.pipe(off, z.literal('off'))], message);
}

function durationMs({ unit, min, max }: Extract<SettingType, { kind: 'duration' }>) {
  const message = `must be from ${min} to ${max}, such as ${min}`;
  const bound = (value: string): number => parseDurationMs(value, unit) ?? Number.NaN;
  const ms = z.pipe(
    z.union([z.number(), z.string()], message),
    z.transform((value) => parseDurationMs(value, unit) ?? Number.NaN),
  );
  return z.pipe(ms, z.number(message).check(z.minimum(bound(min), message), z.maximum(bound(max), message)));
}

function choice(values: readonly string[]) {
  const message = `must be ${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
  const folded = z.pipe(
    z.string(message),
    z.transform((text) => text.trim().toLowerCase()),
  );
  return z.pipe(folded, z.string().check(z.refine((text) => values.includes(text), message)));
}

/** A text may hold several names, and only Plex can tell: its entries of a list are whole names. */
function names() {
  const typed = z.object({ typed: z.string() });
  const one = z.pipe(
    z.string(),
    z.transform((text): LibraryName[] => [{ typed: text }]),
  );
  const message = 'must be a name or a list of names';
  // An empty list means "all"; a list of blanks comes from a variable that the shell did not know.
  const given = z.union([z.array(z.union([z.string(), typed])), one], message);
  const checked = given.check(z.refine((list) => list.length === 0 || list.some(isName), message));
  return z.pipe(
    checked,
    z.transform((list: LibraryName[]) => list.filter(isName).map(undivided)),
  );
}

const isName = (name: LibraryName): boolean => /[^\s,]/.test(libraryText(name));

/** A text without a comma is one name, and needs no library to tell. */
function undivided(name: LibraryName): LibraryName {
  return typeof name === 'string' || name.typed.includes(',') ? name : name.typed;
}

function pathMappings() {
  const side = z.string().check(z.minLength(1, MAPPING_FORM));
  const mapping = z.union([z.string(), z.object({ from: side, to: side })], MAPPING_FORM);
  const lines = z.pipe(
    z.string().check(z.regex(/[^\s,;]/, MAPPING_FORM)),
    z.transform((all): GivenMapping[] => [...splitMappings(all)]),
  );
  const given = z.pipe(z.union([z.array(z.unknown()), lines], MAPPING_FORM), z.array(mapping));
  const parsed = z.transform((entries: GivenMapping[], { issues }): readonly PathMapping[] => {
    const result = parsePathMappings(entries);
    if (result.kind === 'mappings') return result.mappings;
    issues.push({ code: 'custom', message: result.fault, input: entries });
    return z.NEVER;
  });
  return z.pipe(given, parsed);
}

function webhooks() {
  const message = 'must be http or https addresses';
  const line = z.pipe(
    z.string(),
    // An address may have a comma of its own.
    z.transform((text) => text.split(/,(?=\s*https?:)/i).map((one) => one.trim())),
  );
  const isHook = (text: string): boolean => /^https?:\/\/[^\s/\\]/i.test(text.trim()) && URL.canParse(text.trim());
  return z.pipe(z.union([z.array(z.string()), line], message), z.array(z.string().check(z.refine(isHook, message))));
}

/** A text is divided at blanks, or is a JSON array where an argument has one. */
function command() {
  const message = 'must be a program with its arguments: a text, or a JSON array of texts';
  const words = z.transform((text: string, { issues }): readonly string[] => {
    if (!/^\s*(\[|$)/.test(text)) return text.split(/\s+/).filter((word) => word !== '');
    const parsed = parseJsonText(text);
    if (parsed.kind === 'value' && Array.isArray(parsed.value)) return parsed.value;
    issues.push({ code: 'custom', message, input: text });
    return z.NEVER;
  });
  const given = z.union([z.array(z.string()), z.pipe(z.string(), words)], message);
  const isProgram = (list: readonly unknown[]): boolean =>
    list.every((word) => typeof word === 'string' && !word.includes('\0')) && list[0] !== '';
  return given.check(z.refine((list) => isProgram(list as readonly unknown[]), message));
}

function quietHours() {
  const line = z.pipe(
    z.string(),
    z.transform((text) => text.split(',')),
  );
  const texts = z.union([z.array(z.string()), line], QUIET_HOURS_FORM);
  const parsed = z.transform((parts: string[], { issues }): readonly QuietRange[] => {
    const ranges = parts.flatMap((part) => part.split(',')).map((part) => parseQuietRange(part.trim()));
    if (ranges.every((range) => range !== undefined)) return ranges;
    issues.push({ code: 'custom', message: QUIET_HOURS_FORM, input: parts });
    return z.NEVER;
  });
  return z.pipe(texts, parsed);
}

function webAddress() {
  const message = 'must be an http or https address without user, password or query';
  return z.pipe(
    z.string(message).check(
      z.refine(
        (text) => /^\s*https?:\/\//i.test(text),
        'must be an http or https address that begins with http:// or https://',
      ),
      z.refine(isWebAddress, message),
      // Taken for an address it would be told in each line about the server.
      z.refine(
        (text) => !text.split(/[/:]/).some(mixesLikeToken),
        'must be an address alone, and holds what looks like a token',
      ),
    ),
    z.transform((url) => url.trim().replace(/\/+$/, '')),
  );
}

/** A parser mends slashes, blanks and signs that are too few or too many; a path put behind the text would not. */
function isWebAddress(text: string): boolean {
  return /^https?:\/\/[^\s/\\?#@]+(?:\/[^\s\\?#]*)?$/i.test(text.trim()) && URL.canParse(text.trim());
}

const NO_NAME_BEFORE = /^(?!(?:export\s+)?[A-Z][A-Z_-]*(?:TOKEN|KEY)\s*[=:])/i;

function token() {
  return z.string('must be text').check(
    z.trim(),
    // As they are copied from a shell or a compose file.
    z.regex(/^(?!["'])/, 'must be the token alone, without the quotes around it'),
    z.regex(/^(?!.*:\/\/)/, 'must be the token alone, without an address before it'),
    z.regex(NO_NAME_BEFORE, 'must be the token alone, without a name and a = before it'),
    z.minLength(10, 'must have at least 10 characters'),
    z.regex(/^[\x21-\x7e]+$/, 'must be plain ASCII without spaces'),
  );
}
