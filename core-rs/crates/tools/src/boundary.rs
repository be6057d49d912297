//! The boundary to JavaScript. Each call returns JSON text of a type that is exported to
//! TypeScript.

use wasm_bindgen::prelude::*;

use crate::format::Formatted;
use crate::include::{Place, include_parts};
use crate::policy_test::{Holds, policy_tests};

/// A [`Formatted`] document. `name` is the name of the source in diagnostics.
#[wasm_bindgen]
pub fn format(name: &str, source: &str) -> String {
    json(&Formatted::of(name, source))
}

/// The [`PolicyTests`](crate::PolicyTests) of a document. With `alone`, it must hold nothing else.
#[wasm_bindgen(js_name = policyTests)]
pub fn tests(name: &str, source: &str, alone: bool) -> String {
    let holds = if alone {
        Holds::TestsAlone
    } else {
        Holds::Policy
    };
    json(&policy_tests(name, source, holds))
}

/// The [`Parts`](crate::Parts) of a document, which is `included` or a policy.
#[wasm_bindgen(js_name = includeParts)]
pub fn parts(name: &str, source: &str, included: bool) -> String {
    let place = if included {
        Place::Included
    } else {
        Place::Policy
    };
    json(&include_parts(name, source, place))
}

/// The [`Problem`](crate::Problem)s of a source, in JSON, as a list of diagnostics.
#[wasm_bindgen]
pub fn describe(name: &str, source: &str, problems: &str) -> String {
    let problems = serde_json::from_str::<Vec<crate::Problem>>(problems).unwrap_or_default();
    json(&crate::describe(name, source, &problems))
}

/// The types that cross have no map with keys that are not strings, so this cannot fail.
fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
