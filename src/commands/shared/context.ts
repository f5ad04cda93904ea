import type { Output } from '../../terminal/log/output.ts';
import type { Streams } from '../../terminal/streams.ts';

/** What every command gets: the global options, resolved. */
export type Context = {
  readonly dataDir: { readonly path: string; readonly origin: string };
  readonly output: Output;
  readonly streams: Streams;
  readonly env: NodeJS.ProcessEnv;
  /** Epoch ms. */
  now(): number;
  readonly version: string;
};
