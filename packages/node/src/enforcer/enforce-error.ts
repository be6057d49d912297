// Why a deny-file could not be written, in words for the operator.

const CAUSES: Readonly<Record<string, string>> = {
  EACCES: "no permission to write it",
  EDQUOT: "the disk quota is used up",
  EFBIG: "it has reached the largest size that the system allows",
  EISDIR: "it is a directory",
  ELOOP: "it is a symbolic link, which is not followed: name the file itself",
  ENOENT: "its folder does not exist",
  ENOSPC: "the disk is full",
  ENOTDIR: "a part of its path is not a directory",
  EPERM: "no permission to write it",
  EROFS: "the file system is read-only",
  ENOTREG: "it is not a regular file",
};

/**
 * A target that could not be added to a deny-file: it is not in force, and the next block of it tries again.
 *
 * `code` is the system's (`"ENOSPC"`, `"EACCES"`, …), or `"ENOTREG"` for what is no regular file.
 */
export class EnforceError extends Error {
  override readonly name = "EnforceError";
  readonly file: string;
  readonly target: string;
  readonly code: string;

  constructor(file: string, target: string, cause: unknown) {
    const code = codeOf(cause);
    const why = CAUSES[code] ?? (cause instanceof Error ? cause.message : String(cause));
    super(`cannot add to deny-file \`${file}\`: ${why}`, { cause });
    this.file = file;
    this.target = target;
    this.code = code;
  }
}

/** An error with a system error's `code`. */
export function systemError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** The system's code of an error. */
export function codeOf(cause: unknown): string {
  const code: unknown = cause instanceof Error && "code" in cause ? cause.code : undefined;
  return typeof code === "string" ? code : "UNKNOWN";
}
