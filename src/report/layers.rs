//! The layer stack: stored bytes, changes and command of each layer.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::io::Write;

use serde::Serialize;

use crate::image::layer::{Layer, LayerStore};
use crate::image::mount::Mount;
use crate::image::{Image, Other};
use crate::layer::Severity;
use crate::report::coverage::{Known, Unsure};
use crate::report::{Format, Lines, SCHEMA, Subject, command, json_line};
use crate::stack::LayerSummary;
use crate::text;
use crate::text::Foreign;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    layers: Vec<LayerKeys<'a>>,
}

/// The first keys of every document about an image.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Head<'a> {
    schema: &'static str,
    image: ImageKeys<'a>,
    totals: Totals,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ImageKeys<'a> {
    reference: &'a Foreign,
    source: &'a str,
    id: Option<&'a str>,
    manifest_digest: Option<&'a str>,
    platform: Option<String>,
    created: Option<&'a Foreign>,
    /// `None` in documents that must not show values of labels.
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<BTreeMap<&'a Foreign, &'a Foreign>>,
    names: &'a [Foreign],
    /// Where its containers get volumes.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    volumes: &'a [Foreign],
    /// Of a container, where they are recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    mounts: Option<Vec<MountKeys<'a>>>,
    problems: &'a [Foreign],
    others: Vec<OtherKeys<'a>>,
}

/// What a container mounts over its layers.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MountKeys<'a> {
    destination: &'a Foreign,
    kind: &'a Foreign,
    source: Option<&'a Foreign>,
    read_only: Option<bool>,
}

/// Documents attached to the image: other platforms, attestations, SBOMs, signatures.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OtherKeys<'a> {
    kind: &'a str,
    digest: Option<&'a str>,
    platform: Option<String>,
    size: Option<u64>,
    present: bool,
    note: &'a Foreign,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Totals {
    stored_bytes: Option<u64>,
    visible_bytes: Option<u64>,
    wasted_bytes: Option<u64>,
    efficiency: Option<f64>,
    entries: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LayerKeys<'a> {
    index: usize,
    diff_id: Option<&'a str>,
    digest: Option<&'a str>,
    media_type: Option<&'a Foreign>,
    compressed_bytes: Option<u64>,
    bytes: Option<u64>,
    net_bytes: Option<i64>,
    cumulative_bytes: Option<u64>,
    created_by: Option<&'a Foreign>,
    comment: Option<&'a Foreign>,
    created: Option<&'a Foreign>,
    writable: bool,
    store: Option<StoreKeys<'a>>,
    entries: Option<u64>,
    added: Option<u64>,
    modified: Option<u64>,
    metadata: Option<u64>,
    rewritten: Option<u64>,
    removed: Option<u64>,
    undecided: Option<u64>,
    hidden: Vec<String>,
    problems: Vec<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StoreKeys<'a> {
    driver: &'a Foreign,
    cache_id: Option<&'a Foreign>,
    chain_id: Option<&'a str>,
    directory: Option<Cow<'a, str>>,
}

/// Writes the layer stack.
///
/// # Errors
/// Errors of writing to `out`.
pub fn layers(out: &mut dyn Write, subject: Subject<'_>, format: Format) -> io::Result<()> {
    match format {
        Format::Json => json_line(out, &document(subject)),
        Format::Text => text_of(&mut Lines::new(out), subject),
    }
}

fn document(subject: Subject<'_>) -> Document<'_> {
    Document { head: Head::new(SCHEMA, subject), layers: rows(subject) }
}

/// The keys of each layer, base first.
pub(super) fn rows(subject: Subject<'_>) -> Vec<LayerKeys<'_>> {
    let unsure = subject.unsure();
    let layers = subject.image.layers.iter().enumerate();
    layers.map(|(at, layer)| keys(subject, &unsure, at, layer)).collect()
}

impl<'a> Head<'a> {
    pub(super) fn new(schema: &'static str, subject: Subject<'a>) -> Self {
        Self { schema, image: ImageKeys::new(subject.image), totals: Totals::new(subject) }
    }

    /// For documents that must not show values of labels.
    pub(super) fn without_labels(self) -> Self {
        Self { image: ImageKeys { labels: None, ..self.image }, ..self }
    }
}

impl<'a> ImageKeys<'a> {
    fn new(image: &'a Image) -> Self {
        let labels = image.config.labels.iter().map(|(key, value)| (key, value)).collect();
        Self {
            reference: &image.reference,
            source: &image.source,
            id: image.id.as_deref(),
            manifest_digest: image.manifest_digest.as_deref(),
            platform: image.platform.as_ref().map(ToString::to_string),
            created: image.config.created.as_ref(),
            labels: Some(labels),
            names: &image.names,
            volumes: &image.config.volumes,
            mounts: image.mounts.as_ref().map(|all| all.iter().map(mount).collect()),
            problems: &image.problems,
            others: image.others.iter().map(other).collect(),
        }
    }
}

impl Totals {
    /// `null` if a layer is unreliable.
    fn new(subject: Subject<'_>) -> Self {
        let balance = subject.is_sure().then(|| subject.stack.balance());
        Self {
            stored_bytes: balance.map(|it| it.stored),
            visible_bytes: balance.map(|it| it.visible),
            wasted_bytes: balance.map(|it| it.wasted),
            efficiency: balance.map(|it| it.efficiency),
            entries: balance.map(|it| it.entries),
        }
    }
}

fn mount(mount: &Mount) -> MountKeys<'_> {
    MountKeys {
        destination: &mount.destination,
        kind: &mount.kind,
        source: mount.source.as_ref(),
        read_only: mount.read_only,
    }
}

fn other(other: &Other) -> OtherKeys<'_> {
    OtherKeys {
        kind: &other.kind,
        digest: other.digest.as_deref(),
        platform: other.platform.as_ref().map(ToString::to_string),
        size: other.size,
        present: other.present,
        note: &other.note,
    }
}

fn keys<'a>(
    subject: Subject<'a>,
    unsure: &[Unsure<'_>],
    index: usize,
    layer: &'a Layer,
) -> LayerKeys<'a> {
    let summary = subject.stack.summary(index);
    // Stored bytes depend on the layer alone, changes also on those below.
    let own = (!unsure.iter().any(|it| it.layer == index)).then_some(summary);
    let merged = own.filter(|_| unsure.iter().all(|it| it.layer > index));
    let state = subject.states.get(index);
    LayerKeys {
        index,
        diff_id: layer.diff_id.as_deref(),
        digest: layer.digest.as_deref(),
        media_type: layer.media_type.as_ref(),
        compressed_bytes: layer.compressed_bytes,
        bytes: own.map(|it| it.bytes),
        net_bytes: merged.map(|it| it.net_bytes),
        cumulative_bytes: merged.map(|it| it.cumulative_bytes),
        created_by: layer.created_by.as_ref(),
        comment: layer.comment.as_ref(),
        created: layer.created.as_ref(),
        writable: layer.writable,
        store: layer.store.as_ref().map(|store| StoreKeys {
            driver: &store.driver,
            cache_id: store.cache_id.as_ref(),
            chain_id: store.chain_id.as_deref(),
            directory: store.directory.as_ref().map(|path| path.to_string_lossy()),
        }),
        entries: own.map(|it| it.entries),
        added: merged.map(|it| it.added),
        modified: merged.map(|it| it.modified),
        metadata: merged.map(|it| it.metadata),
        rewritten: merged.map(|it| it.rewritten),
        removed: merged.map(|it| it.removed),
        undecided: merged.map(|it| it.undecided),
        hidden: state.map_or_else(Vec::new, |state| {
            let paths = state.hidden.iter().map(|hidden| &hidden.path);
            paths.map(|path| format!("/{}", String::from_utf8_lossy(path))).collect()
        }),
        problems: state.map_or_else(
            || layer.problems.iter().map(Foreign::raw).collect(),
            |state| state.problems.iter().map(|problem| problem.message.as_str()).collect(),
        ),
    }
}

/// Where a store keeps a layer: its directory, or its name in the store if it has no directory.
fn place(store: &LayerStore) -> String {
    let place = match (&store.directory, &store.cache_id) {
        (Some(directory), _) => directory.to_string_lossy().into_owned(),
        (None, id) => id.as_ref().map(|id| id.raw().to_owned()).unwrap_or_default(),
    };
    let place = format!("{} {place}", store.driver.raw());
    text::visible(place.trim_end()).to_string()
}

fn text_of(out: &mut dyn Write, subject: Subject<'_>) -> io::Result<()> {
    let Subject { image, stack, states } = subject;
    let visible = text::visible;
    writeln!(out, "{}  ({})", image.reference.visible(), image.source)?;
    for name in &image.names {
        writeln!(out, "  name      {}", name.visible())?;
    }
    let facts = [
        ("id", image.id.clone()),
        ("digest", image.manifest_digest.clone()),
        ("platform", image.platform.as_ref().map(ToString::to_string)),
        ("created", image.config.created.clone().map(Foreign::into_raw)),
    ];
    for (name, value) in facts {
        if let Some(value) = value {
            writeln!(out, "  {name:<9} {}", visible(&value))?;
        }
    }
    for mount in image.mounts.iter().flatten() {
        writeln!(out, "  mounted   {}", mount.line().visible())?;
    }
    for problem in &image.problems {
        writeln!(out, "  problem   {}", problem.visible())?;
    }
    writeln!(out)?;
    writeln!(out, "  #  stored     net   total  entries    +    ~    =    r    -  command")?;
    for (index, layer) in image.layers.iter().enumerate() {
        let summary = stack.summary(index);
        let command = command::cell(Some(layer), 72).unwrap_or_else(|| "-".into());
        let numbers = match subject.known(index) {
            Known::Nothing => subject.not_read(index),
            Known::Stored => stored_alone(&summary),
            Known::All => numbers(&summary),
        };
        writeln!(out, "{index:>3}  {numbers:<54}  {command}")?;
        if let Some(store) = &layer.store {
            writeln!(out, "       {}", place(store))?;
        }
        for problem in states.get(index).iter().flat_map(|state| &state.problems) {
            let weight = match problem.severity {
                Severity::Note => "note",
                Severity::Warning => "warning",
                Severity::Refused | Severity::Error => "error",
            };
            writeln!(out, "       {weight}: {}", visible(&problem.message))?;
        }
    }
    writeln!(out)?;
    writeln!(out, "{}", subject.totals(text::size::long))
}

fn numbers(summary: &LayerSummary) -> String {
    format!(
        "{} {} {} {:>8} {:>4} {:>4} {:>4} {:>4} {:>4}",
        text::size::fixed(summary.bytes),
        text::size::signed(summary.net_bytes),
        text::size::fixed(summary.cumulative_bytes),
        summary.entries,
        summary.added,
        summary.modified,
        summary.metadata,
        summary.rewritten,
        summary.removed,
    )
}

/// The numbers of a layer, without those that depend on unread layers.
fn stored_alone(summary: &LayerSummary) -> String {
    let stored = text::size::fixed(summary.bytes);
    format!(
        "{stored} {0:>7} {0:>6} {1:>8} {0:>4} {0:>4} {0:>4} {0:>4} {0:>4}",
        "?", summary.entries
    )
}
