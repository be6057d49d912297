//! `xargs`: the words of its input stand behind the command that it runs, or in place of a mark.

use crate::draft::Reads;
use crate::limits::EXPANDED_WORDS;
use crate::reader::Reader;
use crate::reading::{Input, Opaque, Word};
use crate::run::{Call, Next};
use crate::sources::CodeSources;
use crate::split::as_text;
use crate::wrappers::{Peeled, behind, peel};
use std::rc::Rc;

/// What the options of `xargs` say of its input.
struct Options<'a> {
    /// The words before the command.
    words: &'a [Word],
}

impl<'a> Options<'a> {
    /// The value of an option: the rest of its word, or the next word.
    fn value(&self, short: &str, long: &str) -> Option<&'a str> {
        let texts = || self.words.iter().map(|word| word.text.as_str());
        texts().enumerate().find_map(|(at, text)| {
            let rest = match (text.strip_prefix(long), text.strip_prefix(short)) {
                (Some(rest), _) => rest.strip_prefix('=').unwrap_or(rest),
                (None, Some(rest)) => rest,
                (None, None) => return None,
            };
            if rest.is_empty() {
                texts().nth(at + 1)
            } else {
                Some(rest)
            }
        })
    }

    /// The text in place of which a line of the input stands.
    fn mark(&self) -> Option<&'a str> {
        let mut texts = self.words.iter().map(|word| word.text.as_str());
        let replaces = texts.find_map(|text| match text {
            "-i" | "--replace" => Some("{}"),
            text => text
                .strip_prefix("-i")
                .or_else(|| text.strip_prefix("--replace=")),
        });
        replaces.or_else(|| self.value("-I", "-I"))
    }

    /// Whether quotes and backslashes in the input are plain characters.
    fn is_exact(&self) -> bool {
        let mut texts = self.words.iter().map(|word| word.text.as_str());
        texts.any(|text| {
            matches!(text, "--null")
                || text.starts_with("-0")
                || text.starts_with("-d")
                || text.starts_with("--delim")
        })
    }

    /// A word or line of the input without its quotes.
    fn unquoted(&self, text: &str) -> String {
        if self.is_exact() {
            text.to_owned()
        } else {
            text.replace(['\'', '"', '\\'], "")
        }
    }
}

impl Reader {
    /// `xargs COMMAND`; nothing if it has no command.
    pub(crate) fn xargs(&mut self, call: &mut Call) -> Option<Next> {
        let wrapper = crate::data::wrapper("xargs")?;
        let Peeled::Command(at) = peel(wrapper, call) else {
            return None;
        };
        self.reads(Reads::Data);
        let words: Vec<Word> = call.words.iter().take(at).cloned().collect();
        let folder = call.folder.clone();
        let nothing = Call::new(Vec::new(), Input::Inherited, folder.clone());
        let mut inner = behind(wrapper, std::mem::replace(call, nothing), at);
        let options = Options { words: &words };
        let nothing = Input::Known(Rc::from(""), CodeSources::NONE);
        let input = match options.value("-a", "--arg-file") {
            // Its standard input is /dev/null.
            None => std::mem::replace(&mut inner.input, nothing),
            Some(path) => match self.file(&folder, path) {
                Some(file) => Input::Known(file.body().into(), file.sources),
                None => Input::Unknown(self.sources_of_file(&folder, path)),
            },
        };
        let from = input.sources();
        let mark = options.mark().filter(|mark| !mark.is_empty());
        match (mark, input) {
            (Some(mark), Input::Known(text, _)) => {
                let texts = self.lines(&text, mark, &inner, &options, from);
                self.open_texts(texts, inner.wrappers);
                return Some(Next::Done);
            }
            (Some(mark), _) => {
                let words = inner.words.iter_mut();
                for word in words.filter(|word| word.text.contains(mark)) {
                    word.text = word.text.replacen(mark, "$()", 4);
                    word.known = false;
                    word.from = word.from.with(from);
                }
            }
            (None, Input::Known(text, _)) => {
                let delimiter = match options.value("-d", "--delimiter") {
                    Some("\\n") => Some('\n'),
                    Some("\\0") => Some('\0'),
                    text => text.and_then(|text| text.chars().next()),
                };
                let ends = |char: char| match delimiter {
                    Some(delimiter) => char == delimiter || char == '\n',
                    None => char.is_whitespace() || char == '\0',
                };
                let words = text.split(ends).filter(|word| !word.is_empty());
                for (at, word) in words.enumerate() {
                    if at == EXPANDED_WORDS {
                        self.opaque(Opaque::Commands);
                        break;
                    }
                    inner.words.push(Word {
                        from,
                        ..Word::constant(options.unquoted(word))
                    });
                }
            }
            (None, _) => inner.words.push(Word {
                text: "$()".to_owned(),
                quoted: true,
                from,
                ..Word::default()
            }),
        }
        *call = inner;
        Some(Next::Again)
    }

    /// The command once for each line of the input, which stands in place of the mark.
    fn lines(
        &mut self,
        text: &str,
        mark: &str,
        inner: &Call,
        options: &Options<'_>,
        from: CodeSources,
    ) -> Vec<Word> {
        let mut texts: Vec<Word> = Vec::new();
        let length: usize = inner.words.iter().map(|word| word.text.len()).sum();
        for line in text.split(['\n', '\0']).filter(|line| !line.is_empty()) {
            if texts.len() >= EXPANDED_WORDS {
                self.opaque(Opaque::Commands);
                break;
            }
            if !self.spend(length + line.len() * inner.words.len()) {
                break;
            }
            let mut words = inner.words.clone();
            for word in words.iter_mut().filter(|word| word.text.contains(mark)) {
                word.text = word.text.replacen(mark, &options.unquoted(line), 4);
            }
            texts.push(Word {
                from,
                ..as_text(&words)
            });
        }
        texts
    }
}
