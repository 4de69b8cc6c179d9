//! A Docker daemon or a podman service of our own: private root, socket and namespace, stopped by its process ID
//! however the test ends.

use std::fs;
use std::mem;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::engines::{Engines, find, run, text};
use super::scratch::fresh;

/// Waits for its input to end, which it does when the test does, and then tidies up. A process that has ended and was
/// not waited for yet has no executable any more.
const CLEANUP: &str = r#"trap '' INT TERM HUP; cat > /dev/null
kill -TERM "$1"; tries=0
while [ -e /proc/"$1"/exe ] && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
[ ! -e /proc/"$1"/exe ] || kill -KILL "$1"
[ ! -e "$2"/mounted ] || umount -l "$2"/mounted"#;

/// A running daemon.
pub struct Docker {
    home: PathBuf,
    /// Its data root.
    pub root: PathBuf,
    daemon: Child,
    cleanup: Child,
}

impl Docker {
    /// Starts a daemon with that storage driver; a btrfs is made in a file and mounted for it. `None` where this
    /// kernel knows no such file system.
    pub fn start(engines: &Engines, driver: &str) -> Self {
        let home = fresh(&format!("docker-{driver}-"));
        let root = if driver == "btrfs" { mounted(&home) } else { home.join("root") };
        Self::started(engines, driver, home, root)
    }

    /// Starts a daemon whose data root only it can see.
    pub fn hidden(engines: &Engines, driver: &str) -> Self {
        let home = fresh("docker-hidden-");
        let root = Path::new("/var/lib").join(home.file_name().unwrap());
        Self::started(engines, driver, home, root)
    }

    /// As [`Self::hidden`], also over TLS at that port of this machine, with the certificates in `tls`: `ca.pem`,
    /// `server.crt`, `server.key`.
    pub fn over_tls(engines: &Engines, tls: &Path, port: u16) -> Self {
        let home = fresh("docker-tls-");
        let root = Path::new("/var/lib").join(home.file_name().unwrap());
        let more = format!(
            "--host tcp://127.0.0.1:{port} --tlsverify --tlscacert {0}/ca.pem --tlscert {0}/server.crt --tlskey {0}/server.key",
            tls.display()
        );
        Self::with(engines, "vfs", home, root, &more)
    }

    fn started(engines: &Engines, driver: &str, home: PathBuf, root: PathBuf) -> Self {
        Self::with(engines, driver, home, root, "")
    }

    fn with(engines: &Engines, driver: &str, home: PathBuf, root: PathBuf, more: &str) -> Self {
        let daemon = engines
            .script(
                "exec \"$1\" $5 --data-root \"$2\" --exec-root \"$3/exec\" --pidfile \"$3/pid\" \
                 --host \"unix://$3/socket\" --storage-driver \"$4\" --iptables=false --ip6tables=false \
                 --ip-forward=false --ip-masq=false --bridge=none >\"$3/log\" 2>&1",
                &[&find("dockerd").unwrap(), &root, &home, Path::new(driver), Path::new(more)],
            )
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        Self::watched(home, root, daemon)
    }

    /// Starts podman's API service over a store at `root`; Docker's own client speaks to it as well.
    pub fn podman(engines: &Engines, driver: &str, root: Option<&Path>) -> Self {
        let home = fresh("podman-");
        let hidden = Path::new("/var/lib").join(home.file_name().unwrap());
        let root = root.map_or(hidden, Path::to_path_buf);
        let daemon = engines
            .script(
                "exec podman --storage-driver \"$3\" --root \"$1\" --runroot \"$2/run\" system service \
                 --time 0 \"unix://$2/socket\" >\"$2/log\" 2>&1",
                &[&root, &home, Path::new(driver)],
            )
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        Self::watched(home, root, daemon)
    }

    fn watched(home: PathBuf, root: PathBuf, daemon: Child) -> Self {
        let cleanup = Command::new("sh")
            .args(["-c", CLEANUP, "cleanup", &daemon.id().to_string()])
            .arg(&home)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut docker = Self { home, root, daemon, cleanup };
        docker.wait();
        docker
    }

    /// Its address, as variables have it.
    pub fn host(&self) -> String {
        format!("unix://{}", self.home.join("socket").display())
    }

    fn wait(&mut self) {
        let begin = Instant::now();
        let log = || fs::read_to_string(self.home.join("log")).unwrap_or_default();
        while !self.command().arg("version").output().unwrap().status.success() {
            let ended = self.daemon.try_wait().unwrap();
            assert!(ended.is_none(), "dockerd ended: {}", log());
            assert!(begin.elapsed() < Duration::from_mins(1), "dockerd does not answer: {}", log());
            sleep(Duration::from_millis(100));
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::new("docker");
        command.arg("-H").arg(self.host());
        command.env("HOME", &self.home).env_remove("DOCKER_HOST").env_remove("DOCKER_CONTEXT");
        command
    }

    /// Runs `docker` with these arguments.
    pub fn run<const N: usize>(&self, arguments: [&str; N]) {
        run(self.command().args(arguments));
    }

    /// What `docker` with these arguments prints.
    pub fn text<const N: usize>(&self, arguments: [&str; N]) -> String {
        text(self.command().args(arguments))
    }

    /// What `docker` with these arguments writes.
    pub fn bytes<const N: usize>(&self, arguments: [&str; N]) -> Vec<u8> {
        run(self.command().args(arguments)).stdout
    }
}

impl Drop for Docker {
    fn drop(&mut self) {
        drop(mem::take(&mut self.cleanup.stdin));
        // Nothing can be done about either here.
        drop(self.cleanup.wait());
        drop(self.daemon.wait());
    }
}

/// Makes a btrfs in a file and mounts it: the kernel needs btrfs and loop devices.
fn mounted(home: &Path) -> PathBuf {
    let (file, place) = (home.join("btrfs.img"), home.join("mounted"));
    fs::create_dir(&place).unwrap();
    fs::File::create(&file).unwrap().set_len(600 << 20).unwrap();
    run(Command::new("mkfs.btrfs").arg("-q").arg(&file));
    run(Command::new("mount").args(["-o", "loop"]).arg(&file).arg(&place));
    place
}
