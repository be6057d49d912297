//! Judgements of events that were judged before: agents do the same again and again.

use super::judgement::Judgement;
use crate::event::Event;

/// The numbers of pairs of places for events, powers of two: at first, and at most.
const FEW: usize = 1 << 6;
const MOST: usize = 1 << 14;
/// The most bytes of the text of a known event.
const MAX_KEY: usize = 256;

/// Judgements by the texts of events. An event that comes a second time is kept, until others need
/// its place, and from the third time on it is known. So a stream in which each event is new costs
/// no more than looking. All together take at most 9 MB, and little in an engine that judged few.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// An event has its place in one pair, by its hash.
    pairs: Vec<[Slot; 2]>,
    /// The number of events that were not known.
    new: usize,
    /// A buffer for the text of an event.
    buffer: Vec<u8>,
}

#[derive(Clone, Debug, Default)]
struct Slot {
    hash: u32,
    /// An event that came a second time, and its judgement.
    known: Option<(Box<[u8]>, Judgement)>,
}

/// What was found about an event.
pub(super) enum Lookup {
    Known(Judgement),
    New(New),
    /// It is not kept.
    Never,
}

/// An event whose judgement can be kept.
pub(super) struct New {
    hash: u32,
    key: Vec<u8>,
}

impl Known {
    pub(super) fn look_up(&mut self, event: &Event<'_>) -> Lookup {
        let mut key = std::mem::take(&mut self.buffer);
        if !event.write_key(MAX_KEY, &mut key) {
            self.buffer = key;
            return Lookup::Never;
        }
        let hash = hash(&key);
        let slots = self.pairs.get(self.place(hash)).into_iter().flatten();
        let known = slots
            .filter(|slot| slot.hash == hash)
            .filter_map(|slot| slot.known.as_ref())
            .find(|(known, _)| **known == *key);
        match known.map(|(_, judgement)| *judgement) {
            Some(judgement) => {
                self.buffer = key;
                Lookup::Known(judgement)
            }
            None => Lookup::New(New { hash, key }),
        }
    }

    pub(super) fn keep(&mut self, event: New, judgement: Judgement) {
        let New { hash, key } = event;
        self.new += 1;
        if self.pairs.len() < MOST && self.new > self.pairs.len() {
            self.make_more_pairs();
        }
        let place = self.place(hash);
        if let Some(pair) = self.pairs.get_mut(place) {
            let same = pair.iter().position(|slot| slot.hash == hash);
            // An empty place is taken first, then that of an event that came once.
            let [first, second] = &*pair;
            let rank = |slot: &Slot| (slot.known.is_some(), slot.hash != 0);
            let at = same.unwrap_or(usize::from(rank(second) < rank(first)));
            if let Some(slot) = pair.get_mut(at) {
                let known = same.map(|_| (key.as_slice().into(), judgement));
                *slot = Slot { hash, known };
            }
        }
        self.buffer = key;
    }

    fn place(&self, hash: u32) -> usize {
        hash as usize & self.pairs.len().wrapping_sub(1)
    }

    /// Doubles the number of pairs. What is in one stays there or goes to the same place of the new
    /// one that is as far from the first new one.
    fn make_more_pairs(&mut self) {
        let before = self.pairs.len();
        self.pairs
            .resize_with((2 * before).max(FEW), Default::default);
        let (old, new) = self.pairs.split_at_mut(before);
        for (from, to) in old.iter_mut().zip(new) {
            for (from, to) in from.iter_mut().zip(to) {
                if from.hash as usize & before != 0 {
                    *to = std::mem::take(from);
                }
            }
        }
    }

    pub(super) fn clear(&mut self) {
        self.pairs.clear();
        self.new = 0;
    }
}

/// Multiplies and mixes eight bytes at a time. Whoever finds events of the same hash makes them
/// push each other out, and no more: texts are compared.
fn hash(key: &[u8]) -> u32 {
    let (eights, rest) = key.as_chunks::<8>();
    let rest = rest
        .iter()
        .fold(0, |number, &byte| number << 8 | u64::from(byte));
    let all = eights
        .iter()
        .map(|eight| u64::from_le_bytes(*eight))
        .chain([rest]);
    let mixed = all.fold(0_u64, |hash, eight| {
        let product = (hash ^ eight).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        product ^ product >> 32
    });
    u32::try_from(mixed >> 16 & u64::from(u32::MAX)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Engine;
    use crate::event::{Scratch, parse};
    use crate::policy::{Date, check};

    const POLICY: &str = r#"
        rule "of-agent" { agents = ["a"] on = "*" verdict = "block" severity = "low" reason = "r" }
        rule "below-srv" { reads = ["/srv/**"] verdict = "block" severity = "low" reason = "r" action = "deny-exec" }
        rule "writes" { writes = ["/x"] verdict = "block" severity = "high" reason = "r" }
        rule "until" { on = "Dns" match = "late" verdict = "allow" severity = "low" reason = "r" expires = "2027-03-31" }
    "#;

    fn engine() -> Engine {
        Engine::new(check(POLICY, &|_| None).policy.unwrap()).unwrap()
    }

    /// Lines of which neighbours differ in one thing alone.
    fn lines() -> Vec<String> {
        let exec = |more: &str, argv: &str, inside: &str| {
            format!(r#"{{{more}"event":{{"ToolExec":{{"pid":7,"argv":{argv}{inside}}}}}}}"#)
        };
        let file = |write: bool| {
            format!(r#"{{"event":{{"FileAccess":{{"pid":7,"path":"/x","write":{write}}}}}}}"#)
        };
        let peer = |sni: &str| {
            format!(r#"{{"event":{{"Egress":{{"pid":7,"peer":"10.0.0.1","port":80{sni}}}}}}}"#)
        };
        vec![
            exec("", r#"["cat","x"]"#, ""),
            exec("", r#"["cat","x"]"#, r#","cwd":"/srv""#),
            exec("", r#"["cat","x"]"#, r#","argv_truncated":true"#),
            exec("", r#"["cat x"]"#, ""),
            exec("", r#"["cat","x /srv/a","b"]"#, ""),
            exec("", r#"["cat","x","/srv/a b"]"#, ""),
            exec(r#""identity":{"agent":"a"},"#, r#"["cat","x"]"#, ""),
            exec(
                r#""process":{"exe":"/usr/bin/bash","cwd":"/srv"},"#,
                r#"["cat","x"]"#,
                "",
            ),
            exec(
                r#""process":{"exe":"/usr/bin/bash"},"#,
                r#"["-c","cat /srv/x"]"#,
                "",
            ),
            exec("", r#"["-c","cat /srv/x"]"#, ""),
            file(false),
            file(true),
            peer(""),
            peer(r#","sni":"169.254.169.254""#),
            peer(r#","sni":"other.test""#),
            r#"{"event":{"Dns":{"pid":7,"query":"late.test"}}}"#.to_owned(),
            r#"{"event":{"FileDelete":{"pid":7,"path":"/x"}}}"#.to_owned(),
        ]
    }

    #[test]
    fn what_is_known_is_judged_as_if_it_were_new() {
        let engine = engine();
        let mut scratch = Scratch::default();
        let dates = ["2027-03-31", "2027-04-01"];
        let mut rules = Vec::new();
        for date in dates {
            for _ in 0..4 {
                for line in lines() {
                    engine.set_date(Date::parse(date));
                    let fresh = self::engine();
                    fresh.set_date(Date::parse(date));
                    let expected = fresh.judge(line.as_bytes(), &mut Scratch::default());
                    let judged = engine.judge(line.as_bytes(), &mut scratch);
                    assert_eq!(judged, expected, "{date} {line}");
                    rules.push(expected.rule());
                }
            }
        }
        rules.sort_unstable();
        rules.dedup();
        assert!(rules.len() > 4, "{rules:?}");
    }

    #[test]
    fn there_is_room_for_more_where_more_comes() {
        let engine = engine();
        let mut scratch = Scratch::default();
        let line = |at: usize| format!(r#"{{"event":{{"Dns":{{"pid":7,"query":"n{at}.test"}}}}}}"#);
        let mut known = 0;
        for _ in 0..8 {
            known = 0;
            for at in 0..5000 {
                let line = line(at);
                let mut other = Scratch::default();
                let event = parse(line.as_bytes(), &mut other).unwrap();
                let found = engine.known.borrow_mut().look_up(&event);
                known += usize::from(matches!(found, Lookup::Known(_)));
                engine.judge(line.as_bytes(), &mut scratch);
            }
        }
        assert!(known > 4500, "{known}");
        for at in 0..200_000 {
            engine.judge(line(at).as_bytes(), &mut scratch);
        }
        assert_eq!(engine.known.borrow().pairs.len(), MOST);
    }

    #[test]
    fn an_event_is_known_from_the_third_time_on() {
        let engine = engine();
        for line in lines() {
            for time in 0..4 {
                let mut scratch = Scratch::default();
                let event = parse(line.as_bytes(), &mut scratch).unwrap();
                let found = engine.known.borrow_mut().look_up(&event);
                assert_eq!(matches!(found, Lookup::Known(_)), time > 1, "{time} {line}");
                engine.judge(line.as_bytes(), &mut Scratch::default());
            }
        }
        let long = format!(
            r#"{{"event":{{"Dns":{{"pid":7,"query":"{}"}}}}}}"#,
            "a".repeat(300)
        );
        let mut scratch = Scratch::default();
        let event = parse(long.as_bytes(), &mut scratch).unwrap();
        assert!(matches!(
            engine.known.borrow_mut().look_up(&event),
            Lookup::Never
        ));
    }
}
