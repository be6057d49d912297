// Every relative link in the project's Markdown leads to a file, and every anchor to a heading.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

test.skipIf(!existsSync(join(root, ".git")))(
  "every relative link and anchor resolves, and every link to a page of the project on the web",
  () => {
    const pages = trackedPages();
    expect(pages).toContain("README.md");
    expect(pages.flatMap(brokenLinks)).toEqual([]);
  },
);

test("a broken link is found, in text and in tables, and code is left alone", () => {
  const page = [
    "# A `page` of [links](b.md)",
    "[here](#a-page-of-links) [again](#twice-1) [site](https://example.org/#x)",
    "## Twice",
    "## Twice",
    "| [gone](gone.md) | [no heading](#gone) | `[code](code.md)` |",
    "```md\n[code](code.md)\n## Not a heading\n```",
    "[in code](#not-a-heading)",
  ].join("\n");
  expect(linksOf(page)).toEqual([
    "b.md",
    "#a-page-of-links",
    "#twice-1",
    "https://example.org/#x",
    "gone.md",
    "#gone",
    "#not-a-heading",
  ]);
  expect(anchorsOf(page)).toEqual(new Set(["a-page-of-links", "twice", "twice-1"]));
});

function trackedPages(): string[] {
  return execFileSync("git", ["ls-files", "-z", "--", "*.md"], { cwd: root, encoding: "utf8" })
    .split("\0")
    .filter((name) => name !== "" && existsSync(join(root, name)));
}

/** The project's pages on the web. The READMEs of the packages link there, since they are read elsewhere. */
const WEB = "https://github.com/A3S-Lab/a3s-sentry/blob/main/";

/** The page's links that lead nowhere, as `page: link`. */
function brokenLinks(page: string): string[] {
  const file = join(root, page);
  const broken = linksOf(readFileSync(file, "utf8")).filter((link) => !resolves(file, link));
  return broken.map((link) => `${relative(root, file)}: ${link}`);
}

function resolves(from: string, link: string): boolean {
  if (link.startsWith(WEB)) return resolves(join(root, "README.md"), link.slice(WEB.length));
  if (/^[a-z][a-z+.-]*:/i.test(link)) return true;
  const [path = "", anchor] = link.split("#");
  const file = path === "" ? from : resolve(dirname(from), path);
  if (!existsSync(file)) return false;
  return anchor === undefined || anchorsOf(readFileSync(file, "utf8")).has(anchor);
}

function linksOf(markdown: string): string[] {
  const prose = withoutFences(markdown).replaceAll(/`[^`\n]+`/g, "");
  return [...prose.matchAll(/\]\(([^()\s]+)\)/g)].flatMap(([, link]) => link ?? []);
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of withoutFences(markdown).matchAll(/^#{1,6} (.*)$/gm)) {
    const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = words.replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(" ", "-");
    let anchor = slug;
    for (let n = 1; anchors.has(anchor); n++) anchor = `${slug}-${n}`;
    anchors.add(anchor);
  }
  return anchors;
}

function withoutFences(markdown: string): string {
  return markdown.replaceAll(/^```[\s\S]*?^```$/gm, "");
}
