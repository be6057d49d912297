//! Limits of the reader. Input beyond a limit is reported as opaque.

/// Texts that one input may lead to, in bytes for each byte of the input: the input itself, shell
/// text within it, bodies of functions that are called, decoded texts, values of variables.
pub const WORK_FOR_EACH_BYTE: usize = 16;

/// Work that every input may cost, however short it is, in bytes.
pub const WORK_AT_LEAST: usize = 16 * 1024;

/// Constructs of the shell within one another: substitutions, groups, quotes.
pub const DEPTH: usize = 200;

/// Texts within texts that are run: `sh -c "sh -c …"`, decoded texts, calls of functions.
pub const TEXTS_WITHIN: usize = 8;

/// Commands of one input.
pub const COMMANDS: usize = 8192;

/// Words of one input, in all its commands.
pub const WORDS: usize = 65_536;

/// Words of one brace expansion, and of the standard input that `xargs` turns into words.
pub const EXPANDED_WORDS: usize = 64;

/// Values that the reader follows of a variable that may have one of several.
pub const VALUES_OF_A_VARIABLE: usize = 16;
