import * as z from 'zod/mini';
import { cleanLine } from '../text/text.ts';

const FILES = 'must be a list of files, each with a path';

const WHOLE_ID = 'must be a whole number from 1 to 9007199254740991';
const A_RATING = 'must be a whole number from 0 to 100';
const A_DATE = 'must be a date like 2024-05-01, 2024-05 or 2024';

/** Stash spells ids as strings in GraphQL and as numbers in hooks: both are accepted. */
function anySceneId() {
  /** A Stash scene id is a positive integer; SQLite and JSON keep it exact. */
  const sceneId = z.int(WHOLE_ID).check(z.positive(WHOLE_ID));
  const spelled = z.pipe(z.string().check(z.regex(/^[1-9]\d*$/)), z.pipe(z.transform(Number), sceneId));
  return z.optional(z.union([sceneId, spelled], WHOLE_ID));
}

const text = () => z.nullish(z.string({ error: 'must be text' }));

const names = () =>
  z.nullish(
    z
      .array(z.union([z.string(), z.object({ name: z.string() })], { error: 'must be names' }), {
        error: 'must be a list of names',
      })
      // An empty list clears; a list of blanks is a mistake and is refused.
      .check(
        z.refine(
          (list) => list.length === 0 || toNames(list)?.length !== 0,
          'must be names, or an empty list to clear them',
        ),
      ),
  );

const count = () => z.nullish(z.number({ error: 'must be a number' }).check(z.nonnegative('must not be negative')));

/**
 * The keys of a scene as a person, a script or Stash writes it: our flat keys, or Stash's own nested shape
 * (stash.md 5.1). Unknown keys are ignored, wrong types are refused.
 */
const KEYS = {
  scene_id: anySceneId,
  id: anySceneId,
  path: text,
  size: count,
  duration: count,
  updated_at: text,
  title: text,
  details: text,
  date: () =>
    z.nullish(z.string({ error: A_DATE }).check(z.refine((value) => value === '' || isCalendarDate(value), A_DATE))),
  rating100: () => z.nullish(z.int({ error: A_RATING }).check(z.minimum(0, A_RATING), z.maximum(100, A_RATING))),
  studio: () => z.nullish(z.union([z.string(), z.object({ name: z.string() })], { error: 'must be a name' })),
  tagline: text,
  performers: names,
  tags: names,
  poster_url: text,
  background_url: text,
  files: () => z.nullish(z.array(z.object({ path: z.string(FILES), size: count(), duration: count() }, FILES), FILES)),
  paths: () => z.nullish(z.object({ screenshot: text() }, 'must be an object')),
};

type Keys = typeof KEYS;

/** A scene as it was given; every key may be absent. */
export type GivenScene = { [Key in keyof Keys]: z.infer<ReturnType<Keys[Key]>> };

/** What checks the keys that were met so far: each by itself, and all together. */
const met = new Map<string, z.ZodMiniType>();
let together: z.ZodMiniType | undefined;

/**
 * Checks a scene by a schema of the keys that were met so far: to make that of all keys would be a tenth of the start
 * of an `enqueue` of one scene.
 */
export function checkScene(input: unknown): z.core.util.SafeParseResult<GivenScene> {
  const given = typeof input === 'object' && input !== null ? Object.keys(input) : [];
  const isKnown = given.every((key) => met.has(key) || !isSceneKey(key));
  if (!isKnown || together === undefined) together = schemaWith(given.filter(isSceneKey));
  return z.safeParse(together, input) as z.core.util.SafeParseResult<GivenScene>;
}

/** The order is that of `KEYS`, whichever were met first: so it is the same mistake that is told first. */
function schemaWith(keys: readonly (keyof Keys)[]): z.ZodMiniType {
  for (const key of keys) if (!met.has(key)) met.set(key, KEYS[key]());
  const shape = Object.keys(KEYS).flatMap((key) => {
    const check = met.get(key);
    return check === undefined ? [] : [[key, check] as const];
  });
  return z.object(Object.fromEntries(shape));
}

/** Whether anything is read from this key of a given scene. */
export function isSceneKey(key: string): key is keyof Keys {
  return Object.hasOwn(KEYS, key);
}

/** The names that say something; `undefined` where the key is absent. */
export function toNames(list: readonly (string | { name: string })[] | null | undefined): string[] | undefined {
  if (list === undefined) return undefined;
  return (list ?? [])
    .map((entry) => (typeof entry === 'string' ? entry : entry.name))
    .filter((name) => cleanLine(name) !== '');
}

/** `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, and an existing day. Stash has partial dates since v0.30 (stash.md 6). */
function isCalendarDate(value: string): boolean {
  const match = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(value);
  if (!match) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2] ?? 1), Number(match[3] ?? 1)];
  const utc = new Date(Date.UTC(2000, month - 1, day));
  utc.setUTCFullYear(year, month - 1, day);
  return utc.getUTCMonth() === month - 1 && utc.getUTCDate() === day && month >= 1;
}
