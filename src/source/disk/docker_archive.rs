//! Archives with a `manifest.json`, packed or unpacked: Docker 1.10 and later, podman, skopeo, kaniko, bazel and other
//! tools whose output `docker load` reads.
//!
//! Docker 25 and later add an OCI index. `manifest.json` decides the layers and their order; the index adds digests and
//! other platforms.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::image::config::Parsed;
use crate::image::digest::Digest;
use crate::image::docker_save::SavedImage;
use crate::image::layer::Layer;
use crate::image::manifest::Descriptor;
use crate::image::platform::Platform;
use crate::image::reference::Pick;
use crate::image::{StatedDocument, config};
use crate::source::Error;
use crate::source::contract::ask::Ask;
use crate::source::contract::source::{Choice, Opened, Several, Source};
use crate::source::documents::assemble::{Part, Parts, assemble};
use crate::source::documents::blobs::Blobs;
use crate::source::documents::budget::Budget;
use crate::source::documents::choose::Known;
use crate::source::documents::files::Files;
use crate::source::documents::found::{Found, Missing};
use crate::source::documents::layout::Layout;
use crate::source::documents::{assemble, choose, files, oci};

struct Archive {
    files: Arc<Files>,
    images: Vec<SavedImage>,
    /// The OCI index, if the archive has a valid one.
    layout: Option<Layout>,
}

/// Opens the requested image, or returns the list.
pub(super) fn open(files: Arc<Files>, images: Vec<SavedImage>, ask: &Ask) -> Result<Opened, Error> {
    let layout =
        files.has("index.json").then(|| oci::read(&files, "oci-archive", ask).ok()).flatten();
    let archive = Archive { files, images, layout };
    let chosen = archive.chosen(ask)?;
    let [only] = chosen[..] else { return Ok(archive.several(chosen, ask)) };
    let blobs = archive.image(only, ask);
    match ask.serves(blobs.image.platform.as_ref()) {
        Ok(()) => Ok(Opened::Image(Box::new(blobs))),
        // A multi-platform image: `manifest.json` lists one platform, the index all of them.
        Err(wrong) => archive
            .layout
            .ok_or(())
            .and_then(|layout| layout.open(ask).map_err(drop))
            .map_err(|()| wrong),
    }
}

impl Archive {
    fn chosen(&self, ask: &Ask) -> Result<Vec<usize>, Error> {
        let chosen = match &ask.pick {
            None => (0..self.images.len()).collect(),
            Some(Pick::Index(at)) if *at < self.images.len() => vec![*at],
            Some(Pick::Index(_)) => Vec::new(),
            Some(Pick::Text(text)) => {
                let mut budget = Budget::new();
                let images = self.images.iter();
                let known: Vec<_> = images.map(|image| self.known(image, &mut budget)).collect();
                choose::matching(text, &known)
            }
        };
        if !chosen.is_empty() {
            return Ok(chosen);
        }
        if self.images.is_empty() {
            let what = "its manifest.json lists no image".to_owned();
            return Err(Error::NotAnImage { place: ask.place.clone(), what });
        }
        let all: Vec<usize> = (0..self.images.len()).collect();
        Err(ask.no_such_image(self.references(&all, ask)))
    }

    fn known(&self, image: &SavedImage, budget: &mut Budget) -> Known {
        let named = named_digest(&image.config).map(|id| id.as_str().to_owned());
        let id = named.or_else(|| self.details(image, budget).0);
        let manifest = id.as_ref().and_then(|id| self.layout.as_ref()?.manifest_of(id));
        let manifest = manifest.map(|(_, leaf)| leaf.descriptor.stated_digest.clone());
        Known {
            names: image.tags.clone(),
            ids: id.into_iter().chain(manifest).collect(),
            ..Known::default()
        }
    }

    /// Image ID and platform, without reading more than the config.
    fn details(
        &self,
        image: &SavedImage,
        budget: &mut Budget,
    ) -> (Option<String>, Option<Platform>) {
        if !budget.allows() {
            return (None, None);
        }
        let Ok(bytes) = self.find(&image.config).and_then(|found| files::read(&found)) else {
            return (None, None);
        };
        budget.spend(bytes.len());
        let platform = config::parse(&bytes).ok().and_then(|parsed| parsed.platform);
        (Some(image_id(named_digest(&image.config), &bytes)), platform)
    }

    /// The reference of each image: a name that is unique in the archive, else the index.
    fn references(&self, images: &[usize], ask: &Ask) -> Vec<String> {
        let mut owners: HashMap<&str, usize> = HashMap::new();
        for image in &self.images {
            let tags: HashSet<&str> = image.tags.iter().map(String::as_str).collect();
            for tag in tags {
                *owners.entry(tag).or_default() += 1;
            }
        }
        let reference = |&at: &usize| {
            let unique =
                self.images[at].tags.iter().find(|tag| owners.get(tag.as_str()) == Some(&1));
            unique.map_or_else(|| ask.with_index(at), |tag| ask.with_name(tag))
        };
        images.iter().map(reference).collect()
    }

    fn several(self, chosen: Vec<usize>, ask: &Ask) -> Opened {
        let mut budget = Budget::new();
        let references = self.references(&chosen, ask);
        let choice = |(&at, reference): (&usize, String)| {
            let image = &self.images[at];
            let (id, platform) = self.details(image, &mut budget);
            let sizes =
                image.layers.iter().filter_map(|path| Some(self.find(path).ok()?.blob.len()));
            Choice {
                reference,
                names: image.tags.clone(),
                id: id.or_else(|| Some(named_digest(&image.config)?.as_str().to_owned())),
                platform,
                layers: Some(image.layers.len()),
                size: sizes.fold(0, u64::saturating_add),
                ..Choice::default()
            }
        };
        let choices = chosen.iter().zip(references).map(choice).collect();
        let ask = ask.clone();
        let opener = move |choice: usize| match chosen.get(choice) {
            Some(&at) => Ok(Box::new(self.image(at, &ask)) as Box<dyn Source>),
            None => Err(ask.no_such_image(Vec::new())),
        };
        Opened::Several(Several { choices, notes: Vec::new(), opener: Box::new(opener) })
    }

    fn image(&self, at: usize, ask: &Ask) -> Blobs {
        let saved = &self.images[at];
        let mut problems: Vec<String> =
            self.files.problem().map(str::to_owned).into_iter().collect();
        problems.extend(saved.problems.iter().cloned());
        let (id, config) = self.config(saved);
        // The archive states the config's digest only by its name.
        let stated = named_digest(&saved.config).map(|named| {
            let bytes = self.find(&saved.config).and_then(|found| files::read(&found)).ok();
            StatedDocument::new("config", &named, bytes.as_deref())
        });
        let layers = saved.layers.iter().enumerate().map(|(index, path)| {
            let diff_id = config.config.diff_ids.get(index);
            self.layer(path, diff_id.and_then(|diff_id| saved.sources.get(diff_id)))
        });
        let mut parts = Parts {
            source: "docker-archive",
            names: saved.tags.clone(),
            layers: layers.collect(),
            documents: stated.into_iter().collect(),
            config,
            problems,
            ..Parts::default()
        };
        if let Some(layout) = &self.layout {
            enrich(&mut parts, layout, id.as_deref().unwrap_or_default());
        }
        parts.id = id;
        assemble(ask, parts)
    }

    /// The config and the image ID.
    fn config(&self, saved: &SavedImage) -> (Option<String>, Parsed) {
        let named = named_digest(&saved.config);
        if saved.config.is_empty() {
            return (None, assemble::read_config(Err("manifest.json names none".to_owned())));
        }
        match self.find(&saved.config).and_then(|found| files::read(&found)) {
            Ok(bytes) => (Some(image_id(named, &bytes)), assemble::read_config(Ok(bytes))),
            Err(missing) => {
                let reason = format!("`{}`: {missing}", saved.config);
                (named.map(|id| id.as_str().to_owned()), assemble::read_config(Err(reason)))
            }
        }
    }

    /// Finds a member. A link with a missing target is resolved from the archive's root as well: Juniper's cRPD writes
    /// links so.
    fn find(&self, path: &str) -> Result<Found, Missing> {
        let found = match named_digest(path) {
            Some(digest) => self.files.find_blob(path, &digest),
            None => self.files.find(path),
        };
        match found {
            Err(Missing::Dangling(link)) => {
                let name = link.target.rsplit('/').next().unwrap_or_default();
                let at_root = self.files.find(&link.target).or_else(|_| self.files.find(name));
                at_root.map_err(|_| Missing::Dangling(link))
            }
            found => found,
        }
    }

    fn layer(&self, path: &str, source: Option<&Descriptor>) -> Part {
        // Only names below `blobs/` are digests of the layer as stored, as `LayerSources` describes it. Elsewhere
        // `LayerSources` describes the blob in the registry.
        let digest = path.starts_with("blobs/").then(|| named_digest(path)).flatten();
        let digest = digest.map(|digest| digest.as_str().to_owned());
        let found = self.find(path);
        if let (Err(Missing::Absent | Missing::Dangling(_)), Some(source)) = (&found, source)
            && source.is_foreign()
        {
            return assemble::part(
                foreign_layer(source),
                Err(assemble::foreign(source)),
                &format!("`{path}`"),
            );
        }
        let media_type = source.and_then(|source| source.media_type.clone());
        let media_type = media_type.filter(|_| digest.is_some()).map(Into::into);
        let layer = Layer { digest, media_type, ..Layer::default() };
        let found = found.map(|found| match &layer.digest {
            Some(digest) => Found { key: digest.clone(), ..found },
            None => found,
        });
        assemble::part(layer, found, &format!("`{path}`"))
    }
}

/// The image ID: the digest of the config, in the algorithm of its name.
fn image_id(named: Option<Digest>, config: &[u8]) -> String {
    let id = named.and_then(|named| named.of_same_algorithm(config));
    id.unwrap_or_else(|| Digest::of(config)).as_str().to_owned()
}

/// A layer that the archive describes without its bytes.
fn foreign_layer(source: &Descriptor) -> Layer {
    Layer {
        digest: source.digest().map(|digest| digest.as_str().to_owned()),
        media_type: source.media_type.clone().map(Into::into),
        compressed_bytes: source.size,
        ..Layer::default()
    }
}

/// Adds names, digests and other platforms from the OCI index.
fn enrich(parts: &mut Parts, layout: &Layout, id: &str) {
    let Some((manifest, leaf)) = layout.manifest_of(id) else {
        parts.others = layout.others("");
        return;
    };
    parts.manifest_digest = leaf.descriptor.digest().map(|digest| digest.as_str().to_owned());
    parts.documents.splice(..0, leaf.stated.clone());
    parts.annotations.clone_from(&manifest.annotations);
    parts.others = layout.others(&leaf.descriptor.stated_digest);
    let described = manifest.layers.iter().map(|it| (it.stated_digest.as_str(), &it.media_type));
    let described: HashMap<_, _> = described.collect();
    for part in &mut parts.layers {
        let digest = part.layer.digest.as_deref().unwrap_or_default();
        if let Some(media_type) = described.get(digest) {
            part.layer.media_type = (*media_type).clone().map(Into::into);
        }
    }
}

/// The digest in the name of a config or blob: `<hex>.json`, `sha256:<hex>`, `blobs/sha256/<hex>`.
fn named_digest(path: &str) -> Option<Digest> {
    if let Some((algorithm, encoded)) =
        path.strip_prefix("blobs/").and_then(|rest| rest.split_once('/'))
    {
        return Digest::parse(&format!("{algorithm}:{encoded}"));
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    Digest::from_sha256_hex(name.strip_suffix(".json").unwrap_or(name))
        .or_else(|| Digest::parse(name))
}
