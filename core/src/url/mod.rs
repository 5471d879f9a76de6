//! Every URL form, parsed and built (reference §1.1 and §3.1).
