//! What texts look like, in figures.
