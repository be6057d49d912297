// What the HTTP servers of the package share: how they listen, and whom they answer.

import type { IncomingHttpHeaders, Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Anyone who reaches a port can send requests, so each request of a short exchange has limits. */
export const SHORT_EXCHANGES = {
  maxHeaderSize: 8 * 1024,
  headersTimeout: 5_000,
  requestTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 5_000,
};

/** Begins to listen. Rejects with the system's error; errors after that concern single connections. */
export async function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, exclusive: true }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  server.on("error", () => {});
}

/** The port of a server that listens. */
export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/**
 * Whether a request names this machine, as those to a server on the loopback address do. A name that
 * an attacker lets point to this machine is not a name of the server.
 */
export function namesThisMachine({ host }: IncomingHttpHeaders, port: number): boolean {
  return host === `127.0.0.1:${port}` || host === `localhost:${port}`;
}
