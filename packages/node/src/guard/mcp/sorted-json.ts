// JSON with sorted keys.

import { isObject } from "../hosts/json-object.js";

/** Equal values have equal texts, in whatever order their keys are. */
export function sortedJson(value: unknown): string {
  return (
    JSON.stringify(value, (_, one: unknown) =>
      isObject(one) ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1))) : one,
    ) ?? ""
  );
}
