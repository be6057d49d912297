// Patterns of paths and hosts with wildcards, matched in bounded time.

/**
 * A pattern of absolute paths. `*` matches within a segment, `**` across segments, and `~` at the
 * start any user's home.
 *
 * @example
 * pathPattern("/srv/app/*")("/srv/app/server"); // true
 */
export function pathPattern(pattern: string): (path: string) => boolean {
  const homes = ["/home/*", "/Users/*", "/root"];
  const patterns = pattern.startsWith("~/") ? homes.map((home) => home + pattern.slice(1)) : [pattern];
  const tests = patterns.map((one) => wildcard(one, "/"));
  return (path) => tests.some((test) => test(path));
}

/**
 * A pattern of hosts, without regard to case and a dot at the end. `*` matches any characters, so
 * `*.example` matches all names under `example`, but not `example`.
 */
export function hostPattern(pattern: string): (host: string) => boolean {
  const test = wildcard(hostKey(pattern), "");
  return (host) => test(hostKey(host));
}

/** A host in the form in which hosts are compared. */
export function hostKey(host: string): string {
  return host.toLowerCase().replace(/\.$/, "");
}

/** `*` does not match `separator`; `**` matches it too. */
function wildcard(pattern: string, separator: string): (text: string) => boolean {
  const tokens = pattern.match(/\*\*|./gsu) ?? [];
  const firstStar = tokens.findIndex((token) => token.startsWith("*"));
  if (firstStar === -1) return (text) => text === pattern;
  const prefix = tokens.slice(0, firstStar).join("");
  const rest = tokens.slice(firstStar);
  return (text) => text.startsWith(prefix) && matches(rest, text.slice(prefix.length), separator);
}

/**
 * Whether the tokens match the whole text. Keeps the set of reachable tokens per character, so the
 * time is at most the product of both lengths, whatever an attacker writes into a path.
 */
function matches(tokens: readonly string[], text: string, separator: string): boolean {
  let reached = new Uint8Array(tokens.length + 1);
  let next = new Uint8Array(tokens.length + 1);
  reach(tokens, reached, 0);
  for (const char of text) {
    next.fill(0);
    for (let at = 0; at < tokens.length; at++) {
      if (reached[at] !== 1) continue;
      const token = tokens[at];
      if (token === "**" || (token === "*" && char !== separator)) reach(tokens, next, at);
      else if (token === char) reach(tokens, next, at + 1);
    }
    [reached, next] = [next, reached];
    if (!reached.includes(1)) return false;
  }
  return reached[tokens.length] === 1;
}

/** Marks a token as reached, and those behind it that a star can skip to: it also matches nothing. */
function reach(tokens: readonly string[], reached: Uint8Array, at: number): void {
  reached[at] = 1;
  for (let next = at; tokens[next]?.startsWith("*"); next++) reached[next + 1] = 1;
}
