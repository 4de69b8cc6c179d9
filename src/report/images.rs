//! What local stores hold: where, name, ID, layers, size.

use std::io;
use std::io::Write;

use serde::Serialize;

use crate::report::{Format, Lines, json_line};
use crate::source::{Inventory, Listed, StoreListing};
use crate::text::{Foreign, size, visible};

/// How many digits of an ID a person needs.
const SHORT_ID: usize = 12;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Keys<'a> {
    kind: &'static str,
    reference: &'a str,
    source: &'static str,
    driver: &'a str,
    root: String,
    names: &'a [String],
    id: Option<&'a str>,
    digests: &'a [String],
    platform: Option<String>,
    layers: Option<usize>,
    size: Option<u64>,
    created: Option<&'a Foreign>,
    image: Option<&'a str>,
    problem: Option<&'a Foreign>,
}

/// Writes every image, and on request every container, store by store.
///
/// # Errors
/// What writing reports.
pub fn images(
    out: &mut dyn Write,
    inventory: &Inventory,
    containers: bool,
    format: Format,
) -> io::Result<()> {
    for stock in &inventory.stores {
        match format {
            Format::Json => {
                for image in &stock.images {
                    json_line(out, &keys("image", stock, image))?;
                }
                for container in stock.containers.iter().filter(|_| containers) {
                    json_line(out, &keys("container", stock, container))?;
                }
            }
            Format::Text => text_of(&mut Lines::new(out), stock, containers)?,
        }
    }
    Ok(())
}

fn keys<'a>(kind: &'static str, stock: &'a StoreListing, listed: &'a Listed) -> Keys<'a> {
    let kept = &listed.entry;
    Keys {
        kind,
        reference: &listed.reference,
        source: stock.kind,
        driver: &stock.qualifier,
        root: stock.root.to_string_lossy().into_owned(),
        names: &kept.names,
        id: kept.ids.first().map(String::as_str),
        digests: kept.ids.get(1..).unwrap_or(&[]),
        platform: kept.platform.as_ref().map(ToString::to_string),
        layers: kept.layers,
        size: kept.size,
        created: kept.created.as_ref(),
        image: kept.image.as_deref(),
        problem: kept.problem.as_ref(),
    }
}

fn text_of(out: &mut dyn Write, stock: &StoreListing, containers: bool) -> io::Result<()> {
    let root = stock.root.to_string_lossy();
    writeln!(out, "{}  {}  {}", stock.kind, visible(&stock.qualifier), visible(&root))?;
    for problem in &stock.problems {
        writeln!(out, "  problem: {}", visible(problem))?;
    }
    for image in &stock.images {
        row(out, image)?;
    }
    if containers && !stock.containers.is_empty() {
        writeln!(out, "  containers")?;
        for container in &stock.containers {
            row(out, container)?;
        }
    }
    if stock.images.is_empty() && stock.problems.is_empty() {
        writeln!(out, "  no images")?;
    }
    Ok(())
}

fn row(out: &mut dyn Write, listed: &Listed) -> io::Result<()> {
    let kept = &listed.entry;
    let id = kept.ids.first().map_or("", String::as_str);
    let id: String = id.strip_prefix("sha256:").unwrap_or(id).chars().take(SHORT_ID).collect();
    let size = kept.size.map_or_else(|| "     -".into(), size::fixed);
    let names = if kept.names.is_empty() { "(untagged)".to_owned() } else { kept.names.join(", ") };
    let created =
        kept.created.as_ref().map_or("-", |created| created.raw().get(..10).unwrap_or("-"));
    let noun = if kept.layers == Some(1) { "layer " } else { "layers" };
    let layers = kept.layers.map_or_else(|| "-".to_owned(), |layers| layers.to_string());
    // In full: names are there to be copied.
    let names = visible(&names);
    write!(out, "  {:<12}  {size}  {layers:>3} {noun}  {created:<10}  {names}", visible(&id))?;
    if let Some(image) = &kept.image {
        write!(out, "  of {}", visible(image))?;
    }
    if let Some(problem) = &kept.problem {
        write!(out, "  ({})", problem.visible())?;
    }
    writeln!(out)
}
