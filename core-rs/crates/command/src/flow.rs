//! Where data comes from and goes: downloads, decoders, and the files that a text writes and then
//! runs.

use crate::arguments::{Arguments, arguments_of};
use crate::data::{self, Kinds};
use crate::names::{Definition, Namespace};
use crate::output::output_of;
use crate::reader::Reader;
use crate::reading::{Command, Folder, Input, Opaque, RedirectKind, Word, base_name, sources_of};
use crate::run::{descriptor_key, is_network};
use crate::sources::CodeSources;

/// The most files of one command whose content is kept.
const FILES_AT_MOST: usize = 16;

/// What the command itself adds to the sources of what it writes to standard output.
pub(crate) fn added(command: &Command, kinds: Kinds) -> CodeSources {
    let mut from = CodeSources::NONE;
    if kinds == Kinds::default() {
        return from;
    }
    let may_decode =
        kinds.is(Kinds::DECODER) || matches!(command.program(), "printf" | "echo" | "tr");
    if may_decode && is_decoder(kinds, &arguments_of(&command.words)) {
        from = from.with(CodeSources::DECODED);
    }
    let is_address = |word: &Word| word.text.contains("://");
    let downloads = if kinds.is(Kinds::DOWNLOADER) {
        let files = downloaded_files(&arguments_of(&command.words));
        files.is_some_and(|files| files.iter().all(String::is_empty))
    } else {
        kinds.is(Kinds::INTERPRETER) && command.words.iter().any(is_address)
    };
    if downloads {
        from = from.with(CodeSources::DOWNLOAD);
    }
    from
}

/// Whether the program turns encoded text into text.
fn is_decoder(kinds: Kinds, arguments: &Arguments<'_>) -> bool {
    let words = || arguments.words.iter().map(|word| word.text.as_str());
    let has_escapes = |text: &str| {
        let mut parts = text.split('\\').skip(1);
        parts.any(|part| part.starts_with(|char: char| char == 'x' || char.is_ascii_digit()))
    };
    match arguments.program {
        "printf" => words().any(has_escapes),
        "echo" => arguments.has_flag("-e") && words().any(has_escapes),
        "tr" => {
            let is_case = |set: &str| matches!(set, "a-z" | "A-Z" | "[:lower:]" | "[:upper:]");
            arguments.options.is_empty()
                && words().any(|set| set.len() > 2 && !set.starts_with('\\') && !is_case(set))
        }
        program if kinds.is(Kinds::DECODER) => data::decoder(program).is_some_and(|rows| {
            !rows.has(b'w') || rows.words(b'w').any(|option| arguments.has_flag(option))
        }),
        _ => false,
    }
}

/// The files that a downloader writes; an empty name for standard output, none if it writes no file.
fn downloaded_files(arguments: &Arguments<'_>) -> Option<Vec<String>> {
    let rows = data::downloader(arguments.program)?;
    let value_of = |key: u8| {
        let mut options = arguments.options.iter();
        options.find_map(|option| {
            let is_asked = rows.words(key).any(|name| option.name.is(name));
            option.value.filter(|_| is_asked)
        })
    };
    let mut files: Vec<String> = Vec::new();
    if let Some(file) = value_of(b'o') {
        files.push(if file == "-" { "" } else { file }.to_owned());
    } else if rows.has(b'a') || rows.words(b'n').any(|option| arguments.has_flag(option)) {
        files.extend(arguments.words.iter().map(|word| {
            let path = word.text.split(['?', '#']).next().unwrap_or_default();
            base_name(path.trim_end_matches('/')).to_owned()
        }));
    } else {
        files.push(String::new());
    }
    if let Some(folder) = value_of(b'f') {
        for file in files.iter_mut().filter(|file| !file.is_empty()) {
            *file = [folder, "/", file].concat();
        }
    }
    Some(files)
}

/// The path under which the content of a file is kept.
pub(crate) fn file_key(folder: &Folder, path: &str) -> String {
    let path = path.trim_start_matches("./").replace("/./", "/");
    match folder {
        Folder::At(base) if !path.starts_with(['/', '~', '$']) => {
            [base.trim_end_matches('/'), "/", &path].concat()
        }
        _ => path,
    }
}

impl Reader {
    /// Where the content of a file comes from, if the text has written it.
    pub(crate) fn sources_of_file(&self, folder: &Folder, path: &str) -> CodeSources {
        if self.names.has_no_files() {
            return CodeSources::NONE;
        }
        self.names.sources_of_file(&file_key(folder, path))
    }

    /// The content of a file that the text has written, if it is known.
    pub(crate) fn file(&self, folder: &Folder, path: &str) -> Option<Definition> {
        if self.names.has_no_files() {
            return None;
        }
        self.names.text(Namespace::File, &file_key(folder, path))
    }

    /// The sources of all that the command reads.
    pub(crate) fn sources_read(&self, command: &Command) -> CodeSources {
        let from = sources_of(&command.words).with(command.input.sources());
        if self.names.has_no_files() {
            return from;
        }
        let words = command.words.iter().skip(1);
        words.fold(from, |from, word| {
            from.with(self.sources_of_file(&command.folder, &word.text))
        })
    }

    /// Remembers the files that the command writes.
    pub(crate) fn remember_files(&mut self, command: &Command, kinds: Kinds, reads: CodeSources) {
        let redirect = command.redirects.iter().rfind(|redirect| {
            matches!(redirect.kind, RedirectKind::Write | RedirectKind::Append)
                && redirect.descriptor.is_none_or(|fd| fd == 1)
        });
        if let Some(redirect) = redirect {
            let bare = Command {
                redirects: Vec::new(),
                ..command.clone()
            };
            let output = output_of(&bare, kinds, reads);
            let appends = redirect.kind == RedirectKind::Append;
            let input = output.into_input();
            self.remember_file(command, &redirect.target, &input, appends);
        }
        for redirect in &command.redirects {
            let descriptor = redirect.descriptor.filter(|descriptor| *descriptor > 2);
            let from = match redirect.kind {
                RedirectKind::Read | RedirectKind::ReadWrite
                    if is_network(&redirect.target.text) =>
                {
                    CodeSources::DOWNLOAD
                }
                RedirectKind::Read | RedirectKind::Text => redirect.target.from,
                _ => continue,
            };
            if let Some(descriptor) = descriptor {
                let key = descriptor_key(&descriptor.to_string());
                self.names.store(&key, from);
            }
        }
        let says_nothing = matches!(command.program(), "cat" | "echo" | "printf");
        if says_nothing || !kinds.is(Kinds::FILES | Kinds::DOWNLOADER) {
            return;
        }
        let arguments = arguments_of(&command.words);
        match arguments.program {
            "tee" => {
                let appends = arguments.has_flag("-a");
                self.limit_files(arguments.words.len(), command.input.sources());
                for word in arguments.words.iter().take(FILES_AT_MOST) {
                    self.remember_file(command, word, &command.input, appends);
                }
            }
            "cp" | "mv" | "install" | "ln" if !self.names.has_no_files() => {
                let [from, to] = arguments.words.as_slice() else {
                    return;
                };
                let content = match self.file(&command.folder, &from.text) {
                    Some(file) => Input::Known(file.body().into(), file.sources),
                    None => Input::Unknown(self.sources_of_file(&command.folder, &from.text)),
                };
                let inside = [to.text.trim_end_matches('/'), "/", base_name(&from.text)].concat();
                self.remember_file(command, to, &content, false);
                self.remember_file(command, &Word::constant(inside), &content, false);
            }
            name if data::is_one_of("gunzip gzip bunzip2 unxz xz unzstd openssl dd", name) => {
                if reads.is_empty() {
                    return;
                }
                let content = Input::Unknown(reads.with(added(command, kinds)));
                let files = || {
                    arguments
                        .operands()
                        .map(|(text, _)| text)
                        .take(FILES_AT_MOST)
                };
                self.limit_files(arguments.operands().count(), reads);
                let files: Vec<Word> = files()
                    .map(|text| text.rsplit_once('.').map_or(text, |(stem, _)| stem))
                    .chain(files())
                    .map(Word::constant)
                    .collect();
                for file in &files {
                    self.remember_file(command, file, &content, false);
                }
            }
            _ => {
                let content = Input::Unknown(CodeSources::DOWNLOAD);
                for file in downloaded_files(&arguments).unwrap_or_default() {
                    self.remember_file(command, &Word::constant(file), &content, false);
                }
            }
        }
    }

    /// Which of many files has content from these sources is not followed.
    fn limit_files(&mut self, count: usize, from: CodeSources) {
        if count > FILES_AT_MOST && !from.is_empty() {
            self.opaque(Opaque::Commands);
        }
    }

    fn remember_file(&mut self, command: &Command, file: &Word, content: &Input, appends: bool) {
        let path = file.text.as_str();
        if path.is_empty() || path.contains("$(") || path.starts_with("/dev/") || file.glob {
            return;
        }
        let key = file_key(&command.folder, path);
        let former = self.names.text(Namespace::File, &key).filter(|_| appends);
        let sources = if appends {
            self.names.sources_of_file(&key).with(content.sources())
        } else {
            content.sources()
        };
        match content {
            Input::Known(text, _) => {
                let former = former.as_ref().map_or("", Definition::body);
                if self.spend(former.len() + text.len()) {
                    let content = Definition {
                        sources,
                        ..Definition::whole([former, &**text].concat())
                    };
                    self.names.define(Namespace::File, &key, content);
                }
            }
            _ => self.names.store(&key, sources),
        }
    }
}
