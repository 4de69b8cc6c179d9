//! Which layers are the base image's: as asked, or as the image and the images in local stores tell.

use crate::cli::failure::Failure;
use crate::cli::open::open;
use crate::image::Image;
use crate::image::base::{Base, Candidate, Evidence};
use crate::load::settings::OpenSettings;
use crate::source;
use crate::source::ChoiceKind;

/// Local images that are looked at: there are stores with thousands, and each costs reading its records.
const AT_HAND: usize = 256;

/// The base of an image.
///
/// # Errors
/// Where somebody names one that cannot be opened, or that the image was not built on.
pub(super) fn recognise(
    image: &Image,
    asked: Option<&str>,
    setting: &OpenSettings,
) -> Result<Base, Failure> {
    let Some(asked) = asked else {
        // The image may tell by itself: then nobody has to look around.
        let alone = Base::recognise(image, &[]);
        let told = alone.evidence == Evidence::History && image.annotations.is_empty();
        return Ok(if told { alone } else { Base::recognise(image, &at_hand(image, setting)) });
    };
    if let Some(base) = Base::up_to_layer(image, asked) {
        return Ok(base);
    }
    let source = open(asked, setting)?;
    let unknown =
        || Failure::Error(format!("base {asked}: its layers have no diff IDs to compare"));
    let candidate = Candidate::of(source.image()).ok_or_else(unknown)?;
    Base::asked(image, &candidate).ok_or_else(|| {
        Failure::Error(format!(
            "base {asked}: {} does not begin with its layers",
            image.reference.visible()
        ))
    })
}

fn at_hand(image: &Image, setting: &OpenSettings) -> Vec<Candidate> {
    let Ok(several) = source::local_choices(&setting.options) else { return Vec::new() };
    let fits = |choice: &source::Choice| {
        choice.kind == ChoiceKind::Image
            && !choice.names.is_empty()
            && choice.layers.is_none_or(|layers| layers <= image.layers.len())
    };
    let choices = several.choices.iter().enumerate().filter(|(_, choice)| fits(choice));
    choices
        .take(AT_HAND)
        .filter_map(|(at, choice)| {
            let candidate = Candidate::of(several.open(at).ok()?.image())?;
            Some(Candidate { name: choice.names.first()?.clone(), ..candidate })
        })
        .collect()
}
