// A process that compiles the policy of its argument, and prints the time and memory as JSON.

/** @type {WebAssembly.Memory[]} */
const memories = [];
const { Instance } = WebAssembly;
// The package keeps its wasm memory to itself; each instance is caught as it is made.
WebAssembly.Instance = new Proxy(Instance, {
  construct(target, args) {
    const instance = Reflect.construct(target, args);
    for (const one of Object.values(instance.exports)) if (one instanceof WebAssembly.Memory) memories.push(one);
    return instance;
  },
});

const { Sentry } = await import("a3s-sentry");
(await Sentry.create({})).close();

const before = peakBytes();
const since = performance.now();
const sentry = await Sentry.create(process.argv[2] ?? "");
const ms = performance.now() - since;
const wasmBytes = memories.reduce((bytes, { buffer }) => bytes + buffer.byteLength, 0);
process.stdout.write(JSON.stringify({ ms, peakBytes: peakBytes() - before, wasmBytes }));
sentry.close();

/** The most memory that this process ever had. */
function peakBytes() {
  return process.resourceUsage().maxRSS * 1024;
}
