// The parts of the platform that this package uses, which every runtime has.

declare class TextEncoder {
  encode(text: string): Uint8Array;
  encodeInto(source: string, destination: Uint8Array): { read: number; written: number };
}

declare class TextDecoder {
  constructor(encoding: string, options: { ignoreBOM: boolean });
  decode(input?: Uint8Array, options?: { stream: boolean }): string;
}

declare function btoa(binary: string): string;

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

declare function setTimeout(work: () => void, milliseconds: number): unknown;
declare function clearTimeout(timer: unknown): void;
/** Browsers lack it. */
declare function setImmediate(work: () => void): unknown;

declare const crypto: {
  getRandomValues(bytes: Uint8Array): Uint8Array;
  readonly subtle: { digest(algorithm: "SHA-256", data: Uint8Array): Promise<ArrayBuffer> };
};

interface RequestInit {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
  readonly redirect?: "manual";
}

declare function fetch(url: string, init: RequestInit): Promise<Response>;

interface Response {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: ReadableBytes | null;
}

interface ReadableBytes {
  getReader(): { read(): Promise<{ done: boolean; value?: Uint8Array }>; cancel(): Promise<void> };
  cancel(): Promise<void>;
}

declare class URL {
  constructor(url: string);
  readonly href: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port: string;
  readonly pathname: string;
}

// Used in the types of wasm-bindgen's glue.
declare class Request {
  readonly url: string;
}

interface TransformStreamDefaultController<O> {
  enqueue(chunk: O): void;
}
interface Transformer<I, O> {
  transform(chunk: I, controller: TransformStreamDefaultController<O>): void;
  flush(controller: TransformStreamDefaultController<O>): void;
}
interface UnderlyingSource<R> {
  pull(controller: { enqueue(chunk: R): void; close(): void }): Promise<void>;
  cancel(reason: unknown): Promise<void>;
}
declare class ReadableStream<R> {
  constructor(source: UnderlyingSource<R>, strategy: { highWaterMark: number });
  getReader(): { read(): Promise<{ done: boolean; value?: R }>; cancel(reason: unknown): Promise<void> };
}
interface WritableStream<W> {
  getWriter(): { write(chunk: W): Promise<void>; close(): Promise<void> };
}
declare class TransformStream<I, O> {
  constructor(transformer: Transformer<I, O>);
  readonly readable: ReadableStream<O>;
  readonly writable: WritableStream<I>;
}
