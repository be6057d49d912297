//! The boundary to JavaScript. Each call returns JSON text of a type that is exported to
//! TypeScript.

use wasm_bindgen::prelude::*;

use crate::format::Formatted;

/// A [`Formatted`] document. `name` is the name of the source in diagnostics.
#[wasm_bindgen]
pub fn format(name: &str, source: &str) -> String {
    json(&Formatted::of(name, source))
}

/// The types that cross have no map with keys that are not strings, so this cannot fail.
fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
