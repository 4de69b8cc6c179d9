//! The image configuration: what a container started from the image would run as.

/// What of a config is shown, exported and judged. Foreign text, raw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// When the image was made, as recorded.
    pub created: Option<String>,
    /// Who made it.
    pub author: Option<String>,
    /// User and group, as recorded.
    pub user: Option<String>,
    /// Environment, `NAME=value`, in order.
    pub env: Vec<String>,
    /// Entrypoint in exec form.
    pub entrypoint: Vec<String>,
    /// Command in exec form.
    pub cmd: Vec<String>,
    /// Working directory.
    pub working_dir: Option<String>,
    /// Labels, sorted by key.
    pub labels: Vec<(String, String)>,
    /// Exposed ports (`80/tcp`), sorted.
    pub exposed_ports: Vec<String>,
    /// Volumes, sorted.
    pub volumes: Vec<String>,
    /// Signal that stops it.
    pub stop_signal: Option<String>,
    /// Docker's health check command.
    pub healthcheck: Vec<String>,
    /// Docker's ONBUILD triggers.
    pub on_build: Vec<String>,
    /// Docker's SHELL.
    pub shell: Vec<String>,
    /// `rootfs.diff_ids`, base first.
    pub diff_ids: Vec<String>,
}
