//! TLS to servers that this machine trusts.

use std::sync::{Arc, OnceLock};

use rustls::{ClientConfig, RootCertStore};
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// TLS with the certificates that this machine trusts, read once.
pub(crate) fn trusted() -> Arc<ClientConfig> {
    static TRUSTED: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    let make = || {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring knows TLS 1.2 and 1.3");
        Arc::new(config.with_root_certificates(roots).with_no_client_auth())
    };
    TRUSTED.get_or_init(make).clone()
}

/// The same for clients of ureq, which makes its own of the certificates.
pub(crate) fn for_agents() -> TlsConfig {
    static ROOTS: OnceLock<Arc<Vec<Certificate<'static>>>> = OnceLock::new();
    let read = || {
        let certificates = rustls_native_certs::load_native_certs().certs;
        Arc::new(certificates.iter().map(|it| Certificate::from_der(it).to_owned()).collect())
    };
    TlsConfig::builder()
        .root_certs(RootCerts::Specific(ROOTS.get_or_init(read).clone()))
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build()
}
