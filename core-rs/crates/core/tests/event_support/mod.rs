//! What the differential test of event parsing needs: a generator of lines, and a plain reading of the
//! contract to compare with.

pub mod oracle;
pub mod writer;
