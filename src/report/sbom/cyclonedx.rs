//! CycloneDX 1.6 (ECMA-424). The crate of its makers writes up to 1.5 and brings XML, licences and a clock.

use std::borrow::Cow;

use serde::Serialize;

use crate::content::packages::timeline::Installed;
use crate::report::sbom::materials::{Materials, TOOL, VERSION};

/// The reference of the image in the document.
const IMAGE: &str = "image";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    bom_format: &'static str,
    spec_version: &'static str,
    serial_number: String,
    version: u32,
    metadata: Metadata<'a>,
    components: Vec<Component<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    compositions: Vec<Composition>,
}

#[derive(Serialize)]
struct Metadata<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
    tools: Tools,
    component: Component<'a>,
}

#[derive(Serialize)]
struct Tools {
    components: [Component<'static>; 1],
}

#[derive(Default, Serialize)]
struct Component<'a> {
    r#type: &'static str,
    #[serde(rename = "bom-ref", skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    properties: Vec<Property<'a>>,
}

#[derive(Serialize)]
struct Property<'a> {
    name: &'static str,
    value: Cow<'a, str>,
}

#[derive(Serialize)]
struct Composition {
    aggregate: &'static str,
    assemblies: [&'static str; 1],
}

impl<'a> Document<'a> {
    pub(super) fn new(materials: &Materials<'a>) -> Self {
        let tool = Component {
            r#type: "application",
            name: TOOL,
            version: Some(VERSION),
            ..Component::default()
        };
        let image = Component {
            r#type: "container",
            reference: Some(IMAGE.to_owned()),
            name: materials.name(),
            version: materials.version(),
            ..Component::default()
        };
        let packages = materials.packages.timeline.installed().enumerate();
        let packages = packages.map(|(number, installed)| package(materials, number, installed));
        let incomplete = Composition { aggregate: "incomplete", assemblies: [IMAGE] };
        Self {
            schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
            bom_format: "CycloneDX",
            spec_version: "1.6",
            serial_number: format!("urn:uuid:{}", materials.uuid()),
            version: 1,
            metadata: Metadata {
                timestamp: materials.created(),
                tools: Tools { components: [tool] },
                component: image,
            },
            components: system(materials).into_iter().chain(packages).collect(),
            compositions: materials.is_incomplete().then_some(incomplete).into_iter().collect(),
        }
    }
}

/// The distribution.
fn system<'a>(materials: &Materials<'a>) -> Option<Component<'a>> {
    let distribution = materials.distribution;
    Some(Component {
        r#type: "operating-system",
        reference: Some("distribution".to_owned()),
        name: distribution.id.as_deref()?,
        version: distribution.version.as_deref(),
        description: distribution.name.as_deref(),
        ..Component::default()
    })
}

fn package<'a>(
    materials: &Materials<'a>,
    number: usize,
    installed: &'a Installed,
) -> Component<'a> {
    let Installed { package, layer, added_by } = installed;
    let at = materials.subject.image.layers.get(*layer);
    let digests = [
        ("layertui:layer:diffId", at.and_then(|layer| layer.diff_id.as_deref())),
        ("layertui:layer:digest", at.and_then(|layer| layer.digest.as_deref())),
    ];
    let digests = digests.into_iter().filter_map(|(name, value)| Some((name, value?.into())));
    let properties = [
        ("layertui:layer", layer.to_string().into()),
        ("layertui:addedBy", added_by.to_string().into()),
    ];
    let size = package.installed_bytes.map(|bytes| ("layertui:size", bytes.to_string().into()));
    let properties = properties.into_iter().chain(digests).chain(size);
    Component {
        r#type: "library",
        reference: Some(format!("package-{number}")),
        name: &package.name,
        version: Some(&package.version),
        description: None,
        purl: materials.purl(package),
        properties: properties.map(|(name, value)| Property { name, value }).collect(),
    }
}
