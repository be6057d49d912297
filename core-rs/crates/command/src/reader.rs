//! The machine of the reader: texts, and the constructs of the shell that are open.

use crate::expand::Arithmetic;
use crate::field::Field;
use crate::limits;
use crate::list::{End, List};
use crate::names::Names;
use crate::parameter::Parameter;
use crate::reading::{Folder, Input, Opaque, Reading, Word};
use crate::run::Call;
use std::ops::Range;
use std::rc::Rc;

/// A text that is read, and how far.
#[derive(Debug)]
pub(crate) struct Source {
    pub text: Rc<str>,
    pub at: usize,
    /// Where a line ends behind which here-documents begin, and where they end.
    pub jump: Option<(usize, usize)>,
}

/// A construct that is open. Each of the last three has its own stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Frame {
    /// `"…"`
    Quote,
    /// A here-document whose expansions count.
    Document,
    /// `$((…))`, `((…))`
    Arithmetic,
    /// `${…}`
    Parameter,
    /// A list of commands.
    List,
}

/// A run of characters without a meaning of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Run {
    Word = 1,
    Quote = 1 << 1,
    Document = 1 << 2,
    Parameter = 1 << 3,
    Arithmetic = 1 << 4,
}

impl Run {
    const ALL: [(Self, &'static [u8]); 5] = [
        (Self::Word, b" \t\r\n\\'\"`$<>&|;()"),
        (Self::Quote, b"\"\\`$"),
        (Self::Document, b"\\`$"),
        (Self::Parameter, b"}/\\\"`$'"),
        (Self::Arithmetic, b"()$`\"'\\"),
    ];

    /// Whether the byte has a meaning there.
    pub fn ends_at(self, byte: u8) -> bool {
        ENDS.get(usize::from(byte))
            .is_some_and(|ends| ends & self as u8 != 0)
    }
}

/// For each byte, the runs that it ends.
static ENDS: [u8; 256] = {
    let mut ends = [0; 256];
    let mut rest: &[(Run, &[u8])] = &Run::ALL;
    while let [(run, bytes), others @ ..] = rest {
        let mut bytes = *bytes;
        while let [byte, more @ ..] = bytes {
            #[allow(clippy::indexing_slicing)] // Evaluated when it is compiled.
            {
                ends[*byte as usize] |= *run as u8;
            }
            bytes = more;
        }
        rest = others;
    }
    ends
};

impl Source {
    pub fn new(text: Rc<str>) -> Self {
        Self {
            text,
            at: 0,
            jump: None,
        }
    }
}

/// Reads one input.
#[derive(Debug)]
pub(crate) struct Reader {
    pub out: Reading,
    pub sources: Vec<Source>,
    pub frames: Vec<Frame>,
    pub lists: Vec<List>,
    pub parameters: Vec<Parameter>,
    pub arithmetics: Vec<Arithmetic>,
    /// The word that is read in each list, parameter and here-document.
    pub fields: Vec<Option<Field>>,
    spare: Field,
    pub names: Names,
    /// The names of variables in the order in which the text sets them.
    pub assigned: Vec<String>,
    /// Where a `$((` turned out to be a substitution: offset in the innermost text.
    pub not_arithmetic: Option<usize>,
    pub folder: Folder,
    /// The folder before the last change.
    pub former_folder: Folder,
    /// Whether the text has set a variable that makes programs run code.
    pub is_environment_changed: bool,
    /// Texts that run beside the command that is read, and the programs that run them.
    pub later: (Vec<Word>, Vec<String>),
    /// Whether the outermost list is an argument list and no text.
    pub reads_arguments: bool,
    /// The arguments carry shell syntax: the first command is the event's own program.
    pub splits_arguments: bool,
    budget: usize,
    words: usize,
    next_list: u32,
}

impl Reader {
    /// A reader for an input of this many bytes.
    pub fn new(length: usize) -> Self {
        Self {
            out: Reading::default(),
            sources: Vec::new(),
            frames: Vec::new(),
            lists: Vec::new(),
            parameters: Vec::new(),
            arithmetics: Vec::new(),
            fields: Vec::new(),
            spare: Field::default(),
            names: Names::default(),
            assigned: Vec::new(),
            not_arithmetic: None,
            folder: Folder::Event,
            former_folder: Folder::Unknown,
            is_environment_changed: false,
            later: (Vec::new(), Vec::new()),
            reads_arguments: false,
            splits_arguments: false,
            budget: length
                .saturating_mul(limits::WORK_FOR_EACH_BYTE)
                .saturating_add(limits::WORK_AT_LEAST),
            words: 0,
            next_list: 0,
        }
    }

    pub fn read_text(mut self, text: &str) -> Reading {
        self.open_text(Rc::from(text), Input::Inherited, Rc::from([]));
        self.finish()
    }

    pub fn read_arguments(mut self, arguments: &[&str]) -> Reading {
        self.open_text(Rc::from(""), Input::Inherited, Rc::from([]));
        self.start_arguments(arguments);
        self.finish()
    }

    fn finish(mut self) -> Reading {
        self.run();
        sentry_sort::unstable(&mut self.out.opaque, |a, b| a < b);
        self.out.opaque.dedup();
        self.out
    }

    /// Steps until nothing is open.
    fn run(&mut self) {
        while let Some(frame) = self.frames.last().copied() {
            if !self.spend(1) || self.out.commands.len() >= limits::COMMANDS {
                if self.out.commands.len() >= limits::COMMANDS {
                    self.opaque(Opaque::Commands);
                }
                return;
            }
            match frame {
                Frame::List => self.list_step(),
                Frame::Quote => self.quote_step(),
                Frame::Document => self.document_step(),
                Frame::Parameter => self.parameter_step(),
                Frame::Arithmetic => self.arithmetic_step(),
            }
        }
    }

    /// Takes work from the budget. Without budget the reader stops.
    pub fn spend(&mut self, work: usize) -> bool {
        if self.budget < work {
            self.budget = 0;
            self.opaque(Opaque::Work);
            return false;
        }
        self.budget -= work;
        true
    }

    /// Counts words, and the bytes that they hold. Beyond the limits the reader stops.
    pub fn spend_words(&mut self, words: usize, bytes: usize) -> bool {
        self.words += words;
        if self.words > limits::WORDS {
            self.opaque(Opaque::Commands);
            self.budget = 0;
            return false;
        }
        self.spend(bytes)
    }

    pub fn opaque(&mut self, reason: Opaque) {
        if !self.out.opaque.contains(&reason) {
            self.out.opaque.push(reason);
        }
    }

    /// The text that is read, and the offset.
    pub fn source(&self) -> (Rc<str>, usize) {
        self.sources.last().map_or_else(
            || (Rc::from(""), 0),
            |source| (Rc::clone(&source.text), source.at),
        )
    }

    /// The byte at this distance from the offset.
    pub fn peek(&self, ahead: usize) -> Option<u8> {
        let source = self.sources.last()?;
        source.text.as_bytes().get(source.at + ahead).copied()
    }

    pub fn advance(&mut self, bytes: usize) {
        if let Some(source) = self.sources.last_mut() {
            source.at = (source.at + bytes).min(source.text.len());
        }
    }

    pub fn go_to(&mut self, at: usize) {
        if let Some(source) = self.sources.last_mut() {
            source.at = at.min(source.text.len());
        }
    }

    /// Takes the character at the offset and what follows, up to a byte that ends such a run: the
    /// text and the range in it.
    pub fn take_run(&mut self, run: Run) -> (Rc<str>, Range<usize>) {
        let (text, at) = self.source();
        let rest = text.as_bytes().get(at..).unwrap_or_default();
        let length = (rest.iter().skip(1))
            .position(|byte| run.ends_at(*byte))
            .map_or(rest.len(), |length| length + 1);
        self.advance(length);
        (text, at..at + length)
    }

    /// Whether `((` or `$((` at this place may begin arithmetic.
    pub fn may_be_arithmetic(&self) -> bool {
        self.not_arithmetic != self.sources.last().map(|source| source.at)
    }

    pub fn list(&mut self) -> Option<&mut List> {
        self.lists.last_mut()
    }

    /// The word that is read. It begins here if none is open.
    pub fn field(&mut self) -> &mut Field {
        match self.fields.last_mut() {
            Some(slot) => slot.get_or_insert_with(Field::default),
            None => &mut self.spare,
        }
    }

    /// Whether an expansion at this place is within quotes.
    pub fn is_quoted(&self) -> bool {
        match self.frames.last() {
            Some(Frame::Quote | Frame::Document | Frame::Arithmetic) => true,
            Some(Frame::Parameter) => self
                .parameters
                .last()
                .is_some_and(|parameter| parameter.quoted),
            _ => false,
        }
    }

    /// Opens a construct. Too deep within others it is opaque, and reading ends.
    pub fn open(&mut self, frame: Frame) -> bool {
        if self.frames.len() >= limits::DEPTH {
            self.opaque(Opaque::Depth);
            self.budget = 0;
            return false;
        }
        self.frames.push(frame);
        true
    }

    /// Opens a list of commands within the text that is read.
    pub fn open_list(&mut self, end: End) -> bool {
        if !self.open(Frame::List) {
            return false;
        }
        let id = self.next_list;
        self.next_list += 1;
        let from = (self.out.commands.len(), self.assigned.len());
        let list = List::within(self.lists.last(), id, end, from, self.folder.clone());
        let at = self.sources.last().map_or(0, |source| source.at);
        self.lists.push(List {
            from: at,
            found: (
                self.out.commands.len(),
                self.out.pipelines.len(),
                self.out.code.len(),
            ),
            ..list
        });
        self.fields.push(None);
        true
    }

    /// Opens another text that the shell reads before it goes on.
    pub fn open_text(&mut self, text: Rc<str>, input: Input, positional: Rc<[Word]>) -> bool {
        let texts = self
            .lists
            .iter()
            .filter(|list| list.end == End::Text)
            .count();
        if texts > limits::TEXTS_WITHIN {
            self.opaque(Opaque::Depth);
            return false;
        }
        if !self.spend(text.len()) {
            return false;
        }
        if !self.open_list(End::Text) {
            return false;
        }
        if let Some(list) = self.lists.last_mut() {
            list.input = input;
            list.positional = positional;
            self.sources.push(Source::new(text));
        }
        true
    }

    /// Starts the command of an argument list.
    fn start_arguments(&mut self, arguments: &[&str]) {
        let program = arguments.first().copied().unwrap_or_default();
        if crate::split::has_syntax(program, arguments.iter().copied().skip(1)) {
            self.splits_arguments = true;
            let text = crate::split::to_text(arguments);
            if let Some(source) = self.sources.last_mut() {
                source.text = Rc::from(text);
            }
            return;
        }
        let words: Vec<Word> = arguments
            .iter()
            .take(limits::WORDS)
            .map(|argument| Word::constant(*argument))
            .collect();
        if words.len() < arguments.len() {
            self.opaque(Opaque::Commands);
        }
        self.reads_arguments = true;
        let folder = self.folder.clone();
        self.start(Call::new(words, Input::Inherited, folder));
        self.open_later();
    }
}
