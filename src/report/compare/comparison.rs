//! What a comparison of two images found, and the verdict on it.

use crate::compare::{Files, Meaning, PackageChange, Setting, layers_differ};
use crate::report::Subject;

/// The differences of two images.
pub struct Comparison<'a> {
    /// The old image and its layer whose merged tree is compared.
    pub old: (Subject<'a>, usize),
    /// The same of the new image.
    pub new: (Subject<'a>, usize),
    /// Differences of files.
    pub files: &'a Files,
    /// Differences of the configs.
    pub settings: &'a [Setting],
    /// Differences of installed packages.
    pub packages: &'a [PackageChange],
    /// Number of layers that both images have, and how many of these are consecutive from the base.
    pub shared: (usize, usize),
    /// Notes on what could not be read of either image.
    pub notes: &'a [String],
    /// Whether the notes concern files, which may then differ.
    pub incomplete: bool,
    /// Whether timestamps, order and what every build rewrites are set aside.
    pub semantic: bool,
}

/// The result of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing differs.
    Same,
    /// At least one difference.
    Differ,
    /// A layer is unreliable, or no difference was found but a file could not be read.
    Unknown,
}

impl Verdict {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Differ => "differ",
            Self::Unknown => "unknown",
        }
    }
}

impl Comparison<'_> {
    /// The result.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        if !self.old.0.is_sure() || !self.new.0.is_sure() {
            return Verdict::Unknown;
        }
        let known = self.files.differences.iter().any(|it| it.meaning != Meaning::Undecided);
        if known || !self.settings.is_empty() || !self.packages.is_empty() || self.layers_count() {
            Verdict::Differ
        } else if !self.files.differences.is_empty() || self.incomplete {
            Verdict::Unknown
        } else {
            Verdict::Same
        }
    }

    /// Whether a difference of the layers is part of the result: not if it may come from files that are not compared.
    fn layers_count(&self) -> bool {
        let all = !self.semantic && self.files.excluded == 0;
        all && layers_differ(self.old.0.image, self.new.0.image)
    }

    pub(super) fn layers(&self) -> (usize, usize) {
        (self.old.0.image.layers.len(), self.new.0.image.layers.len())
    }

    /// Name and sizes of both images: visible, stored, wasted bytes. `None` if a layer is unreliable.
    pub(super) fn sizes(&self) -> [(&'static str, [Option<u64>; 2]); 3] {
        let balances = [self.old.0, self.new.0].map(|it| it.is_sure().then(|| it.stack.balance()));
        [
            ("visibleBytes", balances.map(|it| it.map(|it| it.visible))),
            ("storedBytes", balances.map(|it| it.map(|it| it.stored))),
            ("wastedBytes", balances.map(|it| it.map(|it| it.wasted))),
        ]
    }
}
