//! The analysis as one self-contained HTML page: no script, no external style, font or image. All foreign text is made
//! visible and then escaped.

use std::io;
use std::io::Write;

use crate::findings::{Redaction, dockerfile};
use crate::report::Lines;
use crate::report::findings::{base_line, finding_lines, instruction_lines, what};
use crate::report::whole::treemap::{Placed, UNITS};
use crate::report::whole::{Analysis, largest, treemap};
use crate::stack::query::treemap::Area;
use crate::text;
use crate::text::Foreign;
use crate::text::markup::html;

const WIDTH: u16 = 1160;
const HEIGHT: u16 = 460;
/// Maximum number of rows in tables of paths.
const ROWS: usize = 50;
/// Number of places of a finding that the page lists.
const PLACES: usize = 3;
/// Colours of directories by depth.
const COLOURS: [&str; 6] = ["#8fb8d0", "#a5c6d9", "#bbd4e2", "#cfe1ea", "#e0ecf2", "#eef5f8"];

const STYLE: &str = "\
:root{color-scheme:light}body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:1160px;padding:0 1rem;\
color:#1c2830;background:#fff}h1{font-size:1.4rem;overflow-wrap:anywhere}h2{font-size:1.1rem;margin-top:2rem}\
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.2rem .6rem;border-bottom:1px solid #dde4e8;\
vertical-align:top}td.n,th.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}\
td.t{font-family:ui-monospace,monospace;font-size:.85rem;overflow-wrap:anywhere}dl{display:grid;\
grid-template-columns:max-content 1fr;gap:.1rem 1rem}dd{margin:0;overflow-wrap:anywhere}.bar{height:.6rem;\
background:#3a7ca5;min-width:1px}.bar.w{background:#c8553d;min-width:0}svg{width:100%;height:auto;border:1px solid #dde4e8}\
svg text{font:9px system-ui,sans-serif;fill:#10202b}.note,td.s.high,b.high{color:#8a3324}\
td.s.medium,b.medium{color:#7a5200}pre{font:.85rem/1.45 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere;\
background:#f6f9fa;border:1px solid #dde4e8;padding:.6rem}pre b{font-weight:600}";

/// Writes the page.
///
/// # Errors
/// Errors of writing to `out`.
pub fn page(out: &mut dyn Write, analysis: &Analysis<'_>) -> io::Result<()> {
    let image = analysis.subject.image;
    let out = &mut Lines::new(out);
    let title = html(&image.reference);
    writeln!(
        out,
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\
         <link rel=\"icon\" href=\"data:,\"><title>{title} – layertui</title><style>{STYLE}</style></head><body>\
         <h1>{title}</h1>"
    )?;
    facts(out, analysis)?;
    for note in analysis.notes {
        writeln!(out, "<p class=\"note\">{}</p>", html(note))?;
    }
    findings(out, analysis)?;
    layers(out, analysis)?;
    history(out, analysis)?;
    map(out, analysis)?;
    large(out, analysis)?;
    wasted(out, analysis)?;
    packages(out, analysis)?;
    writeln!(out, "</body></html>")
}

fn facts(out: &mut dyn Write, analysis: &Analysis<'_>) -> io::Result<()> {
    let image = analysis.subject.image;
    writeln!(out, "<dl>")?;
    let mut fact = |name: &str, value: Option<String>| match value {
        Some(value) => writeln!(out, "<dt>{name}</dt><dd>{}</dd>", html(&value)),
        None => Ok(()),
    };
    fact(
        "names",
        Some(image.names.iter().map(Foreign::raw).collect::<Vec<_>>().join(", "))
            .filter(|names| !names.is_empty()),
    )?;
    fact("id", image.id.clone())?;
    fact("digest", image.manifest_digest.clone())?;
    fact("platform", image.platform.as_ref().map(ToString::to_string))?;
    fact("created", image.config.created.clone().map(Foreign::into_raw))?;
    fact("base image", Some(base_line(analysis.base)))?;
    fact("totals", Some(analysis.subject.totals(text::size::long)))?;
    writeln!(out, "</dl>")
}

fn findings(out: &mut dyn Write, analysis: &Analysis<'_>) -> io::Result<()> {
    if analysis.findings.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<h2>Findings</h2><table><tr><th>severity</th><th>what, and what to do</th><th class=\"n\">bytes</th>\
         <th class=\"n\">places</th><th>where</th></tr>"
    )?;
    for finding in analysis.findings {
        let facts = finding.id.facts();
        let places = finding.places.iter().take(PLACES).map(|place| {
            let layer = place.layer.map(|layer| format!("L{layer} ")).unwrap_or_default();
            html(&format!("{layer}{}", what(analysis.subject, place)))
        });
        let mut places: Vec<String> = places.collect();
        if finding.places.len() > PLACES {
            places.push("…".to_owned());
        }
        let bytes = finding.bytes();
        writeln!(
            out,
            "<tr><td class=\"s {0}\">{0}</td><td><b>{1}</b>: {2}<br>{3}</td><td class=\"n\">{4}</td>\
             <td class=\"n\">{5}</td><td class=\"t\">{6}</td></tr>",
            facts.severity.name(),
            facts.name,
            html(facts.title),
            html(facts.remedy),
            if bytes > 0 { text::size::short(bytes) } else { text::Visible::default() },
            finding.places.len(),
            places.join("<br>"),
        )?;
    }
    writeln!(out, "</table>")
}

fn layers(out: &mut dyn Write, analysis: &Analysis<'_>) -> io::Result<()> {
    let stack = analysis.subject.stack;
    let layers = &analysis.subject.image.layers;
    let wasted = stack.waste_report().by_layer(layers.len());
    let redaction = Redaction::of(analysis.subject.image);
    let most = (0..layers.len()).map(|at| stack.summary(at).bytes).max().unwrap_or(0).max(1);
    writeln!(
        out,
        "<h2>Layers</h2><table><tr><th class=\"n\">#</th><th class=\"n\">stored</th><th class=\"n\">net</th>\
         <th class=\"n\">wasted</th><th>share</th><th>command</th></tr>"
    )?;
    for (at, (layer, wasted)) in layers.iter().zip(wasted).enumerate() {
        let summary = stack.summary(at);
        let [stored, net, wasted_cell] = analysis.subject.sizes(at, wasted.stored);
        let share = |bytes: u64| bytes as f64 * 100.0 / most as f64;
        let command =
            layer.created_by.as_ref().map(|command| redaction.clean(command)).unwrap_or_default();
        writeln!(
            out,
            "<tr><td class=\"n\">{at}</td><td class=\"n\">{stored}</td><td class=\"n\">{net}</td>\
             <td class=\"n\">{wasted_cell}</td>\
             <td style=\"width:9rem\"><div class=\"bar\" style=\"width:{:.1}%\"></div>\
             <div class=\"bar w\" style=\"width:{:.1}%\"></div></td><td class=\"t\">{}</td></tr>",
            share(summary.bytes),
            share(wasted.stored),
            html(&command),
        )?;
    }
    writeln!(out, "</table>")
}

/// The history as a Dockerfile, each finding above the instruction that caused it.
fn history(out: &mut dyn Write, analysis: &Analysis<'_>) -> io::Result<()> {
    let steps = dockerfile(analysis.subject.image, analysis.findings);
    if steps.is_empty() {
        return Ok(());
    }
    write!(out, "<h2>Dockerfile</h2><pre>")?;
    for step in &steps {
        for (severity, line) in finding_lines(step) {
            writeln!(out, "<b class=\"{}\">{}</b>", severity.name(), html(&line))?;
        }
        for line in instruction_lines(step) {
            writeln!(out, "{}", html(&line))?;
        }
    }
    writeln!(out, "</pre>")
}

fn map(out: &mut dyn Write, analysis: &Analysis<'_>) -> io::Result<()> {
    let stack = analysis.subject.stack;
    let area = Area { x: 0, y: 0, width: WIDTH * UNITS, height: HEIGHT * UNITS };
    let tiles = treemap::tiles(stack, area);
    if tiles.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<h2>Where the bytes are</h2><svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
         aria-label=\"Treemap of the final tree\">"
    )?;
    for Placed { tile, area, depth } in tiles {
        let [x, y, width, height] = [area.x, area.y, area.width, area.height]
            .map(|length| f64::from(length) / f64::from(UNITS));
        let colour = COLOURS[depth.min(COLOURS.len() - 1)];
        let (colour, name) = if tile.directory { (colour, "/") } else { ("#e9d8a6", "") };
        write!(
            out,
            "<g><rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{colour}\" \
             stroke=\"#fff\" stroke-width=\".5\"/><title>{}{name} {}</title>",
            html(&text::visible(&stack.path(tile.node))),
            text::size::short(tile.bytes),
        )?;
        // A letter is about six units wide.
        let room = (width / 5.6) as usize;
        if room > 4 && height > 10.0 {
            let label = text::shorten::middle(&text::visible(stack.name(tile.node)), room);
            let (x, y) = (x + 2.0, y + 9.0);
            write!(out, "<text x=\"{x:.1}\" y=\"{y:.1}\">{}{name}</text>", html(&label))?;
        }
        writeln!(out, "</g>")?;
    }
    writeln!(out, "</svg>")
}

fn large(out: &mut dyn Write, analysis: &Analysis<'_>) -> io::Result<()> {
    let files = largest(analysis.subject.stack);
    if files.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<h2>Largest files</h2><table><tr><th class=\"n\">size</th><th class=\"n\">layer</th><th>path</th></tr>"
    )?;
    for large in files.iter().take(ROWS) {
        writeln!(
            out,
            "<tr><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"t\">{}</td></tr>",
            text::size::short(large.bytes),
            large.layer,
            html(&text::visible(&large.path)),
        )?;
    }
    writeln!(out, "</table>")
}

fn wasted(out: &mut dyn Write, analysis: &Analysis<'_>) -> io::Result<()> {
    let stack = analysis.subject.stack;
    let paths = stack.waste_report().by_path(stack);
    if paths.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<h2>Wasted</h2><table><tr><th class=\"n\">wasted</th><th>why</th><th>path</th></tr>"
    )?;
    for wasted in paths.iter().take(ROWS) {
        let why = wasted.largest().map(|piece| {
            format!(
                "stored by layer {}, {} by {}",
                piece.wasted.layer,
                piece.cause.name(),
                piece.culprit
            )
        });
        writeln!(
            out,
            "<tr><td class=\"n\">{}</td><td>{}</td><td class=\"t\">{}</td></tr>",
            text::size::short(wasted.bytes),
            why.unwrap_or_default(),
            html(&text::visible(&stack.path(wasted.node))),
        )?;
    }
    writeln!(out, "</table>")
}

fn packages(out: &mut dyn Write, analysis: &Analysis<'_>) -> io::Result<()> {
    if analysis.packages.is_empty() {
        return Ok(());
    }
    let mut list: Vec<_> = analysis.packages.list().iter().collect();
    list.sort_by_key(|package| std::cmp::Reverse(package.installed_bytes));
    writeln!(
        out,
        "<h2>Packages ({})</h2><table><tr><th class=\"n\">installed</th><th>name</th><th>version</th></tr>",
        list.len()
    )?;
    for package in list.into_iter().take(ROWS) {
        writeln!(
            out,
            "<tr><td class=\"n\">{}</td><td class=\"t\">{}</td><td class=\"t\">{}</td></tr>",
            package.installed_bytes.map(text::size::short).unwrap_or_default(),
            html(&package.name),
            html(&package.version),
        )?;
    }
    writeln!(out, "</table>")
}
