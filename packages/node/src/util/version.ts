// The version of this package. A constant, since a bundle has no `package.json` to read.

/** A test compares it with `package.json`. */
export const VERSION = "0.1.0";
