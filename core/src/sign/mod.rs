//! Signed URLs: HMAC-SHA256 over path and query (reference §3.5).
