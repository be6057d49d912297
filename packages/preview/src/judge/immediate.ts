// `setImmediate` for workers, which browsers lack: the core pauses by it between slices of work, and
// timers would wait for 4 ms each.

const waiting: (() => void)[] = [];
const { port1, port2 } = new MessageChannel();
port1.onmessage = () => waiting.shift()?.();

Object.assign(globalThis, {
  setImmediate: (work: () => void) => {
    waiting.push(work);
    port2.postMessage(null);
  },
});
