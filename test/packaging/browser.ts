// A page in a real browser: the entry for browsers, bundled, under a content security policy.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FLAGS, findChromium } from "./chromium.js";
import type { Installed } from "./installed.js";
import { judgeByModel, model, SAID } from "./model.js";
import { bundle } from "./process.js";

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>a3s-sentry in a browser</title>
<style>body { font: 16px/1.5 sans-serif; margin: 2rem } pre { background: #eee; padding: 1rem; white-space: pre-wrap }</style>
<h1>Two events, judged here</h1>
<pre id="decision">judging …</pre>
<script type="module" src="page.js"></script>
</html>`;
const SCRIPT = `import { egress, fileAccess, Sentry } from "@a3s-sentry/core";
import { llmTier } from "@a3s-sentry/core/llm";
const judged = async () => {
  const sentry = await Sentry.create("");
  const first = sentry.classify(egress(1, "169.254.169.254", 80));
  ${judgeByModel("location.origin")}
  return JSON.stringify([first, second], null, 2);
};
const text = await judged().catch(String);
document.getElementById("decision").textContent = text;
await fetch("/result", { method: "POST", body: text });
`;
const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'unsafe-inline'";

export function browserSuite(installed: () => Installed): void {
  test("a page judges by rules and by a model, and shows the decisions", { timeout: 300_000 }, async () => {
    const browser = await findChromium();
    const folder = installed().scratch("browser");
    writeFileSync(join(folder, "main.mjs"), SCRIPT);
    await bundle(folder, "page.js");
    const scripts = readdirSync(folder).filter((name) => name.endsWith(".js"));
    const served = scripts.map((name) => [`/${name}`, readFileSync(join(folder, name), "utf8")]);
    const { server, result } = serve({ "/": PAGE, ...Object.fromEntries(served) });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const profile = `--user-data-dir=${join(folder, "profile")}`;
    const child = spawn(browser, [...FLAGS, profile, address], {
      stdio: "ignore",
      detached: true,
    });
    try {
      const gone = once(child, "exit").then(([code]) => Promise.reject(new Error(`${browser} ended with ${code}`)));
      expect(JSON.parse(await Promise.race([result, gone]))).toMatchObject([
        { verdict: "block", rule: "cloud-metadata", action: { kind: "DenyEgress", target: "169.254.169.254" } },
        { verdict: "block", tier: "Llm", reason: `L2: ${SAID}` },
      ]);
    } finally {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
        const ended = once(child, "exit");
        process.kill(-child.pid, "SIGKILL");
        await ended;
      }
      server.closeAllConnections();
      server.close();
    }
  });
}

/** Serves texts by their paths. `result` resolves with the text that a page posts. */
function serve(pages: Readonly<Record<string, string>>): { server: Server; result: Promise<string> } {
  let report: (text: string) => void = () => {};
  const result = new Promise<string>((resolve) => {
    report = resolve;
  });
  const server = createServer(async (request, response) => {
    if (request.url === "/v1/chat/completions") return model(request, response);
    if (request.method === "POST") {
      report((await request.setEncoding("utf8").toArray()).join(""));
      response.end();
      return;
    }
    const page = pages[request.url ?? ""];
    const type = request.url === "/" ? "text/html" : "text/javascript";
    response.writeHead(page === undefined ? 404 : 200, { "content-type": type, "content-security-policy": POLICY });
    response.end(page);
  });
  return { server, result };
}
