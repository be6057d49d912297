//! The rules that fit the commands of a subject, for lints.

use super::Engine;
use super::by_command::ByCommand;
use crate::event::{self, EventKind, Scratch};

impl Engine {
    /// The indices of the rules that fit an event with this subject, ascending: one list for each
    /// command of a `ToolExec` event, which is taken as words and as the text of a shell; otherwise
    /// one list.
    pub(crate) fn matching_each(&self, kind: EventKind, subject: &str) -> Vec<Vec<usize>> {
        if kind != EventKind::ToolExec {
            return vec![self.matching(kind, subject)];
        }
        let mut lists = self.of_arguments(&subject.split(' ').collect::<Vec<_>>());
        if subject.contains(['|', '&', ';', '<', '>', '$', '(', '~']) {
            lists.extend(self.of_arguments(&["sh", "-c", subject]));
        }
        lists
    }

    fn of_arguments(&self, arguments: &[&str]) -> Vec<Vec<usize>> {
        let Ok(arguments) = serde_json::to_string(arguments) else {
            return Vec::new();
        };
        let line = format!(r#"{{"event":{{"ToolExec":{{"pid":1,"argv":{arguments}}}}}}}"#);
        let mut scratch = Scratch::default();
        let Ok(event) = event::parse(line.as_bytes(), &mut scratch) else {
            return Vec::new();
        };
        let reading = super::read(&event.arguments().collect::<Vec<_>>());
        let commands = ByCommand::new(self, &event, &reading);
        let list = |at| {
            let mut matching = Vec::new();
            commands.rules_for(at, &mut matching, &mut Vec::new());
            matching
        };
        (0..commands.len()).map(list).collect()
    }
}
