//! Binds the codecs' own symbols inside the library.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // The AV1 decoder's assembly addresses its tables relative to the code, which the linker
    // allows only for symbols that no other library can replace.
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-Bsymbolic");
    }
}
