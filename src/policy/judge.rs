//! Evaluates rules on an image.

use crate::findings::place::{Location, Thing};
use crate::findings::{Finding, Id, Severity, set_id_programs};
use crate::policy::Rules;
use crate::policy::verdict::{Evidence, Offence, Outcome, Verdict};
use crate::stack::query::glob::Globs;
use crate::stack::query::walk::{Scope, Walk};
use crate::stack::query::waste_cause::WasteReport;
use crate::stack::{ChangeKind, HistoryEvent, NodeId};
use crate::text;

/// Number of paths that a verdict lists for a number, largest first.
pub(super) const LARGEST: usize = 5;

/// Evaluates every rule that is set.
///
/// # Errors
/// A pattern of the rules that is not a glob.
pub fn judge(rules: &Rules, evidence: Evidence<'_>) -> Result<Vec<Verdict>, String> {
    let judge = Judge::new(rules, evidence)?;
    let mut verdicts = Vec::new();
    verdicts.extend(rules.own.lowest_efficiency.map(|least| judge.efficiency(least)));
    verdicts.extend(rules.dive.lowest_efficiency.map(|least| judge.efficiency_of_dive(least)));
    verdicts.extend(rules.own.highest_wasted_bytes.map(|most| judge.wasted(most)));
    verdicts.extend(rules.dive.highest_wasted_bytes.map(|most| judge.wasted_of_dive(most)));
    verdicts.extend(rules.own.highest_user_wasted_percent.map(|most| judge.user_wasted(most)));
    let user = rules.dive.highest_user_wasted_percent;
    verdicts.extend(user.map(|most| judge.user_wasted_of_dive(most)));
    verdicts.extend(rules.max_layers.map(|most| judge.layers(most)));
    verdicts.extend(rules.max_size.map(|most| judge.size(most)));
    if !rules.block.is_empty() {
        verdicts.push(judge.block(&Globs::new(&rules.block)?, &rules.block));
    }
    if !rules.deny_waste.is_empty() {
        verdicts.push(judge.deny_waste(&Globs::new(&rules.deny_waste)?, &rules.deny_waste));
    }
    if let Some(except) = &rules.no_setuid_except {
        verdicts.push(judge.setuid(&Globs::new(except)?, except));
    }
    if let Some(level) = rules.fail_on {
        let unknown = evidence.base.err().filter(|_| rules.findings_above_base);
        verdicts.extend(match unknown {
            Some(why) => vec![judge.unknown("fail-on", findings_limit(level), why)],
            None => judge.findings(level),
        });
    }
    if let Some(why) = evidence.refused {
        for verdict in &mut verdicts {
            (verdict.outcome, verdict.actual) = (Outcome::Unjudged, why.to_owned());
        }
    }
    Ok(verdicts)
}

pub(super) struct Judge<'a> {
    pub(super) evidence: Evidence<'a>,
    excludes: Globs,
    /// The waste, without excluded paths.
    pub(super) losses: WasteReport,
    /// Bytes that the layers which count store.
    pub(super) stored: u64,
    /// The first layer that counts.
    from: usize,
    /// Only layers above the base count.
    bounded: bool,
}

impl<'a> Judge<'a> {
    fn new(rules: &Rules, evidence: Evidence<'a>) -> Result<Self, String> {
        let excludes = Globs::new(&rules.excludes)?;
        let stack = evidence.stack;
        let bounded = rules.rules_above_base;
        let from = evidence.base.ok().filter(|_| bounded).map_or(0, |base| base.layers);
        let mut losses = stack.waste_report();
        losses.files.retain(|piece| {
            piece.wasted.layer >= from && !excludes.matches(&stack.path(piece.wasted.node))
        });
        let stored = (from..stack.folded()).map(|layer| stack.summary(layer).bytes).sum();
        Ok(Self { evidence, excludes, losses, stored, from, bounded })
    }

    /// The reason why it is not known which layers count.
    fn no_base(&self) -> Option<&'a str> {
        self.evidence.base.err().filter(|_| self.bounded)
    }

    /// The end of a limit that says which layers count.
    pub(super) const fn bound(&self) -> &'static str {
        if self.bounded { " above the base" } else { "" }
    }

    /// The result of a rule about something that is not known.
    pub(super) fn unknown(&self, rule: &'static str, limit: String, why: &str) -> Verdict {
        let verdict = self.verdict(rule, limit, String::new(), false);
        Verdict { outcome: Outcome::Unjudged, actual: why.to_owned(), ..verdict }
    }

    pub(super) fn verdict(
        &self,
        rule: &'static str,
        limit: String,
        actual: String,
        kept: bool,
    ) -> Verdict {
        let (outcome, actual) = match self.evidence.unread {
            _ if self.no_base().is_some() => {
                (Outcome::Unjudged, self.no_base().unwrap_or_default().to_owned())
            }
            Some((layer, why)) => (Outcome::Unjudged, format!("layer {layer}: {why}")),
            None if kept => (Outcome::Pass, actual),
            None => (Outcome::Fail, actual),
        };
        Verdict {
            rule,
            outcome,
            limit,
            actual,
            measure: None,
            note: None,
            offences: Vec::new(),
            steps: Vec::new(),
        }
    }

    fn layers(&self, most: u64) -> Verdict {
        let layers = self.evidence.image.layers.len().saturating_sub(self.from) as u64;
        let limit = format!("at most {most}{}", self.bound());
        let verdict = self.verdict("max-layers", limit, String::new(), layers <= most);
        if self.no_base().is_some() {
            return verdict;
        }
        // Needs the manifest only.
        let outcome = if layers <= most { Outcome::Pass } else { Outcome::Fail };
        Verdict { outcome, actual: layers.to_string(), ..verdict }
    }

    fn size(&self, most: u64) -> Verdict {
        let (limit, actual) = (
            format!("at most {}{}", text::size::long(most), self.bound()),
            text::size::long(self.stored).to_string(),
        );
        let kept = self.stored <= most;
        let verdict = self.verdict("max-size", limit, actual.clone(), kept);
        verdict.certain(!kept && self.no_base().is_none(), actual)
    }

    fn block(&self, globs: &Globs, patterns: &[String]) -> Verdict {
        let stack = self.evidence.stack;
        let mut offences = Vec::new();
        for node in Walk::new(stack, Scope::All, NodeId::ROOT, true) {
            let path = stack.path(node);
            if self.excludes.matches(&path) || !globs.matches(&path) {
                continue;
            }
            let counts = |step: &HistoryEvent| {
                step.layer >= self.from && (!self.bounded || step.event != ChangeKind::Removed)
            };
            let Some(step) = stack.history(node).into_iter().find(counts) else { continue };
            offences.push(Offence { path, layer: step.layer, bytes: step.version.size });
        }
        self.by_paths(
            "block",
            format!("no {}{}", patterns.join(", "), self.bound()),
            offences,
            true,
        )
    }

    fn deny_waste(&self, globs: &Globs, patterns: &[String]) -> Verdict {
        let offences = self.losses.by_path(self.evidence.stack).into_iter().filter_map(|wasted| {
            let path = self.evidence.stack.path(wasted.node);
            let layer = wasted.files.first()?.wasted.layer;
            globs.matches(&path).then_some(Offence { path, layer, bytes: wasted.bytes })
        });
        let limit = format!("nothing wasted of {}{}", patterns.join(", "), self.bound());
        self.by_paths("deny-waste", limit, offences.collect(), false)
    }

    fn setuid(&self, except: &Globs, patterns: &[String]) -> Verdict {
        let stack = self.evidence.stack;
        let programs = set_id_programs(stack).into_iter();
        let offences = programs.filter(|(_, version)| version.layer >= self.from);
        let offences = offences.filter_map(|(node, version)| {
            let path = stack.path(node);
            let allowed = except.matches(&path) || self.excludes.matches(&path);
            (!allowed).then_some(Offence { path, layer: version.layer, bytes: version.size })
        });
        let offences = offences.collect();
        let but = match patterns {
            [] => format!("none{}", self.bound()),
            some => format!("none but {}{}", some.join(", "), self.bound()),
        };
        self.by_paths("no-setuid-except", but, offences, false)
    }

    /// A verdict for each finding of the severity or above; if there are none, one verdict that says so. It is unknown if
    /// there are none in what was read, or if an unread layer could undo the finding.
    fn findings(&self, level: Severity) -> Vec<Verdict> {
        let limit = findings_limit(level);
        let is_severe = |id: Id| id.facts().severity >= level;
        let Evidence { findings, image, stack, unread, .. } = self.evidence;
        let severe = findings.list.iter().filter(|finding| is_severe(finding.id));
        let broken: Vec<Verdict> = severe
            .map(|finding| {
                let open = unread.filter(|_| !finding.is_certain(image));
                let (outcome, actual) = match open {
                    Some((layer, why)) => (Outcome::Unjudged, format!("layer {layer}: {why}")),
                    None => (Outcome::Fail, self.places(finding)),
                };
                Verdict {
                    rule: finding.id.facts().name,
                    outcome,
                    limit: limit.clone(),
                    actual,
                    measure: None,
                    note: Some(finding.id.facts().remedy.into()),
                    offences: self.offences(finding),
                    steps: finding.places.iter().filter_map(|place| place.step).collect(),
                }
            })
            .collect();
        if broken.is_empty() {
            if let Some(why) = &image.config.unread {
                return vec![self.unknown("fail-on", limit, why.raw())];
            }
            let mut files = findings.unread.iter().filter(|file| is_severe(file.id));
            if let Some(file) = files.next() {
                let more = match files.count() {
                    0 => String::new(),
                    count => format!(" (and {count} more)"),
                };
                let why = format!("{}{more}", file.sentence(stack));
                return vec![self.unknown("fail-on", limit, &why)];
            }
            return vec![self.verdict("fail-on", limit, "no finding".to_owned(), true)];
        }
        broken
    }

    /// Number of places of a finding; places in the metadata count once per name.
    fn places(&self, finding: &Finding) -> String {
        let names = finding.places.iter().filter_map(|place| match &place.thing {
            Thing::Name(name) => Some(name.as_str()),
            Thing::Path(_) | Thing::Whole => None,
        });
        let mut all: Vec<&str> = Vec::new();
        for name in names {
            // A build argument is in every history step that it was passed to. One more than is listed is enough to know.
            if all.len() <= LARGEST && !all.contains(&name) {
                all.push(name);
            }
        }
        let names = &all[..all.len().min(LARGEST)];
        let title = finding.id.facts().title;
        let more = if all.len() > names.len() { ", …" } else { "" };
        match (names, self.offences(finding).len()) {
            ([], 0) => title.to_owned(),
            ([], 1) => format!("{title}: 1 path"),
            ([], paths) => format!("{title}: {paths} paths"),
            (names, _) => format!("{title}: {}{more}", names.join(", ")),
        }
    }

    fn offences(&self, finding: &Finding) -> Vec<Offence> {
        let offence = |place: &Location| match &place.thing {
            Thing::Path(node) => Some(Offence {
                path: self.evidence.stack.path(*node),
                layer: place.layer?,
                bytes: place.bytes,
            }),
            Thing::Name(_) | Thing::Whole => None,
        };
        finding.places.iter().filter_map(offence).collect()
    }

    /// `certain`: the result does not depend on unread layers.
    fn by_paths(
        &self,
        rule: &'static str,
        limit: String,
        offences: Vec<Offence>,
        certain: bool,
    ) -> Verdict {
        let actual = match offences.len() {
            0 => "no path".to_owned(),
            1 => "1 path".to_owned(),
            count => format!("{count} paths"),
        };
        let broken = !offences.is_empty();
        let verdict = self.verdict(rule, limit, actual.clone(), !broken);
        let verdict = verdict.certain(broken && certain && self.no_base().is_none(), actual);
        Verdict { offences, ..verdict }
    }
}

fn findings_limit(level: Severity) -> String {
    format!("no finding of severity {} or above", level.name())
}
