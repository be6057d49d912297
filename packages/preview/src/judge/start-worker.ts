// Starts workers.

/**
 * Starts a module as a worker that has the page's content security policy, with `connect-src`: a
 * worker from a URL has that of its own response, which a static host does not send.
 */
export function startWorker(url: string): Worker {
  const blob = new Blob([`import ${JSON.stringify(new URL(url, import.meta.url).href)};`], { type: "text/javascript" });
  const address = URL.createObjectURL(blob);
  return new Worker(address, { type: "module" });
}
