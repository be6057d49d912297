// Leaving a test out for want of something, and saying so where a person reads it.

/** @param context of the test */
export function skip(context: { skip(note: string): never }, why: string): never {
  process.stderr.write(`skipped: ${why}\n`);
  return context.skip(why);
}
