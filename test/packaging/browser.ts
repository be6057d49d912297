// A page in a real browser: the entry for browsers, bundled, under a content security policy.

import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inChromium } from "./chromium-page.js";
import type { Installed } from "./installed.js";
import { judgeByModel, model, SAID } from "./model.js";
import { bundle } from "./process.js";

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>a3s-sentry in a browser</title>
<link rel="icon" href="data:,">
<script type="module" src="page.js"></script>
</html>`;
const SCRIPT = `import { egress, fileAccess, Sentry } from "@a3s-sentry/core";
import { llmTier } from "@a3s-sentry/core/llm";
const judged = async () => {
  const sentry = await Sentry.create("");
  const first = sentry.classify(egress(1, "169.254.169.254", 80));
  ${judgeByModel("location.origin")}
  return [first, second];
};
globalThis.judged = judged();
`;
const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src data:";

export function browserSuite(installed: () => Installed): void {
  test("a page judges by rules and by a model", async () => {
    const folder = installed().scratch("browser");
    writeFileSync(join(folder, "main.mjs"), SCRIPT);
    await bundle(folder, "page.js");
    const scripts = readdirSync(folder).filter((name) => name.endsWith(".js"));
    const served = scripts.map((name) => [`/${name}`, readFileSync(join(folder, name), "utf8")]);
    const server = serve({ "/": PAGE, ...Object.fromEntries(served) });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      await inChromium(async (page, faults) => {
        await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
        expect(await page.evaluate("globalThis.judged")).toMatchObject([
          { verdict: "block", rule: "cloud-metadata", action: { kind: "DenyEgress", target: "169.254.169.254" } },
          { verdict: "block", tier: "Llm", reason: `L2: ${SAID}` },
        ]);
        expect(faults).toEqual([]);
      });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
}

/** Serves texts by their paths, and a model. */
function serve(pages: Readonly<Record<string, string>>): Server {
  return createServer((request, response) => {
    if (request.url === "/v1/chat/completions") return model(request, response);
    const page = pages[request.url ?? ""];
    const type = request.url === "/" ? "text/html" : "text/javascript";
    response.writeHead(page === undefined ? 404 : 200, { "content-type": type, "content-security-policy": POLICY });
    response.end(page);
  });
}
