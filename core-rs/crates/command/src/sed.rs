//! Scripts of `sed` that run commands: `1e TEXT` and `s/…/TEXT/e`.

/// The shell texts that a script runs.
pub(crate) fn texts(script: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for line in script.split('\n') {
        let mut rest = Rest(line);
        while !rest.0.is_empty() {
            rest.skip(|byte| b" \t,!$~+{};".contains(&byte) || byte.is_ascii_digit());
            let is_behind_address = rest.0.len() < line.len();
            let command = rest.0.as_bytes().first().copied();
            rest.0 = rest.0.get(1..).unwrap_or_default();
            match command {
                Some(b'/') => {
                    rest.until(b'/');
                    rest.skip(|byte| byte == b'I' || byte == b'M');
                }
                // Texts to write, and names of files: they go on to the end of the line.
                Some(b'a' | b'i' | b'c' | b'r' | b'w') => break,
                // The text goes on to the end of the line.
                Some(b'e') if is_behind_address || rest.0.starts_with(' ') => {
                    texts.push(rest.0.to_owned());
                    break;
                }
                Some(b's') => {
                    let delimiter = rest.0.as_bytes().first().copied().unwrap_or(b'/');
                    rest.until(delimiter);
                    rest.until(delimiter);
                    let text = rest.until(delimiter);
                    let flags = rest.skip(|byte| byte.is_ascii_alphanumeric());
                    let flags = flags.split('w').next().unwrap_or_default();
                    if flags.contains('e') {
                        texts.push(text.replace('\\', ""));
                    }
                }
                _ => {
                    rest.until(b';');
                }
            }
        }
    }
    texts
}

/// What is left of a line.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    /// Takes the bytes for which this holds.
    fn skip(&mut self, holds: fn(u8) -> bool) -> &'a str {
        let length = self.0.bytes().position(|byte| !holds(byte));
        self.take(length, 0)
    }

    /// Takes the text before the next delimiter that has no backslash before it, and the delimiter.
    fn until(&mut self, delimiter: u8) -> &'a str {
        let mut is_escaped = false;
        let length = self.0.bytes().position(|byte| {
            let is_end = byte == delimiter && !is_escaped;
            is_escaped = byte == b'\\' && !is_escaped;
            is_end
        });
        self.take(length, 1)
    }

    fn take(&mut self, length: Option<usize>, behind: usize) -> &'a str {
        let length = length.unwrap_or(self.0.len());
        let taken = self.0.get(..length).unwrap_or_default();
        self.0 = self.0.get(length + behind..).unwrap_or_default();
        taken
    }
}
