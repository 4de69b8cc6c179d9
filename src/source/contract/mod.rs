//! The interface that every source offers, and its errors.

pub(crate) mod ask;
pub(crate) mod error;
pub(crate) mod source;
pub(crate) mod verified;
