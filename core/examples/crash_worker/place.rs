//! The stores of a folder and the node on them, opened as a service opens them.

use std::path::Path;
use std::sync::Arc;

use safelight::hosted::{Hosted, Setup, Stores};
use safelight::storage::{Disk, FileOriginals, LocalResults, RealDisk, Results, SqliteCatalog};
use safelight::{Engine, Result};

/// Bytes of results on disk. None are kept in memory, so that every answer comes from a file.
const MOST_RESULTS: u64 = 1 << 20;

pub struct Place {
    pub hosted: Hosted,
    pub results: Arc<LocalResults>,
    pub account: String,
}

impl Place {
    pub fn open(folder: &Path) -> Result<Self> {
        let disk: Arc<dyn Disk> = Arc::new(RealDisk);
        let originals = Arc::new(FileOriginals::open(&folder.join("originals"), disk.clone())?);
        let catalog = Arc::new(SqliteCatalog::open(&folder.join("catalog.db"))?);
        let results = folder.join("results");
        let results = Arc::new(LocalResults::open(0, &results, MOST_RESULTS, disk)?);
        let setup = Setup {
            account: Some("0".repeat(32)),
            hash: Some("hash".to_owned()),
            results: Some(results.clone() as Arc<dyn Results>),
            ..Setup::default()
        };
        let hosted = Hosted::open(Stores { catalog, originals }, Engine::default(), setup)?;
        // Nobody else has the folder open: whatever has a note was left over by a crash.
        hosted.recover()?;
        let account = hosted.home().id.clone();
        if !hosted.settings(&account)?.private_custom_ids {
            hosted.edit_settings(&account, &mut |settings| {
                settings.private_custom_ids = true;
                Ok(())
            })?;
        }
        Ok(Place { hosted, results, account })
    }
}
