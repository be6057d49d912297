// Tells IPv4 addresses from host names. `node:net` does so too, but would be loaded by every process
// that imports this package.

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/** Whether the text is an IPv4 address in its usual notation, as `isIPv4` of `node:net`. */
export function isIPv4(text: string): boolean {
  return IPV4.test(text);
}
