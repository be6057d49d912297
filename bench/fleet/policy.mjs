// From the publishing of a policy to when it is in force on all workers.

import { writeFileSync } from "node:fs";
import { says, start } from "../../test/chaos/fleet/commands.mjs";
import { end, init, startWorkers } from "./fleet.mjs";

/** @param {import("./fleet.mjs").Setting} setting @returns {Promise<import("./fleet.mjs").Row[]>} */
export async function policy(setting) {
  const { servers, folder, sizes } = setting;
  await init(setting);
  const file = `${folder}/site.acl`;
  const publish = async (/** @type {number} */ number) => {
    writeFileSync(file, policyText(number));
    const publishing = start(["policy", "publish", file, "--server", servers.urls]);
    if ((await publishing.ended) !== 0) throw new Error(publishing.said);
  };
  await publish(1);
  const workers = await startWorkers(setting, sizes.workers, {}, []);
  const times = [];
  for (let number = 2; number <= 4; number++) {
    await publish(number);
    const begin = performance.now();
    await Promise.all(workers.map((worker) => says(worker, `policy ${number}-`)));
    times.push(performance.now() - begin);
  }
  await end(workers);
  const worst = Math.max(...times);
  return [
    {
      what: `published to in force on ${sizes.workers} workers, worst of 3`,
      found: `${worst.toFixed(0)} ms`,
      goal: "2000 ms",
    },
  ];
}

/** @param {number} number */
function policyText(number) {
  const rules = Array.from(
    { length: 100 },
    (_, at) =>
      `rule "r${at}" {\n  on = ["Dns"]\n  match = "host${at}-${number}\\\\.example"\n  verdict = "block"\n  severity = "high"\n  reason = "r"\n}\n`,
  );
  return `${rules.join("")}test "a host" { host = "host1-${number}.example", expect = "block" }\n`;
}
