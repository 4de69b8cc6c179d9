//! A store of containers/storage, read without layertui: the layers' exact tars, put together from tar-split and files.

use std::collections::HashMap;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path as FsPath, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::engines::filtered;
use super::image::Image;
use super::layertui::Form;
use super::layout::json_file;
use super::tarball::{self, Layer};
use super::tree::digest;

/// One driver's store.
#[derive(Clone)]
pub struct Storage {
    pub root: PathBuf,
    pub driver: &'static str,
}

impl Storage {
    /// How layertui is asked for an image.
    pub fn form(&self, whose: &'static str, name: &str) -> Form {
        let root = self.root.display();
        Form::new(whose, format!("containers-storage:[{}@{root}]{name}", self.driver))
    }

    /// How layertui is asked for a container.
    pub fn container(&self, whose: &'static str, name: &str) -> Form {
        Form::new(whose, format!("container:[{}]{name}", self.root.display()))
    }

    /// The image held against what its layers' tars say.
    pub fn image(&self, whose: &'static str, name: &str) -> Image {
        Image::new(self.form(whose, name), &self.layers(name))
    }

    fn records(&self, what: &str) -> Vec<Value> {
        let list = json_file(&self.root.join(format!("{}-{what}/{what}.json", self.driver)));
        list.as_array().unwrap().clone()
    }

    /// The layers of an image, base first.
    fn layers(&self, name: &str) -> Vec<Layer> {
        let layers = self.records("layers");
        let by_id: HashMap<&str, &Value> =
            layers.iter().map(|layer| (layer["id"].as_str().unwrap(), layer)).collect();
        let images = self.records("images");
        let named = |image: &&Value| {
            image["names"].as_array().is_some_and(|names| names.contains(&Value::from(name)))
        };
        let image = images.iter().find(named).unwrap();
        let (mut next, mut tars) = (image["layer"].as_str(), Vec::new());
        while let Some(id) = next {
            let tar = self.tar(id);
            assert_eq!(by_id[id]["diff-digest"], digest(&tar).as_str(), "{id}");
            tars.push(tarball::read(&tar));
            next = by_id[id]["parent"].as_str();
        }
        tars.reverse();
        tars
    }

    /// Segments as they are, and the files' contents between them.
    fn tar(&self, id: &str) -> Vec<u8> {
        let split = self.root.join(format!("{}-layers/{id}.tar-split.gz", self.driver));
        let lines = filtered(Command::new("gzip").arg("-dc"), &split);
        let files = match self.driver {
            "overlay" => self.root.join(format!("overlay/{id}/diff")),
            driver => self.root.join(format!("{driver}/dir/{id}")),
        };
        let mut tar = Vec::new();
        for line in lines.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            let line: Value = serde_json::from_slice(line).unwrap();
            let bytes = |key: &str| line[key].as_str().map(|text| STANDARD.decode(text).unwrap());
            if line["type"] == 2 {
                tar.extend(bytes("payload").unwrap());
            } else if line["size"].as_u64().is_some_and(|size| size > 0) {
                let name = line["name"].as_str().map(|name| name.as_bytes().to_vec());
                let name = name.or_else(|| bytes("name_raw")).unwrap();
                let below = FsPath::new(std::ffi::OsStr::from_bytes(&name));
                tar.extend(fs::read(files.join(below.strip_prefix("/").unwrap_or(below))).unwrap());
            }
        }
        tar
    }
}
