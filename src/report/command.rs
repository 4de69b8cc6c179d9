//! The command that made a layer, as a cell of text.

use crate::image::layer::Layer;
use crate::text;
use crate::text::Visible;

/// The command in at most `cells` cells; `None` if it is not recorded.
pub(super) fn cell(layer: Option<&Layer>, cells: usize) -> Option<Visible<'static>> {
    let command = layer?.created_by.as_ref().map(text::command::clean)?;
    Some(text::shorten::middle(&command.visible(), cells))
}
