// The names of streams, subjects, consumers and headers. They are an interface.

/** The stream of events: a work queue, so a message leaves it once it is decided. */
export const EVENTS_STREAM = "SENTRY_EVENTS";
/** The stream of decisions. */
export const DECISIONS_STREAM = "SENTRY_DECISIONS";
/** The stream of messages that no worker could decide. */
export const DEAD_LETTERS_STREAM = "SENTRY_DEAD_LETTERS";
/** The key-value bucket of policies. */
export const POLICY_BUCKET = "sentry-policy";

/** How many events a message holds: they are numbered from its id on. */
export const EVENTS_HEADER = "Sentry-Events";
/** The length in bytes of an event that is too long for a message, which then holds its beginning. */
export const OVERSIZED_HEADER = "Sentry-Oversized";
export const REVISION_HEADER = "Sentry-Revision";
export const WORKER_HEADER = "Sentry-Worker";
export const REASON_HEADER = "Sentry-Reason";

export const MAX_PARTITIONS = 1024;

export function eventsSubject(tenant: string, partition: number, agent: string): string {
  return `events.${tenant}.${partition}.${agent}`;
}

/** The subjects of one partition, of all tenants. */
export function partitionSubjects(partition: number): string {
  return `events.*.${partition}.>`;
}

/** The subject of the decisions on the events of a subject, or of their dead letters. */
export function subjectLike(subject: string, root: "decisions" | "dead"): string {
  return `${root}${subject.slice(subject.indexOf("."))}`;
}

/** The durable consumer of a partition. */
export function consumerOf(partition: number): string {
  return `worker-${partition}`;
}

/** The id of a message, which is the key of its first event. */
export function keyOf(shipper: string, sequence: number): string {
  return `${shipper}-${sequence}`;
}

/** The parts of a key; `undefined` if it is not one. */
export function partsOfKey(key: string): { readonly shipper: string; readonly sequence: number } | undefined {
  const [, shipper, digits] = /^([A-Za-z0-9_.-]{1,128})-(\d{1,16})$/.exec(key) ?? [];
  const sequence = Number(digits);
  if (shipper === undefined || !Number.isSafeInteger(sequence)) return undefined;
  return { shipper, sequence };
}

/** The key of the policy in its bucket. */
export const POLICY_KEY = "policy";
/** The key-value bucket in which workers report: by their names, for a minute. */
export const WORKERS_BUCKET = "sentry-workers";

/** The key-value bucket of what the nodes of a tenant deny. */
export function denyBucketOf(tenant: string): string {
  return `sentry-deny-${tenant}`;
}
