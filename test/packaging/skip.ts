// Skips a test whose requirements are missing, and prints the reason.

/** @param context of the test */
export function skip(context: { skip(note: string): never }, why: string): never {
  process.stderr.write(`skipped: ${why}\n`);
  return context.skip(why);
}
