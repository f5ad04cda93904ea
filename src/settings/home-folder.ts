import { homedir } from 'node:os';

/** The user's home directory; `undefined` for a user without an entry in /etc/passwd and without HOME, as in a container. */
export function homeFolder(): string | undefined {
  try {
    return homedir();
  } catch {
    return undefined;
  }
}
