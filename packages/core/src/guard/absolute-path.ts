// Absolute paths of the files that tools name.

/**
 * The path without `.` and `..`, absolute if `cwd` is given. A path that begins with `~` or a
 * drive's letter, and an URL that is not of a file, stay as they are.
 */
export function absolutePath(path: string, cwd: string | undefined): string {
  const [, ofUrl] = /^file:(?:\/\/(?:localhost)?)?(\/[^?#]*)/i.exec(path) ?? [];
  const own = ofUrl === undefined ? path : decoded(ofUrl);
  if (/^(?:~|[a-z]:[\\/]|[a-z][a-z0-9+.-]*:\/\/|\\\\)/i.test(own)) return own;
  if (own.startsWith("/")) return withoutDots(own);
  return cwd?.startsWith("/") ? withoutDots(`${cwd}/${own}`) : own;
}

function withoutDots(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
