//! Operating system, architecture, variant: parsing, printing, choosing.

/// A platform as the OCI image index states it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Platform {
    /// `linux`, `windows`, …
    pub os: String,
    /// `amd64`, `arm64`, … (GOARCH names)
    pub architecture: String,
    /// `v7`, `v8`, … where the architecture has variants.
    pub variant: Option<String>,
}
