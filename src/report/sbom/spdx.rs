//! SPDX 2.3 (ISO/IEC 5962 is 2.2.1). No crate of it is maintained by its makers.

#![expect(clippy::struct_field_names, reason = "the names are those of SPDX")]

use serde::Serialize;

use crate::content::packages::timeline::Installed;
use crate::report::sbom::materials::{Materials, TOOL, VERSION};

const DOCUMENT: &str = "SPDXRef-DOCUMENT";
const IMAGE: &str = "SPDXRef-Image";
/// The time of a document about an image that states none: SPDX wants one.
const NO_TIME: &str = "1970-01-01T00:00:00Z";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document<'a> {
    spdx_version: &'static str,
    data_license: &'static str,
    #[serde(rename = "SPDXID")]
    id: &'static str,
    name: &'a str,
    document_namespace: String,
    creation_info: CreationInfo,
    packages: Vec<Package<'a>>,
    relationships: Vec<Relationship>,
}

#[derive(Serialize)]
struct CreationInfo {
    created: String,
    creators: [String; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Package<'a> {
    #[serde(rename = "SPDXID")]
    id: String,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_info: Option<&'a str>,
    download_location: &'static str,
    files_analyzed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    primary_package_purpose: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    external_refs: Vec<ExternalRef>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    annotations: Vec<Annotation>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExternalRef {
    reference_category: &'static str,
    reference_type: &'static str,
    reference_locator: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Annotation {
    annotation_date: String,
    annotation_type: &'static str,
    annotator: String,
    comment: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Relationship {
    spdx_element_id: String,
    relationship_type: &'static str,
    related_spdx_element: String,
}

impl<'a> Document<'a> {
    pub(super) fn new(materials: &Materials<'a>) -> Self {
        let mut packages = vec![Package {
            version_info: materials.version(),
            primary_package_purpose: Some("CONTAINER"),
            ..package(IMAGE.to_owned(), materials.name())
        }];
        packages.extend(system(materials));
        let installed = materials.packages.timeline.installed().enumerate();
        packages.extend(installed.map(|(number, it)| installed_package(materials, number, it)));
        let contained = packages.iter().skip(1);
        let contained = contained.map(|it| relationship(IMAGE, "CONTAINS", it.id.clone()));
        let described = relationship(DOCUMENT, "DESCRIBES", IMAGE.to_owned());
        let relationships = [described].into_iter().chain(contained).collect();
        Self {
            spdx_version: "SPDX-2.3",
            data_license: "CC0-1.0",
            id: DOCUMENT,
            name: materials.name(),
            document_namespace: format!("urn:uuid:{}", materials.uuid()),
            creation_info: CreationInfo {
                created: created(materials),
                creators: [tool()],
                comment: materials
                    .is_incomplete()
                    .then_some("incomplete: not every layer and database could be read"),
            },
            packages,
            relationships,
        }
    }
}

fn created(materials: &Materials<'_>) -> String {
    materials.created().unwrap_or_else(|| NO_TIME.to_owned())
}

fn tool() -> String {
    format!("Tool: {TOOL}-{VERSION}")
}

fn relationship(of: &str, kind: &'static str, to: String) -> Relationship {
    Relationship {
        spdx_element_id: of.to_owned(),
        relationship_type: kind,
        related_spdx_element: to,
    }
}

fn package(id: String, name: &str) -> Package<'_> {
    Package {
        id,
        name,
        version_info: None,
        download_location: "NOASSERTION",
        files_analyzed: false,
        primary_package_purpose: None,
        external_refs: Vec::new(),
        annotations: Vec::new(),
    }
}

/// The distribution.
fn system<'a>(materials: &Materials<'a>) -> Option<Package<'a>> {
    let distribution = materials.distribution;
    Some(Package {
        version_info: distribution.version.as_deref(),
        primary_package_purpose: Some("OPERATING_SYSTEM"),
        ..package("SPDXRef-Distribution".to_owned(), distribution.id.as_deref()?)
    })
}

fn installed_package<'a>(
    materials: &Materials<'a>,
    number: usize,
    installed: &'a Installed,
) -> Package<'a> {
    let reference = materials.purl(&installed.package).map(|reference_locator| ExternalRef {
        reference_category: "PACKAGE-MANAGER",
        reference_type: "purl",
        reference_locator,
    });
    let annotation = Annotation {
        annotation_date: created(materials),
        annotation_type: "OTHER",
        annotator: tool(),
        comment: layers(materials, installed),
    };
    Package {
        version_info: Some(installed.package.version.as_str()).filter(|it| !it.is_empty()),
        external_refs: reference.into_iter().collect(),
        annotations: vec![annotation],
        ..package(format!("SPDXRef-Package-{number}"), &installed.package.name)
    }
}

/// `layer 3, diff ID sha256:…, digest sha256:…; first installed by layer 0`.
fn layers(materials: &Materials<'_>, installed: &Installed) -> String {
    let at = materials.subject.image.layers.get(installed.layer);
    let diff_id = at.and_then(|layer| layer.diff_id.as_ref());
    let digest = at.and_then(|layer| layer.digest.as_ref());
    let name = |name: &str, value: &String| format!(", {name} {value}");
    let diff_id = diff_id.map(|value| name("diff ID", value)).unwrap_or_default();
    let digest = digest.map(|value| name("digest", value)).unwrap_or_default();
    let first = if installed.added_by == installed.layer {
        String::new()
    } else {
        format!("; first installed by layer {}", installed.added_by)
    };
    format!("layer {}{diff_id}{digest}{first}", installed.layer)
}
