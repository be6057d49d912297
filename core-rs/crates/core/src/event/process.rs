//! The `process` of an envelope: the program that the kernel runs.

use super::json::Scanner;
use super::keys::keys;
use super::raw::RawStr;

keys! {
    enum ProcessKey {
        Exe = "exe",
    }
}

/// The `exe` of a process. `None` if it is missing, `null`, not a text, or there twice.
pub(super) fn exe(process: &[u8]) -> Option<RawStr<'_>> {
    let (mut exe, mut count) = (None, 0_usize);
    let read = Scanner::new(process).object(|scanner, key| match key {
        ProcessKey::Exe => {
            count += 1;
            if scanner.peek() == b'"' {
                exe = Some(scanner.string()?);
                return Ok(());
            }
            scanner.skip()
        }
        ProcessKey::Other => scanner.skip(),
    });
    exe.filter(|_| read.is_ok() && count == 1)
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
