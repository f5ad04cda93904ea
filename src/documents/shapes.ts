import * as z from 'zod/mini';

/** A document as whoever builds it has to build it. */
export type DocumentOf<Schema extends z.core.$ZodType> = Fixed<z.output<Schema>>;

type Fixed<T> = T extends object ? { readonly [Key in keyof T]: Fixed<T[Key]> } : T;

/** Of a job, a scene or a dead letter. */
export const id = z.int().check(z.minimum(1));

export const count = z.int().check(z.minimum(0));

/** Milliseconds or seconds, whole or not. */
export const span = z.number().check(z.minimum(0));

/** RFC 3339 in UTC. */
export const instant = z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/));

/** Counts under these names. */
export function counts<const Name extends string>(names: readonly Name[]) {
  return Object.fromEntries(names.map((name) => [name, count])) as Readonly<Record<Name, typeof count>>;
}

/** Fields, and the scenes they are of. */
export const leftCount = z.object({ fields: count, scenes: count });

/** What a command has that can be told what it would do. */
export const dryRun = {
  dry_run: z.optional(z.literal(true).check(z.describe('Only with --dry-run, where nothing was changed.'))),
};

/** An item of Plex with the one of its files that is spoken of. */
export const itemFile = { rating_key: z.string(), title: z.string(), library: z.string(), file: z.string() };

/** What Plex knows of a file. */
export const fileFacts = { size_bytes: z.nullable(count), duration_ms: z.nullable(span) };

/** Whether a size or a duration speaks for a file. */
export const agreement = z.enum(['same', 'different', 'unknown']);

/** Why nothing is written for now, and until when. */
export const paused = z.nullable(z.object({ until: z.nullable(instant), why: z.enum(['pause', 'quiet_hours']) }));
