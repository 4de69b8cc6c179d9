//! The whole analysis: JSON that keeps to its schema, a page that needs nothing else, Markdown.

use std::path::Path;

use serde_json::{Value, json};

use crate::saved::{Place, layertui};
use crate::support::tarball::Tar;

fn demo() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo/image.tar").to_str().unwrap().to_owned()
}

/// An image all of whose texts want to be something else.
fn hostile(place: &Place) -> String {
    let name = b"<script>alert(1)</script>|`x`\x1b[31m\xff";
    let layers = vec![
        Tar::new().file(name, "x".repeat(5000)).file("a", "1").finish(),
        Tar::new()
            .file("a", "2")
            .whiteout(name)
            .file("b</title><img src=http://x/>", "33")
            .finish(),
    ];
    let config = json!({"Labels": {"<b>": "</script>"}, "Env": ["A=<i>"]});
    place.save("<img onerror=x>", &layers, &layers, &config).to_str().unwrap().to_owned()
}

fn text(arguments: &[&str]) -> String {
    let output = layertui(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_document_keeps_to_its_schema() {
    let place = Place::new();
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/report.schema.json");
    let schema: Value = serde_json::from_slice(&std::fs::read(schema).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for image in [demo(), hostile(&place)] {
        let document: Value = serde_json::from_str(&text(&["report", &image])).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{image}: {errors:?}");
        // The schema is one that can fail.
        let mut other = document.clone();
        other["layers"][0].as_object_mut().unwrap().remove("bytes");
        assert!(!validator.is_valid(&other));
    }
}

#[test]
fn its_totals_are_those_of_layers_and_waste() {
    let of = |command: &str| -> Value {
        let arguments = if command == "report" {
            vec![command.to_owned(), demo()]
        } else {
            vec![command.to_owned(), "--json".to_owned(), demo()]
        };
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        serde_json::from_str(&text(&arguments)).unwrap()
    };
    let (report, layers, waste) = (of("report"), of("layers"), of("waste"));
    assert_eq!(report["totals"], layers["totals"]);
    assert_eq!(report["totals"], waste["totals"]);
    assert_eq!(report["layers"], layers["layers"]);
    assert_eq!(report["wasted"][0], waste["paths"][0]);
    let largest = report["largest"].as_array().unwrap();
    assert!(largest.len() > 5 && largest.is_sorted_by_key(|it| -it["size"].as_i64().unwrap()));
}

#[test]
fn packages_are_told_with_their_versions() {
    let place = Place::new();
    let status = "Package: jq\nStatus: install ok installed\nVersion: 1.6-2\nInstalled-Size: 3\n";
    let apk = "P:musl\nV:1.2\nF:lib\nR:ld.so\n\n";
    let layer = Tar::new()
        .file("var/lib/dpkg/status", "Package: gone\nVersion: 1\n")
        .file("var/lib/dpkg/status.d/tzdata", "Package: tzdata\nVersion: 2024a\n")
        .file("usr/lib/apk/db/installed", apk)
        .symlink("lib", "usr/lib")
        .finish();
    let above = Tar::new().file("var/lib/dpkg/status", status).finish();
    let image = place.compressed("image", &[layer, above]);
    let document: Value =
        serde_json::from_str(&text(&["report", image.to_str().unwrap()])).unwrap();
    let packages = document["packages"].as_array().unwrap();
    let told: Vec<String> = packages
        .iter()
        .map(|it| format!("{} {}", it["name"].as_str().unwrap(), it["version"].as_str().unwrap()))
        .collect();
    assert_eq!(told, ["jq 1.6-2", "tzdata 2024a", "musl 1.2"], "each database once");
    assert_eq!(packages[0]["installedBytes"], 3072);
}

#[test]
fn the_page_needs_nothing_and_runs_nothing() {
    let place = Place::new();
    for image in [demo(), hostile(&place)] {
        let page = text(&["report", &image, "--html", "-"]);
        let lower = page.to_lowercase();
        for foreign in ["<script", "<img", "<iframe", "@import", "http://x/>", "\x1b"] {
            assert!(!lower.contains(foreign), "{image}: {foreign}");
        }
        let tags = lower.split('<').filter_map(|rest| rest.split_once('>')).map(|(tag, _)| tag);
        let refers =
            |tag: &&str| ["src=", "href=", "url(", " on"].iter().any(|it| tag.contains(it));
        let referring: Vec<&str> = tags.filter(refers).collect();
        assert_eq!(referring, ["link rel=\"icon\" href=\"data:,\""]);
        for part in [
            "<h2>findings",
            "<h2>layers",
            "<h2>dockerfile",
            "<h2>where the bytes are",
            "<h2>largest",
            "<h2>wasted",
        ] {
            assert!(lower.contains(part), "{image}: {part}");
        }
        for element in
            ["table", "pre", "b", "svg", "g", "div", "td", "tr", "body", "html", "title", "text"]
        {
            let opened = lower.matches(&format!("<{element}>")).count()
                + lower.matches(&format!("<{element} ")).count();
            assert_eq!(opened, lower.matches(&format!("</{element}>")).count(), "{element}");
        }
    }
}

#[test]
fn files_are_written_where_they_are_asked_for() {
    let place = Place::new();
    let (html, markdown) = (place.path("a.html"), place.path("a.md"));
    let (html, markdown) = (html.to_str().unwrap(), markdown.to_str().unwrap());
    let both = crate::saved::layertui(&["report", &demo(), "--html", "-", "--markdown", "-"]);
    assert_eq!(
        (both.status.code(), both.stdout.len()),
        (Some(2), 0),
        "one after the other is neither"
    );
    assert_eq!(text(&["report", &demo(), "--html", html, "--markdown", markdown]), "");
    assert!(std::fs::read_to_string(html).unwrap().starts_with("<!DOCTYPE html>"));
    let markdown = std::fs::read_to_string(markdown).unwrap();
    let rows: Vec<&str> = markdown.lines().filter(|line| line.starts_with('|')).collect();
    assert!(rows.len() > 20);
    let nowhere = place.path("no/such/dir");
    let output = layertui(&["report", &demo(), "--html", nowhere.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
}
