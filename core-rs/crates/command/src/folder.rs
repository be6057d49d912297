//! Folders that a text changes to.

use std::rc::Rc;

use crate::reader::Reader;
use crate::reading::Folder;
use crate::run::Call;

/// The most bytes of a folder.
const MAX_FOLDER: usize = 4096;

impl Reader {
    /// Follows `cd` and `pushd`.
    pub(crate) fn change_folder(&mut self, name: &str, call: &Call) {
        let mut targets = (call.words.iter().skip(1))
            .filter(|word| !word.text.starts_with('-') || word.text == "-");
        let next = match targets.next() {
            None if name == "cd" => Folder::At("~".into()),
            None => self.former_folder.clone(),
            Some(word) if word.text == "-" => self.former_folder.clone(),
            Some(word) if !(word.known || word.text == "$HOME") => Folder::Unknown,
            Some(word) => match &self.folder {
                Folder::At(base) if !word.text.starts_with(['/', '~', '$']) => {
                    at(&[base, "/", &word.text].concat())
                }
                Folder::Unknown if !word.text.starts_with(['/', '~', '$']) => Folder::Unknown,
                _ => at(&word.text),
            },
        };
        self.former_folder = std::mem::replace(&mut self.folder, next);
    }

    /// Follows `popd`.
    pub(crate) fn leave_folder(&mut self) {
        self.folder = std::mem::replace(&mut self.former_folder, Folder::Unknown);
    }
}

fn at(path: &str) -> Folder {
    let path = normal(path);
    if path.len() > MAX_FOLDER {
        return Folder::Unknown;
    }
    Folder::At(Rc::from(path))
}

/// A path without `.` and empty segments, without what `..` takes back, and without other names of the root, so
/// that no spelling of a folder makes it long.
///
/// ```
/// use sentry_command::normal_folder;
/// assert_eq!(normal_folder("/proc/self/root//etc/./ssl/.."), "/etc");
/// assert_eq!(normal_folder("a/../../b/"), "../b");
/// assert_eq!(normal_folder("~/../x"), "~/../x");
/// assert_eq!(normal_folder("a/.."), ".");
/// ```
#[must_use]
pub fn normal(path: &str) -> String {
    let is_absolute = path.starts_with('/');
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match (segment, segments.as_slice()) {
            ("" | ".", _) => {}
            ("..", []) if is_absolute => {}
            // The folder above a home folder has another name.
            ("..", [home]) if home.starts_with(['~', '$']) => segments.push(segment),
            ("..", [.., last]) if *last != ".." => drop(segments.pop()),
            _ => segments.push(segment),
        }
        if is_absolute
            && matches!(segments.as_slice(), ["proc", process, "root"] if is_process(process))
        {
            segments.clear();
        }
    }
    match (is_absolute, segments.is_empty()) {
        (true, _) => ["/", &segments.join("/")].concat(),
        (false, true) => ".".to_owned(),
        (false, false) => segments.join("/"),
    }
}

/// Whether a name below `/proc` is that of a process.
#[must_use]
pub fn is_process(name: &str) -> bool {
    let is_number = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    is_number || matches!(name, "self" | "thread-self" | "$$" | "$PPID")
}
