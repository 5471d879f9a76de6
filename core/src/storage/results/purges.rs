//! Purges that are remembered, found by what they are about.

use std::collections::HashMap;

use super::{Label, Selector};

/// Purges that are remembered one by one; beyond, the older half is remembered as one number.
const MOST: usize = 1 << 16;

/// For each thing that was purged, the number of its last purge.
#[derive(Debug, Default)]
pub(super) struct Purges {
    tags: HashMap<String, u64>,
    addresses: HashMap<String, u64>,
    prefixes: HashMap<String, u64>,
    /// Everything that was born before is gone.
    before: u64,
}

impl Purges {
    pub(super) fn add(&mut self, selector: &Selector, seq: u64) {
        let (map, name) = match selector {
            Selector::Tag(tag) => (&mut self.tags, tag),
            Selector::Address(address) => (&mut self.addresses, address),
            Selector::Prefix(prefix) => (&mut self.prefixes, prefix),
            Selector::All => return self.forget_before(seq),
        };
        let last = map.entry(name.clone()).or_default();
        *last = seq.max(*last);
        if self.tags.len() + self.addresses.len() + self.prefixes.len() > MOST {
            self.halve();
        }
    }

    pub(super) fn forget_before(&mut self, seq: u64) {
        self.before = self.before.max(seq);
        let before = self.before;
        for map in [&mut self.tags, &mut self.addresses, &mut self.prefixes] {
            map.retain(|_, seq| *seq > before);
        }
    }

    /// Whether no purge is about a result with this label.
    pub(super) fn admit(&self, label: &Label) -> bool {
        let fine = |seq: Option<&u64>| seq.is_none_or(|seq| label.born >= *seq);
        let begins = |prefix: &String| label.address.starts_with(prefix.as_str());
        label.born >= self.before
            && label.tags.iter().all(|tag| fine(self.tags.get(tag)))
            && fine(self.addresses.get(&label.address))
            && !self.prefixes.iter().any(|(prefix, seq)| label.born < *seq && begins(prefix))
    }

    fn halve(&mut self) {
        let maps = [&self.tags, &self.addresses, &self.prefixes];
        let mut numbers: Vec<u64> =
            maps.into_iter().flat_map(|map| map.values().copied()).collect();
        let middle = numbers.len() / 2;
        let (_, seq, _) = numbers.select_nth_unstable(middle);
        let seq = *seq;
        self.forget_before(seq);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(tag: &str, address: &str, born: u64) -> Label {
        Label { tags: vec![tag.into()], address: address.into(), born }
    }

    #[test]
    fn a_purge_is_about_what_was_born_before_it() {
        let mut purges = Purges::default();
        purges.add(&Selector::Tag("a".into()), 5);
        purges.add(&Selector::Tag("a".into()), 3);
        purges.add(&Selector::Address("h/x".into()), 6);
        purges.add(&Selector::Prefix("h/y/".into()), 7);
        assert!(!purges.admit(&label("a", "", 4)) && purges.admit(&label("a", "", 5)));
        assert!(!purges.admit(&label("", "h/x", 5)) && purges.admit(&label("", "h/x", 6)));
        assert!(!purges.admit(&label("", "h/y/z", 6)) && purges.admit(&label("", "h/y", 6)));
        purges.add(&Selector::All, 9);
        assert!(!purges.admit(&label("b", "h", 8)) && purges.admit(&label("a", "h/x", 9)));
        assert!(purges.tags.is_empty() && purges.prefixes.is_empty());
    }

    #[test]
    fn too_many_purges_make_old_results_go_and_none_come_back() {
        let mut purges = Purges::default();
        let count = 3 * MOST as u64;
        for seq in 1..=count {
            purges.add(&Selector::Tag(format!("t{seq}")), seq);
        }
        assert!(purges.tags.len() <= MOST);
        for seq in (1..=count).step_by(97) {
            assert!(!purges.admit(&label(&format!("t{seq}"), "", seq - 1)), "{seq}");
        }
        assert!(purges.admit(&label("other", "", count)));
    }
}
