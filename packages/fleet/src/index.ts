// The commands of the fleet, which `a3s-sentry` loads.

export { denies, withdraw } from "./deny/people.js";
export { denySync } from "./deny/sync.js";
export { type InitFlags, init } from "./nats/init.js";
export { key } from "./nats/key.js";
export { policyList, policyPublish, policyRollback, policyStatus } from "./policy/commands.js";
export { policyFollow } from "./policy/follow-file.js";
export { type ShipFlags, ship } from "./ship/ship.js";
export { status } from "./status.js";
export { type WorkerFlags, worker } from "./worker/worker.js";
