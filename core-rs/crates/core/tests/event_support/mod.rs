//! Support for the differential test of event parsing: a generator of lines, and a plain
//! implementation of the contract.

pub mod oracle;
pub mod writer;
