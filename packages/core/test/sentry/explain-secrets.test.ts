// What `explain` shows of the words of a command: no secret, and no more than people read.

import { expect, it } from "vitest";
import { Sentry, toolExec } from "../../src/entry/node.js";

const words = async (argv: readonly string[]) => {
  const sentry = await Sentry.create("");
  const { commands } = sentry.explain(toolExec(1, argv)) ?? {};
  sentry.close();
  return commands?.commands.flatMap((command) => [...command.words, ...command.effects.map(({ of }) => of)]) ?? [];
};

it.each([
  ["mysql", "-pZk39fjQq81zz", "-h", "db"],
  ["curl", "-u", "bob:Zk39fjQq81zz", "https://x.test"],
  ["tool", "--password", "Zk39fjQq81zz", "again", "Zk39fjQq81zz"],
  ["bash", "-c", "cd /srv && mysql -pZk39fjQq81zz -h db"],
])("hides what only its neighbours show to be a secret: %s %s", async (...argv) => {
  const shown = await words(argv);
  expect(shown.join(" ")).toContain("{{A3S_REDACTED:generic_secret:");
  expect(shown.join(" ")).not.toContain("Zk39fjQq81zz");
});

it("shows the first of very many words, and says how many there are more", async () => {
  const argv = ["ls", ...Array.from({ length: 5000 }, (_, at) => `f${at}`)];
  const shown = await words(argv);
  expect(shown).toContain("f1022");
  expect(shown).not.toContain("f1023");
  expect(shown).toContain("… 3977 more");
});
