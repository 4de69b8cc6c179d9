//! Bills of materials: valid by the schemas of CycloneDX and SPDX, with the layer of each package, the same each time.

use std::path::Path;

use serde_json::{Value, json};

use crate::saved::{Place, layertui};
use crate::support::hostile::HOSTILE;
use crate::support::tarball::Tar;

const FORMATS: [(&str, &str); 2] = [("cyclonedx", "cyclonedx-1.6.json"), ("spdx", "spdx-2.3.json")];

/// A document that is valid by its schema, and the exit code.
fn document(image: &str, format: &str, options: &[&str]) -> (Value, i32) {
    let output = layertui(&[&["packages", image, "--format", format], options].concat());
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let (_, schema) = FORMATS.iter().find(|(name, _)| *name == format).unwrap();
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas").join(schema);
    let schema: Value = serde_json::from_slice(&std::fs::read(schema).unwrap()).unwrap();
    let schema = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let errors: Vec<String> = schema.iter_errors(&document).map(|it| it.to_string()).collect();
    assert!(errors.is_empty(), "{format}: {errors:?}");
    // The schema is one that can fail.
    let mut other = document.clone();
    let key = if format == "spdx" { "SPDXID" } else { "bomFormat" };
    other.as_object_mut().unwrap().remove(key);
    assert!(!schema.is_valid(&other), "{format}");
    (document, output.status.code().unwrap())
}

const STATUS: &str = "Package: libc6\nStatus: install ok installed\nVersion: 2.36-9\nArchitecture: amd64\n\
    Installed-Size: 10\n\nPackage: libstdc++6\nStatus: install ok installed\nVersion: 1:12.2.0~x-14\nArchitecture: amd64\n\n";

/// Two layers of Debian; the upper one upgrades libc6.
fn debian(place: &Place) -> String {
    let release = "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12\"\n";
    let base = Tar::new()
        .file("usr/lib/os-release", release)
        .symlink("etc/os-release", "../usr/lib/os-release")
        .file("var/lib/dpkg/status", STATUS);
    let above = Tar::new().file("var/lib/dpkg/status", STATUS.replace("2.36-9", "2.36-10"));
    let layers = [base.finish(), above.finish()];
    let more = json!({"created": "2024-05-06T07:08:09.123456789+02:00"});
    place.save_all("debian", &layers, &layers, &more).to_str().unwrap().to_owned()
}

#[test]
fn cyclonedx_has_each_package_with_its_layer() {
    let place = Place::new();
    let image = debian(&place);
    let (document, code) = document(&image, "cyclonedx", &[]);
    assert_eq!(code, 0);
    assert_eq!(document["metadata"]["timestamp"], "2024-05-06T05:08:09Z");
    assert_eq!(document["metadata"]["component"]["type"], "container");
    let components = document["components"].as_array().unwrap();
    assert_eq!(components[0]["type"], "operating-system");
    assert_eq!(
        (&components[0]["name"], &components[0]["version"]),
        (&json!("debian"), &json!("12"))
    );
    let libc = &components[1];
    assert_eq!(libc["purl"], "pkg:deb/debian/libc6@2.36-10?arch=amd64&distro=debian-12");
    assert_eq!(
        components[2]["purl"],
        "pkg:deb/debian/libstdc%2B%2B6@1:12.2.0~x-14?arch=amd64&distro=debian-12"
    );
    let layers: Value =
        serde_json::from_slice(&layertui(&["layers", "--json", &image]).stdout).unwrap();
    let property = |name: &str| {
        let found = libc["properties"].as_array().unwrap().iter().find(|it| it["name"] == name);
        found.map(|it| it["value"].clone())
    };
    assert_eq!(property("layertui:layer"), Some(json!("1")));
    assert_eq!(property("layertui:addedBy"), Some(json!("0")));
    assert_eq!(property("layertui:size"), Some(json!("10240")));
    assert_eq!(property("layertui:layer:diffId"), Some(layers["layers"][1]["diffId"].clone()));
    assert!(document.get("compositions").is_none());
}

#[test]
fn spdx_has_each_package_with_its_layer() {
    let place = Place::new();
    let image = debian(&place);
    let (document, code) = document(&image, "spdx", &["--layer", "0"]);
    assert_eq!(code, 0);
    assert_eq!(document["creationInfo"]["created"], "2024-05-06T05:08:09Z");
    let packages = document["packages"].as_array().unwrap();
    let names: Vec<&str> = packages.iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names[1..], ["debian", "libc6", "libstdc++6"]);
    assert_eq!(
        packages[2]["externalRefs"][0]["referenceLocator"],
        "pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12"
    );
    let comment = packages[2]["annotations"][0]["comment"].as_str().unwrap();
    assert!(comment.starts_with("layer 0, diff ID sha256:"), "{comment}");
    let relationships = document["relationships"].as_array().unwrap();
    assert_eq!(relationships.len(), packages.len());
}

#[test]
fn epochs_of_rpm_are_a_qualifier() {
    let place = Place::new();
    let database = crate::rpm::database("before-Packages.db");
    let tar = Tar::new().file("var/lib/rpm/Packages.db", database);
    let image =
        place.image("rpm", &[tar.file("etc/os-release", "ID=fedora\nVERSION_ID=40\n").finish()]);
    let (document, _) = document(image.to_str().unwrap(), "cyclonedx", &[]);
    assert_eq!(
        document["components"][1]["purl"],
        "pkg:rpm/fedora/alpha@1.0-1?arch=noarch&distro=fedora-40&epoch=2"
    );
}

#[test]
fn the_same_image_gives_the_same_document_and_another_layer_another_one() {
    let place = Place::new();
    let image = debian(&place);
    for (format, _) in FORMATS {
        let whole = document(&image, format, &[]).0;
        assert_eq!(whole, document(&image, format, &[]).0);
        let key = if format == "spdx" { "documentNamespace" } else { "serialNumber" };
        assert_ne!(whole[key], document(&image, format, &["--layer", "0"]).0[key]);
    }
}

#[test]
fn a_document_that_is_not_whole_says_so() {
    let place = Place::new();
    let cut = &STATUS[..STATUS.len() - 9];
    let image = place.image("cut", &[Tar::new().file("var/lib/dpkg/status", cut).finish()]);
    let image = image.to_str().unwrap();
    let (cyclonedx, code) = document(image, "cyclonedx", &[]);
    assert_eq!((code, &cyclonedx["compositions"][0]["aggregate"]), (2, &json!("incomplete")));
    let (spdx, code) = document(image, "spdx", &[]);
    assert_eq!(code, 2);
    assert!(spdx["creationInfo"]["comment"].as_str().unwrap().starts_with("incomplete"));
}

/// Whatever a database and an image say of themselves: the documents stay valid.
#[test]
fn hostile_names_make_valid_documents() {
    let place = Place::new();
    let name = HOSTILE.replace('\n', "");
    let status = |name: &str| {
        format!(
            "Package: {name}\nStatus: install ok installed\nVersion: {name}\nArchitecture: {name}\n\n"
        )
    };
    let list = [&name, "/", "..", "a/b", "%", "@?#", "é"].map(status).concat();
    let release = format!("ID={name}\nVERSION_ID={name}\nPRETTY_NAME={name}\n");
    let tar = Tar::new().file("var/lib/dpkg/status", list).file("etc/os-release", release).finish();
    let more = json!({"created": HOSTILE});
    let layers = std::slice::from_ref(&tar);
    let image = place.save_all("hostile", layers, layers, &more);
    for (format, _) in FORMATS {
        assert_eq!(document(image.to_str().unwrap(), format, &[]).1, 0);
    }
}
