// Short runs of the fuzzer's targets, the inputs that once failed, and the fuzzer itself.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
// @ts-expect-error: the fuzzer is JavaScript, outside of the tests' project.
import { errorOf, fuzz } from "./fuzzer.mjs";
// @ts-expect-error: as above.
import { check } from "./property.mjs";
// @ts-expect-error: as above.
import { targets } from "./targets.mjs";

interface Target {
  readonly name: string;
}

/** Bounds the time on a slow machine; on others, the number of inputs ends a run. */
const LIMITS = { seed: 1, milliseconds: 8000, inputs: 600 };

describe.each<Target>(targets)("the target $name", (target) => {
  it("has no input of a short run that fails", async () => {
    const { inputs, failure } = await fuzz(target, LIMITS);
    expect(failure && `${failure.error.stack}\n${JSON.stringify(failure.input)}`).toBeUndefined();
    expect(inputs).toBeGreaterThan(20);
  });
});

const kept = readdirSync(new URL("kept/", import.meta.url)).filter((file) => file.endsWith(".json"));
it.each(kept)("%s, which once failed, does not fail", async (file) => {
  const target = targets.find(({ name }: Target) => name === file.split("-")[0]);
  const input = JSON.parse(readFileSync(new URL(`kept/${file}`, import.meta.url), "utf8"));
  expect(await errorOf(target, input)).toBeUndefined();
});

describe("a property that does not hold", () => {
  const target = {
    name: "sums",
    generate: (next: (bound: number) => number) => ({ numbers: Array.from({ length: 40 }, () => next(10)) }),
    check: ({ numbers }: { numbers: number[] }) => check(!numbers.includes(7), "no seven"),
  };

  it("is found, with the smallest input that fails alike", async () => {
    const { failure } = await fuzz(target, { seed: 3, inputs: 100 });
    expect(failure.input).toEqual({ numbers: [7] });
    expect(failure.error.message).toBe("no seven");
  });

  it("is found at the same input with the same seed", async () => {
    const run = async () => (await fuzz(target, { seed: 4, inputs: 100 })).inputs;
    expect(await run()).toBe(await run());
  });
});
