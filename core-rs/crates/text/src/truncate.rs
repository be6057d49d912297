//! Cutting a text at a whole character.

/// The longest beginning of `text` that takes at most `max_bytes` bytes and ends at a whole
/// character.
///
/// ```
/// assert_eq!(sentry_text::truncate("größe", 4), "grö");
/// assert_eq!(sentry_text::truncate("größe", 3), "gr");
/// assert_eq!(sentry_text::truncate("größe", 99), "größe");
/// ```
pub fn truncate(text: &str, max_bytes: usize) -> &str {
    text.get(..floor_char_boundary(text, max_bytes))
        .unwrap_or_default()
}

/// The last character boundary at or before `byte`, at most the length of the text.
pub fn floor_char_boundary(text: &str, byte: usize) -> usize {
    let mut byte = byte.min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    byte
}
