// Parses addresses to listen at: `127.0.0.1:9090`, `[::1]:9090`.

import { isIP } from "node:net";

export interface Address {
  /** An IP address. */
  readonly host: string;
  readonly port: number;
  /** As the user wrote it. */
  readonly text: string;
}

const MAX_PORT = 65_535;

/** `undefined` if the text is not `ip:port`. Port 0 means any free port. */
export function parseAddress(text: string): Address | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? "";
  const port = Number(digits);
  if (isIP(host) !== (bracketed === undefined ? 4 : 6) || port > MAX_PORT) return undefined;
  return { host, port, text };
}
