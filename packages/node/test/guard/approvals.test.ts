// The questions to people: who may answer, how long an answer holds, and what it is bound to.
import { describe, expect, it } from "vitest";
import { type Answer, Approvals, type NewTicket, type OpenTicket } from "../../src/guard/approvals.js";
import type { LayeredRequest } from "../../src/guard/questions.js";

const SELF = 1000;
const OTHER = 1001;
const ONCE: Answer = { kind: "once" };
const recorded = async () => {};

function setUp() {
  const clock = { ms: 0 };
  const told: NewTicket[] = [];
  const expired: OpenTicket[] = [];
  const approvals = new Approvals({
    notify: (ticket) => told.push(ticket),
    expired: (ticket) => expired.push(ticket),
    uid: SELF,
    now: () => clock.ms,
  });
  const storeOf = (uid: number | undefined, hostAsks = false) => approvals.for({ uid, hostAsks, what: () => "what" });
  return { clock, told, expired, approvals, storeOf };
}

function request(binding: string, more: Partial<LayeredRequest> = {}): LayeredRequest {
  const fixed = {
    binding,
    bindings: [binding],
    tool: "Read",
    message: "m",
    revision: "r",
    session: "s",
    timeoutS: 60,
    mayRepeat: true,
  };
  return { ...fixed, ...more };
}

describe("an answer", () => {
  it("that allows once is used up by one call", async () => {
    const { approvals, storeOf } = setUp();
    const store = storeOf(OTHER);
    await approvals.answer(await store.open(request("a")), ONCE, undefined, recorded);
    expect([store.take("a"), store.take("a")]).toEqual(["approved", undefined]);
  });

  it("holds for ten minutes until the call comes", async () => {
    const { approvals, storeOf, clock } = setUp();
    const store = storeOf(OTHER);
    for (const binding of ["a", "b"]) {
      await approvals.answer(await store.open(request(binding)), ONCE, undefined, recorded);
    }
    clock.ms = 599_999;
    expect(store.take("a")).toBe("approved");
    clock.ms = 600_000;
    expect(store.take("b")).toBeUndefined();
  });

  it("for a time holds until then, for calls that run nothing", async () => {
    const { approvals, storeOf, clock } = setUp();
    const store = storeOf(OTHER);
    const answer: Answer = { kind: "for", seconds: 5 };
    const running = await store.open(request("run", { mayRepeat: false }));
    await expect(approvals.answer(running, answer, undefined, recorded)).rejects.toThrow(/only once/);
    await approvals.answer(await store.open(request("a")), answer, undefined, recorded);
    clock.ms = 4_999;
    expect([store.take("a"), store.take("a")]).toEqual(["approved", "approved"]);
    clock.ms = 5_000;
    expect(store.take("a")).toBeUndefined();
  });

  it("that denies holds for each call", async () => {
    const { approvals, storeOf } = setUp();
    const store = storeOf(SELF);
    await approvals.answer(await store.open(request("a")), { kind: "deny" }, undefined, recorded);
    expect([store.take("a"), store.take("a")]).toEqual(["denied", "denied"]);
  });

  it("is bound to the call and to the user that asked", async () => {
    const { approvals, storeOf } = setUp();
    await approvals.answer(await storeOf(OTHER).open(request("a")), ONCE, undefined, recorded);
    expect(storeOf(OTHER).take("b")).toBeUndefined();
    expect(storeOf(SELF).take("a")).toBeUndefined();
    expect(storeOf(undefined).take("a")).toBeUndefined();
    expect(storeOf(OTHER).take("a")).toBe("approved");
  });

  it("that cannot be recorded does not count", async () => {
    const { approvals, storeOf } = setUp();
    const store = storeOf(OTHER);
    const failing = approvals.answer(await store.open(request("a")), ONCE, undefined, async () => {
      throw new Error("disk full");
    });
    await expect(failing).rejects.toThrow("disk full");
    expect(store.take("a")).toBeUndefined();
  });

  it("comes from one person, while it is recorded", async () => {
    const { approvals, storeOf } = setUp();
    const ticket = await storeOf(OTHER).open(request("a"));
    const first = approvals.answer(ticket, ONCE, undefined, () => new Promise(() => {}));
    await expect(approvals.answer(ticket, ONCE, undefined, recorded)).rejects.toThrow(/no such open question/);
    void first;
  });

  it("answers all layers that ask", async () => {
    const { approvals, storeOf } = setUp();
    const store = storeOf(OTHER);
    await approvals.answer(await store.open(request("a", { bindings: ["a", "b"] })), ONCE, undefined, recorded);
    expect([store.take("a"), store.take("b")]).toEqual(["approved", "approved"]);
  });
});

describe("a question", () => {
  it("that nobody answers in time ends, and the call stays denied", async () => {
    const { approvals, storeOf, clock, expired } = setUp();
    const store = storeOf(OTHER);
    const ticket = await store.open(request("a"));
    clock.ms = 60_000;
    expect(approvals.list()).toEqual([]);
    expect(expired.map((one) => one.ticket)).toEqual([ticket]);
    expect(store.take("a")).toBeUndefined();
    await expect(approvals.answer(ticket, ONCE, undefined, recorded)).rejects.toThrow(/no such open question/);
  });

  it("of an equal call is the same", async () => {
    const { storeOf, told } = setUp();
    const store = storeOf(SELF);
    expect(await store.open(request("a"))).toBe(await store.open(request("a")));
    expect(told).toHaveLength(1);
  });

  it("has a ticket of 128 bits", async () => {
    expect(await setUp().storeOf(SELF).open(request("a"))).toMatch(/^[0-9a-f]{32}$/);
  });

  it("that the host shows is not shown twice", async () => {
    const { storeOf, told } = setUp();
    await storeOf(SELF, true).open(request("a"));
    expect(told).toEqual([]);
  });

  it("beyond 16 of a session or 512 of all is refused", async () => {
    const { storeOf } = setUp();
    const store = storeOf(SELF);
    const open = async (i: number, session: string) => store.open(request(`${session} ${i}`, { session }));
    for (let i = 0; i < 16; i++) await open(i, "s");
    await expect(open(16, "s")).rejects.toThrow(/too many questions/);
    for (let i = 0; i < 496; i++) await open(i, `t${i % 40}`);
    await expect(open(0, "u")).rejects.toThrow(/too many questions/);
  });
});

describe("a call of the judge's own user", () => {
  it.each([
    ["says so", SELF],
    ["does not say who asks", undefined],
  ])("is approved by code alone if it %s", async (_, uid) => {
    const { approvals, storeOf, told } = setUp();
    const store = storeOf(uid);
    const ticket = await store.open(request("a"));
    expect(approvals.list()).toEqual([expect.objectContaining({ ticket, needsCode: true })]);
    expect(approvals.list()[0]).not.toHaveProperty("code");
    await expect(approvals.answer(ticket, ONCE, undefined, recorded)).rejects.toThrow(/takes the code/);
    await expect(approvals.answer(ticket, ONCE, "AAAAAAAA", recorded)).rejects.toThrow("wrong code");
    expect(store.take("a")).toBeUndefined();
    await approvals.answer(ticket, ONCE, ` ${told[0]?.code.toLowerCase()}\n`, recorded);
    expect(store.take("a")).toBe("approved");
  });

  it("is denied after five wrong codes", async () => {
    const { approvals, storeOf, told } = setUp();
    const store = storeOf(SELF);
    const ticket = await store.open(request("a"));
    for (let i = 0; i < 5; i++)
      await expect(approvals.answer(ticket, ONCE, "X", recorded)).rejects.toThrow("wrong code");
    await expect(approvals.answer(ticket, ONCE, told[0]?.code, recorded)).rejects.toThrow(/no such open question/);
    expect(store.take("a")).toBe("denied");
  });
});

it("a call of another user needs no code, since that user cannot reach the socket for people", async () => {
  const { approvals, storeOf } = setUp();
  const ticket = await storeOf(OTHER).open(request("a"));
  await approvals.answer(ticket, ONCE, undefined, recorded);
  expect(storeOf(OTHER).take("a")).toBe("approved");
});
