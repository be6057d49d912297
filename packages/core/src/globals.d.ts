// What this package uses of the platform beside the language itself: what every runtime has.

declare class TextEncoder {
  encodeInto(source: string, destination: Uint8Array): { read: number; written: number };
}

declare class TextDecoder {
  constructor(encoding: string, options: { ignoreBOM: boolean });
  decode(input?: Uint8Array): string;
}

interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: "abort", listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

declare class AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}

// Named by the types of wasm-bindgen's glue.
declare class URL {
  readonly href: string;
}
declare class Request {
  readonly url: string;
}
declare class Response {
  readonly ok: boolean;
}
