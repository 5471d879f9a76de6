//! Vary for Images: which formats an origin may send for an extension (reference §6).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::documents::{body, Wanted, VARY};
use super::Hosted;
use crate::delivery::check_vary_rule;
use crate::{Error, Kind, Result};

/// Zones with rules.
const MOST: u64 = 10_000;

/// The rules of a zone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VaryRules {
    /// Media types by extension, without the dot.
    pub value: BTreeMap<String, Vec<String>>,
    /// When they were set, in Unix milliseconds.
    #[serde(default)]
    pub modified: u64,
}

impl Hosted {
    /// The rules of a zone; `NotFound` when it has none.
    pub fn vary_rules(&self, zone: &str) -> Result<Arc<VaryRules>> {
        self.refresh()?;
        self.copy.held().vary.get(zone).cloned().ok_or_else(missing)
    }

    /// Replaces the rules of a zone.
    pub fn set_vary_rules(
        &self,
        zone: &str,
        value: &BTreeMap<String, Vec<String>>,
    ) -> Result<Arc<VaryRules>> {
        check_zone(zone)?;
        value.iter().try_for_each(|(extension, types)| check_vary_rule(extension, types))?;
        let rules = VaryRules { value: value.clone(), modified: self.now() };
        let text = body(&rules)?;
        self.edit((VARY, "", zone), &mut |_| Ok(Wanted::body(text.clone(), MOST)))?;
        Ok(Arc::new(rules))
    }

    /// Removes the rules of a zone.
    pub fn delete_vary_rules(&self, zone: &str) -> Result<()> {
        self.edit((VARY, "", zone), &mut |old| match old {
            Some(_) => Ok(Wanted::gone()),
            None => Err(missing()),
        })
    }
}

fn missing() -> Error {
    Error::new(Kind::NotFound, "the zone has no vary rules")
}

fn check_zone(zone: &str) -> Result<()> {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    match (1..=64).contains(&zone.len()) && zone.bytes().all(letter) {
        true => Ok(()),
        false => Err(Error::invalid("zone", "1 to 64 letters, digits, -, _ or .", zone)),
    }
}
