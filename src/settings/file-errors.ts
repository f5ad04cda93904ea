const READ_REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of its path is a file',
  ENAMETOOLONG: 'a name in its path is too long',
  ELOOP: 'it is a link that leads back to itself',
  EISDIR: 'it is a directory',
  EACCES: 'this user may not read it',
  EBADF: 'it is not open for reading',
  ERR_STRING_TOO_LONG: 'it is too long',
};

const WRITE_REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'a part of its path is a file',
  ENAMETOOLONG: 'a name in its path is too long',
  EISDIR: 'it is a directory',
  EACCES: 'this user may not write there',
  EROFS: 'its file system is read-only',
  ENOSPC: 'the disk is full',
  NOT_A_FILE: 'it is a device or a pipe, and stays one',
};

/** Why a file could not be read, as words after a colon: `it does not exist`. */
export function whyNotRead(thrown: unknown): string {
  const { code, message } = thrown as { readonly code?: string; readonly message: string };
  if (code === 'ERR_FS_FILE_TOO_LARGE') return message;
  return reasonIn(READ_REASONS, thrown);
}

/** Why a file could not be written, as words after a colon: `its folder does not exist`. */
export function whyNotWritten(thrown: unknown): string {
  return reasonIn(WRITE_REASONS, thrown);
}

function reasonIn(reasons: Readonly<Record<string, string>>, thrown: unknown): string {
  const { code } = thrown as { readonly code?: string };
  return reasons[code ?? ''] ?? code ?? String(thrown);
}
