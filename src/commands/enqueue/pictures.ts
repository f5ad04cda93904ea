import { resolve } from 'node:path';
import { SyncError, UsageError } from '../../core/model/errors.ts';
import type { KeyNames, SceneData, SceneEdit } from '../../core/model/scene.ts';
import { readPictureAddress, withoutKey } from '../../core/pictures/address.ts';
import { plainText } from '../../core/text/sentence.ts';

/** The keys of a scene that hold where a picture is. */
const PICTURE_KEYS = ['poster_url', 'background_url'] as const satisfies readonly (keyof SceneData)[];

const URL_OR_FILE =
  'Give a JPEG, PNG, WebP or GIF file of less than 10,480,000 bytes, or an http or https address at Stash; nothing was enqueued.';

/**
 * The inline options with the whole path of a picture in place of a relative one. A file is looked at now, while the
 * person who named it is there.
 * @throws {UsageError} naming the option.
 */
export async function withWholePaths(
  inline: Readonly<Record<string, unknown>>,
  names: KeyNames,
): Promise<Readonly<Record<string, unknown>>> {
  const whole: Record<string, unknown> = { ...inline };
  for (const key of PICTURE_KEYS) {
    const given = inline[key];
    if (typeof given === 'string' && given !== '') whole[key] = await toAddress(given, names[key] ?? key);
  }
  return whole;
}

async function toAddress(given: string, name: string): Promise<string> {
  const isFile = !/^[a-z][a-z0-9+.-]*:\/\//i.test(given) && !/^(?:file|https?|data):/i.test(given);
  const address = isFile ? resolve(given) : given;
  const at = readPictureAddress(address);
  if (at.kind === 'unusable')
    throw new UsageError(`${name} cannot be used: the picture ${plainText(at.why)}.`, URL_OR_FILE);
  if (at.kind === 'url') return withoutKey(address);
  const { readLocalPicture } = await import('../../pictures/source.ts');
  try {
    await readLocalPicture(at);
    return address;
  } catch (thrown) {
    if (!(thrown instanceof SyncError)) throw thrown;
    throw new UsageError(`${name} cannot be used: ${thrown.message.replace(/^The/, 'the')}.`, URL_OR_FILE);
  }
}

/**
 * A scene from JSON, whose pictures must be addresses: a file of this machine is named on the command line alone, or
 * whoever writes the JSON could have any picture of this machine shown.
 * @throws {UsageError} naming the key.
 */
export function withPictureUrls(edit: SceneEdit, value: unknown, where: string): SceneEdit {
  const data: SceneData = { ...edit.data };
  for (const key of PICTURE_KEYS) {
    const address = data[key];
    if (typeof address !== 'string') continue;
    const at = readPictureAddress(address);
    const name = Object.hasOwn(value as object, key) ? key : 'paths.screenshot';
    if (at.kind === 'file')
      throw new UsageError(`${where}: ${name} must be an http or https address; a file is named with ${OPTIONS[key]}.`);
    if (at.kind === 'unusable')
      throw new UsageError(`${where}: ${name} cannot be used: the picture ${plainText(at.why)}.`);
    data[key] = withoutKey(address);
  }
  return { ...edit, data };
}

const OPTIONS = { poster_url: '--poster', background_url: '--background' } as const;
