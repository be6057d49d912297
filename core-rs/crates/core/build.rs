//! Writes the built-in rules, the packs and the table of tokens without their comments and blanks, which would be
//! a fifth of their room in the wasm module, and the list of the built-in kinds of secret.

use std::error::Error;
use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

const RULES: &str = "src/policy/builtin.acl";
const PACKS: &str = "src/policy/packs";
const PHRASES: &str = "data/phrases.txt";
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
    println!("cargo::rerun-if-changed={PHRASES}");
    let folder = env::var("OUT_DIR")?;
    let phrases = fs::read_to_string(PHRASES)?;
    let phrases: Vec<String> = (phrases.lines().filter(|line| !line.starts_with('#')))
        .map(|line| line.replace("\\n", "\n").replace("\\\\", "\\"))
        .collect();
    fs::write(Path::new(&folder).join("phrases.txt"), phrases.join("\0"))?;
    let text = with_codes(shortened(&fs::read_to_string(RULES)?), &phrases);
    fs::write(Path::new(&folder).join("builtin.acl"), text)?;
    println!("cargo::rerun-if-changed={PACKS}");
    for pack in fs::read_dir(PACKS)? {
        let pack = pack?;
        let name = pack.file_name();
        let text = with_codes(shortened(&fs::read_to_string(pack.path())?), &phrases);
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

/// Comments go, and blanks that are in no string, or in a pattern that ignores them (`(?x)`). A blank
/// that separates two words stays.
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
    without_blanks(&short)
}

fn without_blanks(text: &str) -> String {
    const MARKS: [char; 9] = ['=', '{', '}', '[', ']', ',', '"', '`', '\n'];
    let mut short = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (part, behind) = match first {
            '"' | '`' => string(rest, first),
            ' ' => rest.split_at(rest.find(|char| char != ' ').unwrap_or(rest.len())),
            _ => rest.split_at(first.len_utf8()),
        };
        rest = behind;
        if first == '`' && part.starts_with("`(?x") {
            let mut is_escaped = false;
            for char in part.chars() {
                if is_escaped || !char.is_whitespace() {
                    short.push(char);
                }
                is_escaped = char == '\\' && !is_escaped;
            }
        } else if first != ' ' {
            short.push_str(part);
        } else if !(short.ends_with(MARKS) || rest.starts_with(MARKS)) {
            short.push(' ');
        }
    }
    short
}

/// Each phrase becomes one control character: those from 1 to 31, without the end of a line.
fn with_codes(mut text: String, phrases: &[String]) -> String {
    let codes = ('\u{1}'..' ').filter(|code| *code != '\n');
    let mut earlier: Vec<(String, String)> = Vec::new();
    for (phrase, code) in phrases.iter().zip(codes) {
        let mut phrase = phrase.clone();
        for (other, code) in &earlier {
            phrase = phrase.replace(other, code);
        }
        text = text.replace(&phrase, &code.to_string());
        earlier.push((phrase, code.to_string()));
    }
    text
}

/// A string at the beginning of a text, and what follows it.
fn string(text: &str, quote: char) -> (&str, &str) {
    let mut is_escaped = false;
    let end = text.char_indices().skip(1).find(|(_, char)| {
        let is_end = *char == quote && !is_escaped;
        is_escaped = quote == '"' && *char == '\\' && !is_escaped;
        is_end
    });
    text.split_at(end.map_or(text.len(), |(at, _)| at + 1))
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
