// Random texts with secrets. The secrets are assembled here, so that no scanner reports them as
// leaked.

const ALNUM = "q7Gd2mZx9Kp4Rt6Wb1Ns8Vc3Jh5Lf0YaEuTiOkQwXzBvNm";

/** `count` letters and digits. */
export function some(count: number): string {
  return ALNUM.repeat(Math.ceil(count / ALNUM.length)).slice(0, count);
}

export const OPENAI = `sk-proj-${some(40)}`;
export const AWS = `AKIA${"Q3EGRIZ7JN5XW2TB"}`;
export const GITHUB = `ghp_${some(36)}`;
export const EMAIL = "bob@example.com";
/** A valid number, which no card has. */
export const CARD = `4539${"578763621486"}`;
export const PEM = `-----BEGIN RSA PRIVATE KEY-----\n${`${some(46)}\n`.repeat(20)}-----END RSA PRIVATE KEY-----`;

/** A generator with a fixed seed. */
export function random(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}

/** The parts of a text for the gate, hostile ones included. */
const PARTS = [
  OPENAI,
  AWS,
  GITHUB,
  EMAIL,
  PEM,
  PEM.replaceAll("\n", "\\n"),
  PEM.slice(0, 300),
  `password="${some(20)}"`,
  `\\"api_key\\": \\"${some(16)}\\"`,
  `Authorization: Bearer ${some(30)}`,
  "{{A3S_REDACTED:email:1}}",
  "{{A3S_REDACTED:email:2}}",
  "{{A3S_REDACTED:placeholder:1}}",
  "{{A3S_REDACTED:openai_key:1}",
  "}}",
  "{{",
  "{",
  "{{A3S_REDACTED:",
  "{{A3S_REDACTED:email:",
  "1",
  ":1}}",
  "\ud800",
  "\udc00",
  "😀",
  "é",
  "\\",
  "\\n",
  '\\"',
  " ",
  "\n",
  "plain words, ",
  "max_tokens: 12 ",
  "sk-",
  "@",
  "token=",
  "a",
  "token: ",
  "\\u00e9",
  "\\\\u003d",
  "\\u0022",
  "\\u0",
  "%3D",
];

export function hostileText(next: (bound: number) => number, parts: number): string {
  return Array.from({ length: next(parts) }, () => PARTS[next(PARTS.length)]).join("");
}

/** `text` in pieces of at most `most` units. */
export function cut(text: string, most: number, next: (bound: number) => number): string[] {
  const chunks: string[] = [];
  for (let at = 0; at < text.length; ) {
    const size = 1 + next(most);
    chunks.push(text.slice(at, at + size));
    at += size;
  }
  return chunks;
}

/** The output of a stream for these input chunks. */
export async function through(stream: TransformStream<string, string>, chunks: readonly string[]): Promise<string[]> {
  const write = async (): Promise<void> => {
    const writer = stream.writable.getWriter();
    for (const chunk of chunks) await writer.write(chunk);
    await writer.close();
  };
  const out: string[] = [];
  const read = async (): Promise<void> => {
    const reader = stream.readable.getReader();
    for (let given = await reader.read(); !given.done; given = await reader.read()) out.push(given.value);
  };
  await Promise.all([write(), read()]);
  return out;
}
