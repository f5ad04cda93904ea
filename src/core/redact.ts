import { fileName, normalisePath } from './file-paths.ts';
import type { SceneData } from './scene.ts';

/** What a text from a library is replaced by. The same text gives the same word within one export. */
export type Mask = (text: string) => string;

/** What of a scene is masked, and how; ids, sizes, dates and ratings name nothing. */
export function redactScene(data: SceneData, mask: Mask): SceneData {
  const masked = (value: string | null): string | null => (value === null ? null : mask(value));
  const rules: { readonly [Key in keyof SceneData]: (value: Required<SceneData>[Key]) => SceneData[Key] } = {
    path: (path) => redactPath(path, mask),
    title: mask,
    details: masked,
    studio: masked,
    tagline: masked,
    performers: (names) => names.map(mask),
    tags: (names) => names.map(mask),
    poster_url: masked,
    background_url: masked,
  };
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => {
      const rule = rules[key as keyof SceneData] as ((value: unknown) => unknown) | undefined;
      return [key, rule === undefined ? value : rule(value)];
    }),
  ) as SceneData;
}

/** A path with every name masked: how deep it is and what kind of file it names stay visible. */
export function redactPath(path: string, mask: Mask): string {
  const [extension = ''] = /\.[A-Za-z0-9]{1,5}$/.exec(fileName(path)) ?? [];
  const bare = normalisePath(path).slice(0, normalisePath(path).length - extension.length);
  const parts = bare.split('/').map((part) => (part === '' ? '' : mask(part)));
  return parts.join('/') + extension;
}

const HIDDEN = '(hidden)';

/**
 * A message up to the first thing in it that may come from outside: a quotation, a path, an address, or a word of the
 * scene itself. What follows cannot be told from names, so all of it goes.
 */
export function redactMessage(message: string, data: SceneData): string {
  const own = [
    data.title,
    data.details,
    data.studio,
    data.tagline,
    data.path === undefined ? undefined : fileName(data.path),
    ...(data.performers ?? []),
    ...(data.tags ?? []),
  ].filter((text): text is string => typeof text === 'string' && text.trim() !== '');
  const starts = [
    message.search(/["'“‘`/\\{[]|\S+\.[A-Za-z0-9]{2,4}\b|filename: |(?<=candidates? for )/),
    ...own.map((text) => message.toLowerCase().indexOf(text.toLowerCase())),
  ].filter((index) => index >= 0);
  return starts.length === 0 ? message : `${message.slice(0, Math.min(...starts))}${HIDDEN}`;
}

/** The frames of a stack without the folders of the machine; what is no frame may hold the message, and goes. */
export function redactStack(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.replace(/(?:\w+:\/\/)?(?:[A-Za-z]:)?[^\s()]*[/\\]/g, ''))
    .join('\n');
}
