// An address to listen at: `127.0.0.1:9090`, `[::1]:9090`.

import { isIP } from "node:net";

export interface Address {
  /** An IP address. */
  readonly host: string;
  readonly port: number;
  /** As it was told. */
  readonly text: string;
}

const MAX_PORT = 65_535;

/** Nothing for what is no `ip:port`. Port 0 is any free one. */
export function readAddress(text: string): Address | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? "";
  const port = Number(digits);
  if (isIP(host) !== (bracketed === undefined ? 4 : 6) || port > MAX_PORT) return undefined;
  return { host, port, text };
}
