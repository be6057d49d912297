//! Writes the built-in rules, the packs and the table of tokens without their comments and indentation, which would be
//! a tenth of their room in the wasm module, and the list of the built-in kinds of secret.

use std::error::Error;
use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

const RULES: &str = "src/policy/builtin.acl";
const PACKS: &str = "src/policy/packs";
const TOKENS: &str = "data/tokens.txt";
/// The kinds that have code of their own, in the order in which they name a find.
const KINDS: [&str; 15] = [
    "private_key",
    "openai_key",
    "stripe_key",
    "google_api_key",
    "aws_access_key_id",
    "github_token",
    "slack_token",
    "jwt",
    "aws_secret",
    "bearer",
    "generic_secret",
    "email",
    "authorization",
    "cookie",
    "url_credentials",
];
/// Kinds behind them that have code of their own and are masked only on request.
const OPTIONAL_KINDS: [&str; 10] = [
    "payment_card",
    "iban",
    "phone",
    "us_ssn",
    "br_cpf",
    "es_dni",
    "fr_nir",
    "in_aadhaar",
    "nl_bsn",
    "uk_nhs",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={RULES}");
    println!("cargo::rerun-if-changed={TOKENS}");
    let folder = env::var("OUT_DIR")?;
    let text = shortened(&fs::read_to_string(RULES)?);
    fs::write(Path::new(&folder).join("builtin.acl"), text)?;
    println!("cargo::rerun-if-changed={PACKS}");
    for pack in fs::read_dir(PACKS)? {
        let pack = pack?;
        let name = pack.file_name();
        let text = shortened(&fs::read_to_string(pack.path())?);
        fs::write(Path::new(&folder).join(name), text)?;
    }
    let table = fs::read_to_string(TOKENS)?;
    let (tokens, kinds) = tokens(&table)?;
    fs::write(Path::new(&folder).join("tokens.txt"), tokens)?;
    let kinds = format!("{:?}", kinds.as_slice());
    fs::write(Path::new(&folder).join("kinds.rs"), format!("&{kinds}"))?;
    let optional = format!("{OPTIONAL_KINDS:?}");
    fs::write(Path::new(&folder).join("optional-kinds.rs"), optional)?;
    Ok(())
}

/// The lines inside of a string in backticks stay as they are.
fn shortened(text: &str) -> String {
    let mut short = String::new();
    let mut is_in_string = false;
    for line in text.lines() {
        let kept = if is_in_string { line } else { line.trim() };
        if !is_in_string && (kept.is_empty() || kept.starts_with('#')) {
            continue;
        }
        short.push_str(kept);
        short.push('\n');
        is_in_string ^= kept.matches('`').count() % 2 == 1;
    }
    short
}

/// The formats, each after the number of its kind, and the names of all kinds.
fn tokens(table: &str) -> Result<(String, Vec<&str>), Box<dyn Error>> {
    let mut kinds = [KINDS.as_slice(), &OPTIONAL_KINDS].concat();
    let mut formats = String::new();
    for line in table.lines() {
        let (line, source) = line.split_once('#').unwrap_or((line, ""));
        let Some((kind, format)) = line.split_once(' ') else {
            continue;
        };
        if source.trim().is_empty() {
            return Err(format!("{TOKENS}: `{line}` has no source").into());
        }
        let number = kinds.iter().position(|known| *known == kind);
        let number = number.unwrap_or_else(|| {
            kinds.push(kind);
            kinds.len() - 1
        });
        writeln!(formats, "{number} {}", format.trim())?;
    }
    Ok((formats, kinds))
}
