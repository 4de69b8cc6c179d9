//! Journeys: answers without a screen. Files taken out of an image, images checked and compared, through the binary.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what cannot be set up is a failed test")]

mod above_base;
mod agreeing;
mod beside;
#[cfg(unix)]
mod building;
mod closed;
mod comparing;
mod dive_options;
mod extracting;
mod foreign;
mod given_paths;
mod grepping;
mod hostile;
mod judging;
#[cfg(unix)]
mod layer_files;
mod layer_pairs;
mod lines;
mod listing;
mod manual;
mod materials;
mod packages;
mod passes;
mod pipelines;
mod reporting;
mod rpm;
mod rules_files;
mod saved;
mod setting_aside;
mod sparse;
mod stated_documents;
#[path = "../support/mod.rs"]
mod support;
mod totals;
mod unread;
mod unread_config;
mod verifying;
