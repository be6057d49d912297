// IPv4 addresses, compared with the platform's own judgement.

import * as net from "node:net";
import { expect, it } from "vitest";
import { isIPv4 } from "../../src/enforcer/ipv4.js";

const PARTS = ["0", "1", "9", "10", "99", "100", "199", "200", "249", "250", "255", "256", "00", "01", "", "a", "-1"];

it("finds the addresses that the platform finds", () => {
  for (const a of PARTS) {
    for (const b of PARTS) {
      for (const text of [
        `${a}.${b}.1.2`,
        `1.2.${a}.${b}`,
        `${a}.1.${b}`,
        `1.${a}.2.${b}.3`,
        `1.2.${a}.${b}.`,
        `${a}\n`,
      ]) {
        expect([text, isIPv4(text)]).toEqual([text, net.isIPv4(text)]);
      }
    }
  }
});
