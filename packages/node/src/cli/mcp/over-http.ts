// `mcp --http URL`: a proxy in front of a server over HTTP, until it is interrupted.

import type { ProxyOptions } from "../../guard/mcp/frame-proxy.js";
import { type HttpProxy, PortError, startHttpProxy } from "../../guard/mcp/http/http-proxy.js";
import { CliError, type ExitCode } from "../io.js";

export interface HttpSession {
  readonly url: URL;
  readonly port: number;
  readonly options: ProxyOptions;
  readonly say: (line: string) => void;
  /** Aborted if this process shall end. */
  readonly signal: AbortSignal;
}

export async function overHttp({ url, port, options, say, signal }: HttpSession): Promise<ExitCode> {
  const proxy = await started(url, port, options);
  try {
    say(`a3s-sentry: guards \`${options.server}\` at ${proxy.url}`);
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    return 0;
  } finally {
    proxy.close();
  }
}

async function started(url: URL, port: number, options: ProxyOptions): Promise<HttpProxy> {
  try {
    return await startHttpProxy(url, port, options);
  } catch (error) {
    if (error instanceof PortError) throw new CliError(error.message, { cause: error });
    throw error;
  }
}
