// What must be on the machine before anything else, and what to type where it is not.
import { existsSync } from "node:fs";
import process from "node:process";
import { must, run } from "./processes.mjs";
import { Stop, say, step } from "./say.mjs";
import { oldestNode } from "./versions.mjs";

export function needNode() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major >= oldestNode) return;
  throw new Stop(
    `this is Node.js ${process.versions.node}; a3s-sentry needs ${oldestNode} or newer`,
    `install Node.js ${oldestNode} or newer (with a version manager: \`nvm install ${oldestNode}\`), then run this again`,
  );
}

/** The linker that cargo calls; installed by apt-get where this is root on a Debian system. */
export async function needLinker() {
  if ((await run("cc", ["--version"])).code === 0) return;
  const command = ["apt-get", "install", "-y", "--no-install-recommends", "gcc", "libc6-dev"];
  const typed = command.filter((word) => !word.startsWith("-")).join(" ");
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !existsSync("/usr/bin/apt-get")) {
    throw new Stop(
      "there is no C compiler (`cc`), which cargo needs as a linker",
      `install one (on Debian, as root: \`${typed}\`), then run this again`,
    );
  }
  say(`there is no C compiler (\`cc\`): installing Debian's packages gcc and libc6-dev on this system`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await step(typed, async () => {
    await run("apt-get", ["update"], { env });
    await must(typed, `type \`apt-get update && ${typed}\` to see why`, command[0], command.slice(1), { env });
  });
}
