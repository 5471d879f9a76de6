//! Safelight: an image CDN inside your own process.

#[cfg(feature = "service")]
pub mod api;
mod assets;
#[cfg(feature = "audit")]
pub mod audit;
#[cfg(all(test, feature = "codecs"))]
mod codec_tests;
#[cfg(feature = "service")]
mod date;
pub mod delivery;
mod error;
pub mod guard;
pub mod hooks;
pub mod image;
mod input;
mod job;
mod limits;
pub mod markup;
mod message;
pub mod options;
pub mod plan;
pub mod sign;
pub mod url;

#[cfg(feature = "codecs")]
pub mod backends;
#[cfg(feature = "codecs")]
mod chain;
#[cfg(feature = "codecs")]
mod color;
#[cfg(feature = "codecs")]
mod decode;
#[cfg(feature = "codecs")]
mod encode;
#[cfg(feature = "codecs")]
mod engine;
#[cfg(feature = "service")]
pub mod fetch;
#[cfg(feature = "service")]
pub mod hosted;
#[cfg(feature = "service")]
pub mod import;
#[cfg(feature = "codecs")]
mod insight;
#[cfg(feature = "codecs")]
mod kernel;
#[cfg(feature = "codecs")]
mod original;
#[cfg(feature = "codecs")]
mod overlays;
#[cfg(feature = "codecs")]
mod pipeline;
#[cfg(feature = "codecs")]
mod polish;
#[cfg(feature = "codecs")]
pub mod quality;
#[cfg(feature = "service")]
mod service;
#[cfg(feature = "service")]
pub mod storage;
#[cfg(all(feature = "codecs", feature = "text"))]
mod text;
#[cfg(feature = "service")]
mod tls;
#[cfg(feature = "codecs")]
mod transform;

#[cfg(feature = "service")]
pub use api::Called;
pub use assets::Assets;
#[cfg(feature = "codecs")]
pub use chain::Pixels;
#[cfg(feature = "codecs")]
pub use engine::{Engine, Info, Rendered, Timings};
pub use error::{Error, Kind, KindNames, Result, KINDS};
pub use input::Input;
pub use job::{CancelToken, Charge, Job};
pub use limits::Limits;
pub use message::{Body, Request, Response};
pub use options::Options;
#[cfg(feature = "codecs")]
pub use polish::{PolishMode, PolishOptions, PolishStatus, Polished};
#[cfg(feature = "service")]
pub use service::{
    AccountConfig, Config, ImportsConfig, Load, ResultsConfig, Service, SourcesConfig,
};

/// The one version number of every package.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
