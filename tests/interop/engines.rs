//! What the tests against real engines need, and running the engines.
//!
//! An engine runs in a mount namespace of its own where the places it writes to by default are private folders; what
//! it mounts goes away with the namespace.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use super::scratch::fresh;

/// Programs that the tests start, with the Debian package of each.
const PROGRAMS: [(&str, &str); 30] = [
    ("podman", "podman"),
    ("buildah", "buildah"),
    ("skopeo", "skopeo"),
    ("umoci", "umoci"),
    ("busybox", "busybox-static"),
    ("setcap", "libcap2-bin"),
    ("setfattr", "attr"),
    ("rg", "ripgrep"),
    ("zstd", "zstd"),
    ("gzip", "gzip"),
    ("tar", "tar"),
    ("dpkg-deb", "dpkg"),
    ("ldd", "libc-bin"),
    ("strace", "strace"),
    ("setpriv", "util-linux"),
    ("unshare", "util-linux"),
    ("mount", "mount"),
    ("docker", "docker.io"),
    ("dockerd", "docker.io"),
    ("mkfs.btrfs", "btrfs-progs"),
    ("docker-registry", "docker-registry"),
    ("openssl", "openssl"),
    ("chromium", "chromium"),
    ("sshd", "openssh-server"),
    ("ssh", "openssh-client"),
    ("ssh-keygen", "openssh-client"),
    ("rpm", "rpm"),
    ("rpmbuild", "rpm"),
    ("db5.3_load", "db5.3-util"),
    ("python3", "python3-venv"),
];

/// Fails unless root runs the tests and every program is installed: an ignored test that was asked for, by
/// `LAYERTUI_INTEROP=1` or `--ignored`, never succeeds without what it needs.
pub fn require_engines() {
    static CHECKED: OnceLock<()> = OnceLock::new();
    CHECKED.get_or_init(|| {
        let missing: Vec<&str> =
            PROGRAMS.iter().filter(|(name, _)| find(name).is_none()).map(|pair| pair.1).collect();
        assert!(missing.is_empty(), "apt-get install {}", missing.join(" "));
        let id = text(Command::new("id").arg("-u"));
        assert_eq!(id.trim(), "0", "the engines build images as root only");
    });
}

/// Where a program lies, also one for administrators only.
pub fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin", "/usr/bin", "/bin"].map(Into::into))
        .map(|dir| dir.join(name))
        .find(|file| file.is_file())
}

/// Runs to the end; anything but success fails the test with what the program said.
pub fn run(command: &mut Command) -> Output {
    command.stdin(Stdio::null());
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// What a program prints.
pub fn text(command: &mut Command) -> String {
    String::from_utf8(run(command).stdout).unwrap()
}

/// What a program makes of a file.
pub fn filtered(command: &mut Command, file: &Path) -> Vec<u8> {
    let output = command.stdin(File::open(file).unwrap()).output().unwrap();
    assert!(output.status.success(), "{command:?} < {}: {}", file.display(), output.status);
    output.stdout
}

/// The programs of Python packages, in an environment of their own.
pub fn from_pypi(packages: &[&str]) -> PathBuf {
    let venv = fresh("python-").join("venv");
    run(Command::new("python3").args(["-m", "venv"]).arg(&venv));
    let quiet = ["install", "--quiet", "--disable-pip-version-check"];
    run(Command::new(venv.join("bin/pip")).args(quiet).args(packages));
    venv.join("bin")
}

/// The private places of all engines.
#[derive(Clone)]
pub struct Engines {
    home: PathBuf,
}

/// What of the host an engine must not see or touch.
const ISOLATED: [&str; 4] = ["/etc/containers", "/var/lib", "/run", "/dev/shm"];

impl Engines {
    /// Prepares the folders below `home`.
    pub fn new(home: &Path) -> Self {
        for place in ISOLATED {
            fs::create_dir_all(private(home, place)).unwrap();
        }
        fs::create_dir_all(home.join("tmp")).unwrap();
        let accept = r#"{"default":[{"type":"insecureAcceptAnything"}]}"#;
        fs::write(private(home, "/etc/containers").join("policy.json"), accept).unwrap();
        Self { home: home.to_owned() }
    }

    /// The same, with the driver of storage that needs nothing of the kernel.
    pub fn by_vfs(home: &Path) -> Self {
        let engines = Self::new(home);
        let settings = "[storage]\ndriver = \"vfs\"\ngraphroot = \"/var/lib/containers/storage\"\n\
            runroot = \"/run/containers/storage\"\n";
        fs::write(private(home, "/etc/containers").join("storage.conf"), settings).unwrap();
        engines
    }

    /// A shell script in the engines' namespace; `arguments` are `$1`…
    pub fn script<A: AsRef<OsStr>>(&self, script: &str, arguments: &[A]) -> Command {
        let mut whole = String::from("set -eu\n");
        for place in ISOLATED {
            let own = private(&self.home, place);
            whole.extend(["mount --bind '", &own.display().to_string(), "' ", place, "\n"]);
        }
        whole.push_str(script);
        let mut command = Command::new("unshare");
        command.args(["--mount", "--propagation", "private", "sh", "-c", &whole, "sh"]);
        command.args(arguments);
        command.env("TMPDIR", self.home.join("tmp")).env("HOME", &self.home);
        command.env_remove("XDG_RUNTIME_DIR").current_dir(&self.home);
        command
    }
}

fn private(home: &Path, place: &str) -> PathBuf {
    home.join("instead-of").join(place.trim_start_matches('/').replace('/', "-"))
}
