// `Symbol.dispose` for classes with a `close` method, on runtimes that have the symbol.

/** Gives a class a `[Symbol.dispose]` that calls `close`. Node.js 20.0 lacks the symbol. */
export function addDispose(prototype: { close(): void }): void {
  if (typeof Symbol.dispose !== "symbol") return;
  Object.defineProperty(prototype, Symbol.dispose, {
    value(this: { close(): void }) {
      this.close();
    },
    configurable: true,
    writable: true,
  });
}
