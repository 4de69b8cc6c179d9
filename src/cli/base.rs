//! The layers of the base image: from `--base` or the rules file, else recognised from the image and local images.

use crate::cli::failure::Failure;
use crate::cli::open::open;
use crate::image::Image;
use crate::image::base::{Base, Candidate, Evidence};
use crate::load::settings::OpenSettings;
use crate::source;
use crate::source::ChoiceKind;

/// Maximum number of local images that are compared: stores can have thousands, and the records of each must be read.
const LOCAL_MAX: usize = 256;

/// The base of an image.
///
/// # Errors
/// If the stated base cannot be opened, or the image is not built on it.
pub(super) fn recognise(
    image: &Image,
    asked: Option<&str>,
    settings: &OpenSettings,
) -> Result<Base, Failure> {
    let Some(asked) = asked else {
        // Local images are not needed if the image itself names its base.
        let alone = Base::recognise(image, &[]);
        let is_certain = alone.evidence == Evidence::History && image.annotations.is_empty();
        return Ok(if is_certain {
            alone
        } else {
            Base::recognise(image, &local_candidates(image, settings))
        });
    };
    if let Some(base) = Base::up_to_layer(image, asked) {
        return Ok(base);
    }
    let source = open(asked, settings)?;
    let unknown =
        || Failure::Error(format!("base {asked}: its layers have no diff IDs to compare"));
    let candidate = Candidate::of(source.image()).ok_or_else(unknown)?;
    Base::asked(image, &candidate).ok_or_else(|| {
        Failure::Error(format!(
            "base {asked}: its layers are not the first ones of {}",
            image.reference.visible()
        ))
    })
}

fn local_candidates(image: &Image, settings: &OpenSettings) -> Vec<Candidate> {
    let Ok(several) = source::local_choices(&settings.options) else { return Vec::new() };
    let fits = |choice: &source::Choice| {
        choice.kind == ChoiceKind::Image
            && !choice.names.is_empty()
            && choice.layers.is_none_or(|layers| layers <= image.layers.len())
    };
    let choices = several.choices.iter().enumerate().filter(|(_, choice)| fits(choice));
    choices
        .take(LOCAL_MAX)
        .filter_map(|(at, choice)| {
            let candidate = Candidate::of(several.open(at).ok()?.image())?;
            Some(Candidate { name: choice.names.first()?.clone(), ..candidate })
        })
        .collect()
}
