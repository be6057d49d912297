//! Paths in commands, in the forms in which patterns see them.
//!
//! A word may spell a path in many ways: `//etc/./passwd`, `/proc/self/root/etc/passwd`, `$HOME/x`,
//! or relative to a folder. [`Forms`] are the normalised paths that a word stands for, and
//! [`pattern`] normalises a pattern likewise.

use std::borrow::Cow;

use sentry_command::{is_process, normal_folder};

use super::glob::fits;

/// Where the segments of a path begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    Root,
    /// The home folder of a user.
    Home,
    /// A folder that is not known.
    Folder,
}

/// A path, taken apart.
#[derive(Clone, Debug)]
pub(crate) struct Path<'t> {
    start: Start,
    segments: Vec<&'t str>,
}

impl<'t> Path<'t> {
    /// Takes a path apart. `within` is the folder that it lies in if it is relative.
    pub(crate) fn new(text: &'t str, within: Option<&Self>) -> Self {
        let mut path = match (home(text), within) {
            (Some(rest), _) => return Self::at(Start::Home).down(rest),
            (None, _) if text.starts_with('/') => Self::at(Start::Root),
            (None, Some(within)) => within.clone(),
            (None, None) => Self::at(Start::Folder),
        };
        path = path.down(text);
        path
    }

    fn at(start: Start) -> Self {
        let segments = Vec::new();
        Self { start, segments }
    }

    fn down(mut self, rest: &'t str) -> Self {
        for segment in rest.split('/') {
            match segment {
                "" | "." => {}
                ".." => self.up(),
                _ => self.segments.push(segment),
            }
            self.leave_aliases();
        }
        self
    }

    /// The folder above. That of `/` is itself, that of a home folder `/home`.
    fn up(&mut self) {
        match (self.segments.last(), self.start) {
            (None | Some(&".."), Start::Folder) => self.segments.push(".."),
            (None, Start::Home) => *self = Self::new("/home", None),
            _ => drop(self.segments.pop()),
        }
    }

    /// Takes away the beginning of a path by another name of a folder.
    fn leave_aliases(&mut self) {
        if self.start != Start::Root {
            return;
        }
        let aliased = match self.segments.as_slice() {
            ["proc", process, "root"] if is_process(process) => 3,
            ["private", "etc" | "var" | "tmp"] | ["var", "run"] => 1,
            _ => return,
        };
        self.segments.drain(..aliased);
    }

    fn parts(&self) -> Parts<'_, 't> {
        Parts {
            start: self.start,
            segments: &self.segments,
        }
    }

    fn text(&self) -> String {
        self.parts().text()
    }
}

/// The segments of a path, or some of them.
#[derive(Clone, Copy)]
struct Parts<'p, 't> {
    start: Start,
    segments: &'p [&'t str],
}

impl Parts<'_, '_> {
    /// The same path, from the home folder of its user.
    fn below_home(self) -> Option<Self> {
        let above = match (self.start, self.segments) {
            (Start::Root, ["root", ..]) => 1,
            (Start::Root, ["home" | "Users", _, ..] | ["var", "root", ..]) => 2,
            _ => return None,
        };
        Some(Self {
            start: Start::Home,
            segments: self.segments.get(above..)?,
        })
    }

    /// The folder of all files that a last segment such as `*` stands for.
    fn folder_of_all(self) -> Option<Self> {
        let (last, segments) = self.segments.split_last()?;
        let is_all = last.contains(['*', '?']) && last.chars().all(|char| "*?.[]!^".contains(char));
        let start = self.start;
        is_all.then_some(Self { start, segments })
    }

    fn text(self) -> String {
        let start = match self.start {
            Start::Root => "/",
            Start::Home => "~",
            Start::Folder => "",
        };
        let length: usize = self.segments.iter().map(|segment| segment.len() + 1).sum();
        let mut text = String::with_capacity(length + 1);
        text.push_str(start);
        for segment in self.segments {
            if !text.is_empty() && text != "/" {
                text.push('/');
            }
            text.push_str(segment);
        }
        if text.is_empty() {
            text.push('.');
        }
        text
    }
}

/// The longest folder that relative paths are looked up in, in bytes, and its most segments: each path is joined
/// to it. Below a deeper folder lies nothing that a rule names from the root.
const MAX_FOLDER: usize = 256;
const MAX_DEPTH: usize = 32;

/// Whether relative paths are looked up in a folder.
pub(super) fn is_near(folder: &str) -> bool {
    folder.len() <= MAX_FOLDER && folder.bytes().filter(|byte| *byte == b'/').count() <= MAX_DEPTH
}

/// A folder that relative paths are looked up in, however it is spelt.
pub(super) fn near(folder: Cow<'_, str>) -> Option<Cow<'_, str>> {
    if is_near(&folder) {
        return Some(folder);
    }
    let folder = normal_folder(&folder);
    is_near(&folder).then_some(Cow::Owned(folder))
}

/// What follows the home folder at the beginning of a path.
fn home(text: &str) -> Option<&str> {
    let rest = if let Some(behind) = text.strip_prefix('~') {
        behind.trim_start_matches(|char: char| char.is_ascii_alphanumeric() || "_-.".contains(char))
    } else {
        let named = text.strip_prefix("$HOME");
        named.or_else(|| text.strip_prefix("${HOME}"))?
    };
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

/// The texts that a pattern of paths is compared with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Forms<'t> {
    /// The word itself, if it is one of them.
    word: Option<&'t str>,
    others: Vec<String>,
}

impl<'t> Forms<'t> {
    /// The forms of a word. `within` is the folder that it lies in if it is relative; `None` if that
    /// is not known.
    pub(crate) fn of(word: &'t str, within: Option<&Path<'t>>) -> Self {
        let mut forms = Self::default();
        let text = word.strip_prefix("file://").unwrap_or(word);
        if text.contains("://") {
            forms.word = Some(word);
            return forms;
        }
        if !text.contains('/') && !text.starts_with(['~', '$', '.', '*', '?']) {
            forms.word = Some(word).filter(|word| !word.is_empty());
            if let Some(within) = within {
                forms.add_all(&Path::new(text, Some(within)));
            }
            return forms;
        }
        let path = Path::new(text, None);
        forms.add_all(&path);
        if path.start == Start::Folder {
            if let Some(within) = within {
                forms.add_all(&Path::new(text, Some(within)));
            } else if path.segments.first() == Some(&"..") {
                // Enough steps upwards lead to the root.
                let down = path.segments.iter().skip_while(|segment| **segment == "..");
                let segments = down.copied().collect();
                let start = Start::Root;
                forms.add_all(&Path { start, segments });
            }
        }
        forms
    }

    fn add_all(&mut self, path: &Path<'_>) {
        let path = path.parts();
        let folder = path.folder_of_all();
        let homes = [path.below_home(), folder.and_then(Parts::below_home)];
        for one in [Some(path), folder].into_iter().chain(homes).flatten() {
            self.add(one.text());
        }
    }

    fn add(&mut self, text: String) {
        if self.iter().all(|other| other != text) {
            self.others.push(text);
        }
    }

    /// Whether one of the forms fits a normalised pattern.
    pub(crate) fn fit(&self, pattern: &str) -> bool {
        self.iter().any(|form| fits(pattern, form))
    }

    /// The forms.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.word
            .into_iter()
            .chain(self.others.iter().map(String::as_str))
    }
}

/// A pattern of paths, normalised as [`Forms`] are.
pub(crate) fn pattern(glob: &str) -> String {
    if glob.contains("://") || !glob.contains('/') && home(glob).is_none() {
        return glob.to_owned();
    }
    Path::new(glob, None).text()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(word: &str, within: Option<&str>) -> Vec<String> {
        let within = within.map(|within| Path::new(within, None));
        let forms = Forms::of(word, within.as_ref());
        forms.iter().map(str::to_owned).collect()
    }

    #[test]
    fn spellings_of_a_path_have_the_same_forms() {
        for word in [
            "/etc/passwd",
            "//etc//passwd",
            "/etc/./passwd",
            "/etc/ssl/../passwd",
            "/../../etc/passwd",
            "/etc/passwd/",
            "/proc/self/root/etc/passwd",
            "/proc/1/root/proc/self/root/etc/passwd",
            "/private/etc/passwd",
            "~/../../etc/passwd",
            "file:///etc/passwd",
        ] {
            assert_eq!(forms(word, None), ["/etc/passwd"], "{word}");
        }
        assert_eq!(forms("/var/run/secrets", None), ["/run/secrets"]);
    }

    #[test]
    fn a_home_folder_is_that_of_any_user() {
        for word in [
            "~/.ssh",
            "$HOME/.ssh",
            "${HOME}/.ssh/",
            "~root/.ssh",
            "~/x/../.ssh",
        ] {
            assert_eq!(forms(word, None), ["~/.ssh"], "{word}");
        }
        assert_eq!(forms("/root/.ssh", None), ["/root/.ssh", "~/.ssh"]);
        assert_eq!(forms("/home/a", None), ["/home/a", "~"]);
        assert_eq!(forms("/Users/a/b", None), ["/Users/a/b", "~/b"]);
        assert_eq!(forms("/home", None), ["/home"]);
        assert_eq!(forms("~x y", None), ["~x y"]);
    }

    #[test]
    fn a_relative_path_lies_in_its_folder() {
        assert_eq!(forms("b/../c", Some("/a")), ["c", "/a/c"]);
        assert_eq!(forms(".", Some("~")), [".", "~"]);
        assert_eq!(forms("../x", Some("/a/b")), ["../x", "/a/x"]);
        assert_eq!(
            forms("../../etc/passwd", None),
            ["../../etc/passwd", "/etc/passwd"]
        );
        assert_eq!(forms("x", None), ["x"]);
        assert_eq!(forms("$DIR/x", None), ["$DIR/x"]);
    }

    #[test]
    fn all_files_of_a_folder_stand_for_the_folder() {
        assert_eq!(forms("/*", None), ["/*", "/"]);
        assert_eq!(forms("~/.*", None), ["~/.*", "~"]);
        assert_eq!(
            forms("/home/a/.[!.]*", None),
            ["/home/a/.[!.]*", "/home/a", "~/.[!.]*", "~"]
        );
        assert_eq!(forms("*", Some("/etc")), ["*", ".", "/etc/*", "/etc"]);
        assert_eq!(forms("/tmp/a*", None), ["/tmp/a*"]);
    }

    #[test]
    fn patterns_are_normalised_as_paths_are() {
        for (glob, expected) in [
            ("/etc/", "/etc"),
            ("$HOME/.ssh/*", "~/.ssh/*"),
            ("/var/run/x", "/run/x"),
            ("**.pub", "**.pub"),
            ("origin", "origin"),
            ("https://x/**", "https://x/**"),
            ("~", "~"),
        ] {
            assert_eq!(pattern(glob), expected);
        }
        let ssh = pattern("~/.ssh/**");
        assert!(Forms::of("/home/a/.ssh/id_rsa", None).fit(&ssh));
        assert!(!Forms::of("/home/a/.sshd/id_rsa", None).fit(&ssh));
    }
}
