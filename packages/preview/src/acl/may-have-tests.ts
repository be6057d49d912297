// Whether a policy may have tests: most have none, and need no tools.

export function mayHaveTests(policy: string): boolean {
  return /\btests?\b/.test(policy);
}
