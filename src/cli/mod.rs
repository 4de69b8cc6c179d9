//! (being built)
/// Runs the program.
#[must_use]
pub fn main() -> std::process::ExitCode { std::process::ExitCode::SUCCESS }
