//! Linker settings of the shared library.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let os = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    if matches!(os.as_str(), "linux" | "android" | "freebsd") {
        // The AV1 decoder's tables are C symbols that its assembly addresses directly: that works
        // only when no other library may replace them, and nobody outside needs to see them.
        println!("cargo::rustc-link-arg-cdylib=-Wl,-Bsymbolic");
        println!("cargo::rustc-link-arg-cdylib=-Wl,--exclude-libs,ALL");
    }
}
