//! The SAE tier: what the features of a model's own activations say about its answer.
//!
//! A sparse autoencoder (SAE) takes the activations of one layer of a model apart into features. A
//! [`Dictionary`] says of some of them what they stand for. A [`Tier`] adds up what the features of an
//! event contribute, category by category; the worst category is the score.
//!
//! Scores are whole millionths, so that sums do not depend on the order of the features, and a score that
//! is 0.6 on paper is not below 0.6 for the binary fractions it was made of.

mod dictionary;
mod score;

pub use dictionary::{Dictionary, MAX_CATEGORIES, MAX_FEATURES, MAX_TEXT};
pub use score::{Best, Categories, SaeDecision, SaeDriver, SaeScore, Tier};
