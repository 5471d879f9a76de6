//! Which codec back ends are live, and whether their assembly is.

/// One codec library in this build.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Backend {
    /// What it does, for example `jpeg`.
    pub role: &'static str,
    /// Library and version.
    pub name: String,
    /// Whether its SIMD or assembly kernels run on this machine: asked of the library, not of
    /// the build's settings, because two of them fall back in silence. True as well for a
    /// library that is Rust alone and has nothing to fall back to.
    pub accelerated: bool,
}

/// Every back end of this build.
pub fn backends() -> Vec<Backend> {
    let mut all = crate::decode::backends();
    all.extend(crate::encode::backends());
    all.push(crate::transform::backend());
    all
}
