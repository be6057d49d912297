//! The `process` of an envelope: the program that the kernel runs, and its folder.

use super::json::Scanner;
use super::keys::keys;
use super::raw::RawStr;

keys! {
    enum ProcessKey {
        Exe = "exe",
        Cwd = "cwd",
    }
}

/// The `exe` of a process. `None` if it is missing, `null`, not a text, or there twice.
pub(super) fn exe(process: &[u8]) -> Option<RawStr<'_>> {
    texts(process)[0]
}

/// The `cwd` of a process, likewise.
pub(super) fn folder(process: &[u8]) -> Option<RawStr<'_>> {
    texts(process)[1]
}

#[inline(never)]
fn texts(process: &[u8]) -> [Option<RawStr<'_>>; 2] {
    let mut found = [(None, 0_usize); 2];
    let [exe, cwd] = &mut found;
    let read = Scanner::new(process).object(|scanner, key| {
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
    });
    found.map(|(text, count)| text.filter(|_| read.is_ok() && count == 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exe_counts_only_if_it_is_one_text() {
        let cases: [(&str, Option<&str>); 8] = [
            (r#"{"pid":1,"exe":"/bin/a","cwd":"/"}"#, Some("/bin/a")),
            (r#"{"exe":"\/bin\/a"}"#, Some("/bin/a")),
            (r#"{"pid":1}"#, None),
            (r#"{"exe":null}"#, None),
            (r#"{"exe":7}"#, None),
            (r#"{"exe":"/bin/a","exe":"/bin/b"}"#, None),
            (r#"{"exe":null,"exe":"/bin/b"}"#, None),
            ("[1]", None),
        ];
        for (process, expected) in cases {
            let found = exe(process.as_bytes()).map(RawStr::decode);
            assert_eq!(found.as_deref(), expected, "{process}");
        }
    }
}
