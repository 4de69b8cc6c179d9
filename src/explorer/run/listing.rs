//! Lists the paths that complete a prompt, in a thread: a directory of a slow disk must not stop the keys.

use crate::explorer::model::completion::{Listed, NAMES_MAX, follows, typed_path};
use crate::explorer::model::message::Message;
use crate::explorer::run::Explorer;
use crate::explorer::run::error::Error;
use crate::explorer::run::event::RunEvent;
use crate::explorer::run::extracting::expand_home;
use crate::explorer::run::worker::spawn;

impl Explorer {
    /// Lists what may follow `text`. The answer comes as a message.
    pub(super) fn list_paths(&self, text: String) -> Result<(), Error> {
        spawn(&self.send, "completion", move |send| {
            let names = names(&text);
            let _ = send.send(RunEvent::Message(Message::PathsListed(Listed { text, names })));
        })
    }
}

/// Names that cannot be read are left out, as in a shell.
fn names(text: &str) -> Vec<String> {
    let (directory, prefix) = typed_path(text);
    let directory = expand_home(if directory.is_empty() { "./" } else { directory });
    let entries = std::fs::read_dir(directory).into_iter().flatten().take(NAMES_MAX).flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok().filter(|name| follows(name, prefix))?;
            Some(if entry.path().is_dir() { name + "/" } else { name })
        })
        .collect();
    names.sort_unstable();
    names
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn names_of_the_typed_directory_are_listed_directories_with_a_slash() {
        let place = tempfile::tempdir().unwrap();
        for name in ["image.tar", "images.txt", ".hidden", "other"] {
            std::fs::write(place.path().join(name), "").unwrap();
        }
        std::fs::create_dir(place.path().join("imports")).unwrap();
        let place = place.path().display();
        assert_eq!(names(&format!("{place}/im")), ["image.tar", "images.txt", "imports/"]);
        assert_eq!(names(&format!("docker-archive:{place}/image.")), ["image.tar"]);
        assert_eq!(names(&format!("{place}/.")), [".hidden"]);
        assert!(names(&format!("{place}/none/")).is_empty());
    }
}
