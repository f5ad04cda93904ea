import { createHmac } from 'node:crypto';
import { UsageError } from '../../core/model/errors.ts';
import { requirePlex, stashAccess } from '../../settings/access.ts';
import type { LoadedSettings } from '../../settings/load.ts';

/** Stands on disk for all settings, with the secrets that are in files: it cannot be reversed, and differs between data directories. */
export function settingsFingerprint(loaded: LoadedSettings, salt: string): string {
  const access = [requirePlex, stashAccess].map((read) => ifUsable(() => read(loaded)));
  return createHmac('sha256', salt)
    .update(JSON.stringify([loaded.settings, access]))
    .digest('hex');
}

/** What cannot be used is told by whoever needs it. */
function ifUsable(read: () => unknown): unknown {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof UsageError) return thrown.message;
    throw thrown;
  }
}
