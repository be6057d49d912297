//! Detectors that are built when they are first needed: most processes never search a text for
//! secrets.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use super::Detectors;
use crate::policy::{Imported, Redact, import};

/// The detectors of one policy.
///
/// ```
/// use sentry_core::{policy::Redact, redact::{LazyDetectors, Part}};
/// let mut detectors = LazyDetectors::new(Redact::default());
/// let built = detectors.get().unwrap();
/// let scan = built.scan(&mut b"write to bob@example.com".to_vec(), Part::WHOLE).unwrap();
/// assert_eq!(scan.finds.len(), 1);
/// ```
#[derive(Debug)]
pub struct LazyDetectors {
    state: State,
}

#[derive(Debug)]
enum State {
    NotBuilt { redact: Redact, imported: Imported },
    Built(Box<Detectors>),
    TooLarge,
}

thread_local! {
    /// The built-in detectors alone, once a policy needed them.
    static BUILTIN: OnceCell<Rc<RefCell<LazyDetectors>>> = const { OnceCell::new() };
}

/// Builds the detectors that all policies without settings for masking share.
pub fn prepare() {
    LazyDetectors::of(&Redact::default()).borrow_mut().get();
}

impl LazyDetectors {
    /// The detectors for what a policy says about redaction. Policies that say nothing share one,
    /// so [`LazyDetectors::import`] is only for detectors from [`LazyDetectors::new`].
    pub fn of(redact: &Redact) -> Rc<RefCell<Self>> {
        let new = || Rc::new(RefCell::new(Self::new(redact.clone())));
        if redact.patterns.is_empty() && redact.off.is_empty() && redact.on.is_empty() {
            BUILTIN.with(|shared| Rc::clone(shared.get_or_init(new)))
        } else {
            new()
        }
    }

    /// The detectors for what a policy says about redaction.
    pub fn new(redact: Redact) -> Self {
        let imported = Imported::default();
        Self {
            state: State::NotBuilt { redact, imported },
        }
    }

    /// Adds rules for secrets, as ACL text (see [`import`]). Call it before the first
    /// [`LazyDetectors::get`]; it has no effect afterwards. Returns what cannot be used, two lines
    /// for each problem: the rule's id, which may be empty, and the reason.
    pub fn import(&mut self, source: &str) -> String {
        let mut read = import(source);
        let problems = std::mem::take(&mut read.problems);
        if let State::NotBuilt { imported, .. } = &mut self.state {
            *imported = read;
        }
        problems
    }

    /// The detectors; `None` where they would take too much memory.
    pub fn get(&mut self) -> Option<&mut Detectors> {
        if let State::NotBuilt { redact, imported } = &mut self.state {
            let built = Detectors::new(redact, std::mem::take(imported));
            self.state = built.map_or(State::TooLarge, |built| State::Built(Box::new(built)));
        }
        match &mut self.state {
            State::Built(detectors) => Some(detectors),
            State::NotBuilt { .. } | State::TooLarge => None,
        }
    }

    #[cfg(test)]
    pub(crate) fn is_built(&self) -> bool {
        matches!(self.state, State::Built(_))
    }

    #[cfg(test)]
    pub(crate) fn too_large() -> Self {
        Self {
            state: State::TooLarge,
        }
    }
}
