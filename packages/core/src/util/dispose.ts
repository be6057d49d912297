// `Symbol.dispose` for classes with a `close`, on runtimes that have the symbol.

/** Makes `[Symbol.dispose]` of a class close it. Node 20.0 does not know the symbol yet. */
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
