// The hosts that a node needs itself: no fleet may deny them to it.

import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import type { Io } from "a3s-sentry/host";

export interface NeededHostsOptions {
  readonly env: Io["env"];
  /** URLs of NATS servers, and hosts that they name. */
  readonly servers: readonly string[];
  /** For tests: the contents of files of the system. */
  readonly readFile?: (path: string) => string;
}

/**
 * Addresses of this machine, its gateways and name servers, the NATS servers, and the API server of its cluster, as the pod's
 * environment names it.
 */
export function neededHosts({ env, servers, readFile = read }: NeededHostsOptions): (host: string) => boolean {
  const { KUBERNETES_SERVICE_HOST: apiServer } = env;
  const own = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
  const resolvers = [...readFile("/etc/resolv.conf").matchAll(/^\s*nameserver\s+(\S+)/gm)].map(([, host = ""]) => host);
  const gateways = [...readFile("/proc/net/route").matchAll(/^\S+\s+[0-9A-F]{8}\s+([0-9A-F]{8})\s/gm)];
  const needed = new Set(
    [
      ...own,
      ...resolvers,
      ...gateways.map(([, hex = ""]) => addressOf(hex)),
      ...servers.map(hostOf),
      apiServer ?? "",
      "kubernetes.default.svc",
      "kubernetes.default.svc.cluster.local",
    ].map(canonical),
  );
  return (host) => needed.has(canonical(host));
}

/** In the kernel's table, the last byte of an address comes first. */
function addressOf(hex: string): string {
  const bytes = hex.match(/../g) ?? [];
  return bytes
    .reverse()
    .map((byte) => Number.parseInt(byte, 16))
    .join(".");
}

/** The host of a URL or of `host:port`. */
function hostOf(server: string): string {
  const authority = server.replace(/^[a-z]+:\/\//, "").replace(/^[^@]*@/, "");
  return authority.replace(/:\d+$/, "");
}

function canonical(host: string): string {
  return host.toLowerCase().replace(/\.$/, "");
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
