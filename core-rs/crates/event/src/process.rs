//! The `process` of an envelope: the program that the kernel runs, and its folder.

use super::json::{Malformed, Scanned, Scanner};
use super::keys::keys;
use super::raw::RawStr;

keys! {
    enum ProcessKey {
        Exe = "exe",
        Cwd = "cwd",
    }
}

/// The texts of a process.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Process<'a> {
    /// Its `exe`. `None` if it is missing, `null`, not a text, or there twice.
    pub(super) exe: Option<RawStr<'a>>,
    /// Its `cwd`, likewise.
    pub(super) folder: Option<RawStr<'a>>,
}

/// Reads a process. Whatever is JSON is one, if need be without texts.
#[inline(never)]
pub(super) fn read<'a>(scanner: &mut Scanner<'a>) -> Scanned<Process<'a>> {
    let start = *scanner;
    texts(scanner).or_else(|Malformed| {
        *scanner = start;
        scanner.skip()?;
        Ok(Process::default())
    })
}

fn texts<'a>(scanner: &mut Scanner<'a>) -> Scanned<Process<'a>> {
    let mut found = [(None, 0_usize); 2];
    let [exe, cwd] = &mut found;
    scanner.object(|scanner, key| {
        let (text, count) = match key {
            ProcessKey::Exe => &mut *exe,
            ProcessKey::Cwd => &mut *cwd,
            ProcessKey::Other => return scanner.skip(),
        };
        *count += 1;
        if scanner.peek() == b'"' {
            *text = Some(scanner.string()?);
            return Ok(());
        }
        scanner.skip()
    })?;
    let [exe, folder] = found.map(|(text, count)| text.filter(|_| count == 1));
    Ok(Process { exe, folder })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exe_counts_only_if_it_is_one_text() {
        let cases: [(&str, Option<&str>); 9] = [
            (r#"{"pid":1,"exe":"/bin/a","cwd":"/"}"#, Some("/bin/a")),
            (r#"{"exe":"\/bin\/a"}"#, Some("/bin/a")),
            (r#"{"pid":1}"#, None),
            (r#"{"exe":null}"#, None),
            (r#"{"exe":7}"#, None),
            (r#"{"exe":"/bin/a","exe":"/bin/b"}"#, None),
            (r#"{"exe":null,"exe":"/bin/b"}"#, None),
            ("[1]", None),
            ("null", None),
        ];
        for (process, expected) in cases {
            let mut scanner = Scanner::new(process.as_bytes());
            let found = read(&mut scanner).unwrap().exe.map(RawStr::decode);
            scanner.end().unwrap();
            assert_eq!(found.as_deref(), expected, "{process}");
        }
    }
}
