//! Rules about wasted bytes, each by our definition and by dive's.

use std::borrow::Cow;

use crate::policy::dive::Measure;
use crate::policy::judge::{Judge, LARGEST};
use crate::policy::verdict::{Definition, Offence, Verdict};
use crate::stack::query::waste_cause::{PathWaste, WasteReport};
use crate::text;

const EFFICIENCY: &str = "lowest-efficiency";
const WASTED: &str = "highest-wasted-bytes";
const USER_WASTED: &str = "highest-user-wasted-percent";

/// How dive comes to its numbers, after our exact one.
const OF_PATHS: &str = "dive counts a path that several layers have, its live copy too";

impl Judge<'_> {
    pub(super) fn efficiency(&self, least: f64) -> Verdict {
        let efficiency = self.own_efficiency();
        let verdict = self.verdict(
            EFFICIENCY,
            format!("at least {} of the bytes stored{} visible", percent(least), self.bound()),
            percent(efficiency),
            efficiency >= least,
        );
        let note = "visible bytes / stored bytes; dive counts files seen in several layers";
        self.own(verdict, note, |_| true)
    }

    pub(super) fn wasted(&self, most: u64) -> Verdict {
        let wasted = self.losses.bytes();
        let verdict = self.verdict(
            WASTED,
            format!("at most {}{}", text::size::long(most), self.bound()),
            text::size::long(wasted).to_string(),
            wasted <= most,
        );
        let note =
            "bytes no name shows; dive also counts the live copy, and misses removed directories";
        self.own(verdict, note, |_| true)
    }

    pub(super) fn user_wasted(&self, most: f64) -> Verdict {
        let limit = format!("at most {} wasted of what is above the base", percent(most));
        let base = match self.evidence.base {
            Ok(base) => base,
            Err(why) => return self.unknown(USER_WASTED, limit, why),
        };
        let (part, actual) = self.own_user_wasted(base);
        let verdict = self.verdict(USER_WASTED, limit, actual, part <= most);
        let note =
            "waste of the layers above the base; dive takes all waste, and layer 0 for the base";
        self.own(verdict, note, |layer| !base.has(layer))
    }

    pub(super) fn efficiency_of_dive(&self, least: f64) -> Verdict {
        let limit = format!("at least {}", percent(least));
        let note = format!(
            "{} of the stored bytes are visible; dive divides the smallest size of each path by all its sizes",
            percent(self.own_efficiency())
        );
        self.by_dive(EFFICIENCY, limit, note, |measure| {
            let actual = format!("efficiency {}", as_dive(measure.efficiency));
            (actual, measure.efficiency >= least)
        })
    }

    pub(super) fn wasted_of_dive(&self, most: u64) -> Verdict {
        let limit = format!("at most {}", text::size::long(most));
        let own = text::size::long(self.losses.bytes());
        let note = format!("{own} have no visible name; {OF_PATHS}");
        self.by_dive(WASTED, limit, note, |measure| {
            let wasted = measure.wasted_bytes;
            (format!("wasted {}", text::size::long(wasted)), wasted <= most)
        })
    }

    pub(super) fn user_wasted_of_dive(&self, most: f64) -> Verdict {
        let limit = format!("at most {}", percent(most));
        let base = match self.evidence.base {
            Ok(base) => base,
            // The base that the user names is not there.
            Err(why) => return self.unknown(USER_WASTED, limit, why),
        };
        let own = self.own_user_wasted(base).1;
        let note = format!("{own} is wasted; {OF_PATHS}, and takes layer 0 for the base");
        self.by_dive(USER_WASTED, limit, note, |measure| {
            let part = measure.user_wasted();
            if part.is_nan() {
                // dive divides 0 by 0, and its rule is kept.
                return ("nothing is above layer 0".to_owned(), true);
            }
            let actual = format!("wasted {} of what is above layer 0", as_dive(part));
            (actual, part <= most)
        })
    }

    fn own_efficiency(&self) -> f64 {
        let visible = self.stored.saturating_sub(self.losses.bytes());
        if self.stored == 0 { 1.0 } else { visible as f64 / self.stored as f64 }
    }

    /// The wasted share of what is above the base, and in words.
    fn own_user_wasted(&self, base: &crate::image::base::Base) -> (f64, String) {
        let stack = self.evidence.stack;
        let stored: u64 =
            (base.layers..stack.folded()).map(|layer| stack.summary(layer).bytes).sum();
        let own = self.losses.files.iter().filter(|piece| !base.has(piece.wasted.layer));
        let wasted: u64 = own.map(|piece| piece.wasted.bytes).sum();
        let part = if stored == 0 { 0.0 } else { wasted as f64 / stored as f64 };
        let name = base.name.as_deref().unwrap_or("the base");
        let layers = match base.layers {
            1 => "1 layer".to_owned(),
            count => format!("{count} layers"),
        };
        (part, format!("{} of what is above {name} ({layers})", percent(part)))
    }

    /// The rest of a verdict by our definition. `counts`: whether the waste of a layer counts.
    fn own(&self, verdict: Verdict, note: &'static str, counts: impl Fn(usize) -> bool) -> Verdict {
        Verdict {
            measure: Some(Definition::Own),
            note: Some(Cow::Borrowed(note)),
            offences: self.largest(counts),
            ..verdict
        }
    }

    fn by_dive(
        &self,
        rule: &'static str,
        limit: String,
        note: String,
        judged: impl FnOnce(&Measure) -> (String, bool),
    ) -> Verdict {
        let verdict = match self.evidence.dive {
            Some(Ok(measure)) => {
                let (actual, kept) = judged(measure);
                let verdict =
                    self.verdict(rule, limit, format!("by dive's measure: {actual}"), kept);
                Verdict { offences: most_repeated(measure), ..verdict }
            }
            other => {
                let why = other.and_then(|it| it.as_ref().err());
                let actual =
                    why.map_or("dive's numbers were not measured", String::as_str).to_owned();
                self.unknown(rule, limit, &actual)
            }
        };
        Verdict { measure: Some(Definition::Dive), note: Some(note.into()), ..verdict }
    }

    fn largest(&self, counts: impl Fn(usize) -> bool) -> Vec<Offence> {
        let stack = self.evidence.stack;
        let pieces = self.losses.files.iter().filter(|piece| counts(piece.wasted.layer)).copied();
        let counted = WasteReport { files: pieces.collect() };
        let offence = |wasted: &PathWaste| Offence {
            path: stack.path(wasted.node),
            layer: wasted.files.first().map_or(0, |piece| piece.wasted.layer),
            bytes: wasted.bytes,
        };
        counted.by_path(stack).iter().take(LARGEST).map(offence).collect()
    }
}

/// The paths that most of dive's wasted bytes are of.
fn most_repeated(measure: &Measure) -> Vec<Offence> {
    let repeated = measure.repeated.iter().filter(|it| it.bytes > 0).take(LARGEST);
    repeated.map(|it| Offence { path: it.path.clone(), layer: it.layer, bytes: it.bytes }).collect()
}

fn percent(part: f64) -> String {
    format!("{:.2} %", part * 100.0)
}

/// As dive prints it, with four digits.
fn as_dive(part: f64) -> String {
    format!("{:.4} %", part * 100.0)
}
