//! The SAE tier: scores a model's answer by the features of its activations.
//!
//! A sparse autoencoder (SAE) decomposes the activations of one layer of a model into features. A
//! [`Dictionary`] labels some of them. A [`Tier`] sums the contributions of the features of an
//! event for each category; the score is that of the worst category.
//!
//! Scores are integers in millionths, so that sums do not depend on the order of the features, and
//! so that a sum of 0.6 is not below 0.6 because of binary fractions.

mod dictionary;
mod score;

pub use dictionary::{Dictionary, MAX_CATEGORIES, MAX_FEATURES, MAX_TEXT};
pub use score::{Categories, SaeDecision, SaeDriver, SaeScore, ScoreBuffer, Tier};
