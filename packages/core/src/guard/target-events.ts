// Events about files and hosts, as paths and URLs name them.

import type { SentryEvent } from "../events/event.js";
import { absolutePath } from "./absolute-path.js";

export function fileAccess(pid: number, path: string, write: boolean): SentryEvent {
  return { event: { FileAccess: { pid, path, write } } };
}

export function fileDelete(pid: number, path: string): SentryEvent {
  return { event: { FileDelete: { pid, path } } };
}

/** The URLs as connections, or as the files that they name. */
export function visits(urls: readonly string[], pid: number): SentryEvent[] {
  return urls.flatMap((text): SentryEvent[] => {
    const url = parsed(text);
    if (url?.protocol === "file:") return [fileAccess(pid, absolutePath(`file://${url.pathname}`, undefined), false)];
    if (url === undefined || url.hostname === "") return [];
    const peer = url.hostname.replaceAll(/[[\]]/g, "");
    return [{ event: { Egress: { pid, peer, port: portOf(url) } } }];
  });
}

/**
 * What a text may lead to that shall be an URL: to what browsers make of it, which take `http:host`
 * and `\\` for `/`, to what others do, and to URLs in it. Without a scheme, to a host.
 */
export function urlsOf(text: string): string[] {
  const isWhole = parsed(text) !== undefined && /^[\s\0]*(?:https?|wss?|ftp|file):/i.test(text);
  const whole = isWhole ? [text, text.replaceAll("\\", "%5C")] : [];
  const urls = new Set([...whole, ...urlsIn(text)]);
  return urls.size === 0 ? [`https://${text}`] : [...urls];
}

/** The URLs with a scheme in a text. */
export function urlsIn(text: string): string[] {
  return text
    .split(/[\s"'<>`]+/)
    .filter((word) => word.includes("://"))
    .map(fromScheme);
}

/** Without what stands before the scheme, such as a bracket. */
function fromScheme(word: string): string {
  const end = word.indexOf("://");
  const [scheme = ""] = /[a-z][a-z0-9+.-]*$/i.exec(word.slice(Math.max(0, end - 32), end)) ?? [];
  return word.slice(end - scheme.length);
}

function portOf({ port, protocol }: URL): number {
  if (port !== "") return Number(port);
  return protocol === "http:" || protocol === "ws:" ? 80 : 443;
}

function parsed(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
