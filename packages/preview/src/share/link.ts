// Links to a policy and an event: the fragment of an address, which is never sent to a server.

/** What a link holds. */
export interface Shared {
  readonly policy: string;
  /** The command, or the events as JSON. */
  readonly event: { readonly mode: "command" | "json"; readonly text: string };
}

/** The most that a link may hold, unpacked, in bytes. */
export const MAX_SHARED_BYTES = 1024 * 1024;

const KEY = "shared=";

/** The fragment for what is shared. Rejects with a `RangeError` if it is too large. */
export async function fragmentOf(shared: Shared): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(shared));
  if (bytes.length > MAX_SHARED_BYTES) throw new RangeError("it has more than 1 MiB");
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const text = String.fromCharCode(...new Uint8Array(await new Response(packed).arrayBuffer()));
  return `#${KEY}${btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

/**
 * What a fragment holds; `undefined` for another one. Rejects with an `Error` if it is damaged, and
 * with a `RangeError` as soon as more than 1 MiB is unpacked.
 */
export async function sharedIn(fragment: string): Promise<Shared | undefined> {
  if (!fragment.startsWith(`#${KEY}`)) return undefined;
  const packed = atob(
    fragment
      .slice(KEY.length + 1)
      .replaceAll("-", "+")
      .replaceAll("_", "/"),
  );
  const bytes = Uint8Array.from(packed, (unit) => unit.charCodeAt(0));
  const value: unknown = JSON.parse(await unpacked(bytes));
  if (!isShared(value)) throw new Error("it does not hold a policy and an event");
  return value;
}

async function unpacked(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  let text = "";
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    length += value.length;
    if (length > MAX_SHARED_BYTES) {
      await reader.cancel();
      throw new RangeError("it has more than 1 MiB");
    }
    text += decoder.decode(value, { stream: true });
  }
}

function isShared(value: unknown): value is Shared {
  if (typeof value !== "object" || value === null) return false;
  const { policy, event } = value as { policy?: unknown; event?: { mode?: unknown; text?: unknown } };
  if (typeof policy !== "string" || typeof event !== "object" || event === null) return false;
  return (event.mode === "command" || event.mode === "json") && typeof event.text === "string";
}
