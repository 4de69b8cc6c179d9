//! Platforms (operating system, architecture, variant): parsing, printing, choosing.
//!
//! Aliases (`x86_64`, `aarch64`, `armhf`) and default variants (arm is v7, arm64 is v8, amd64 is v1) are those of
//! engines. Platforms are stored and shown as recorded; only comparisons normalise.

use std::fmt;

use crate::image::document::{Fields, kept};

/// A platform as the OCI image index states it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Platform {
    /// `linux`, `windows`, …
    pub os: String,
    /// `amd64`, `arm64`, … (GOARCH names)
    pub architecture: String,
    /// `v7`, `v8`, … if the architecture has variants.
    pub variant: Option<String>,
}

impl Platform {
    /// Parses `OS/ARCH` or `OS/ARCH/VARIANT`.
    ///
    /// # Errors
    /// A sentence that describes the expected form.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split('/').collect();
        match parts[..] {
            [os, architecture] | [os, architecture, _]
                if parts.iter().all(|part| !part.trim().is_empty()) =>
            {
                Ok(Self {
                    os: os.to_owned(),
                    architecture: architecture.to_owned(),
                    variant: parts.get(2).map(|&variant| variant.to_owned()),
                })
            }
            _ => Err(format!(
                "`{text}` is not a platform: give OS/ARCH or OS/ARCH/VARIANT, for example linux/amd64 or linux/arm/v7"
            )),
        }
    }

    /// The platform of containers on this machine: Linux (elsewhere containers run in a Linux VM), except on Windows.
    #[must_use]
    pub fn host() -> Self {
        let os = if cfg!(windows) { "windows" } else { "linux" };
        let architecture = match std::env::consts::ARCH {
            "powerpc64" if cfg!(target_endian = "little") => "ppc64le",
            "powerpc64" => "ppc64",
            "loongarch64" => "loong64",
            other => other,
        };
        Self { os: os.to_owned(), architecture: architecture.to_owned(), variant: None }
            .normalised()
    }

    /// Reads `os`, `architecture` and `variant` of a config or of a descriptor's `platform`.
    pub(super) fn read(fields: &Fields<'_>, problems: &mut Vec<String>) -> Option<Self> {
        let os = kept(fields.text("os"), problems);
        let architecture = kept(fields.text("architecture"), problems);
        let variant = kept(fields.text("variant"), problems);
        if os.is_none() && architecture.is_none() {
            return None;
        }
        Some(Self {
            os: os.unwrap_or_default(),
            architecture: architecture.unwrap_or_default(),
            variant,
        })
    }

    /// `unknown/unknown`, which BuildKit writes as the platform of attestations.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.os == "unknown" && self.architecture == "unknown"
    }

    /// The platform without aliases and default variants, for comparisons.
    #[must_use]
    pub fn normalised(&self) -> Self {
        let os = match self.os.to_ascii_lowercase().as_str() {
            "macos" => "darwin".to_owned(),
            other => other.to_owned(),
        };
        let mut variant = self.variant.as_deref().unwrap_or_default().to_ascii_lowercase();
        if !variant.is_empty() && variant.bytes().all(|c| c.is_ascii_digit()) {
            variant.insert(0, 'v');
        }
        let architecture = match self.architecture.to_ascii_lowercase().as_str() {
            "i386" | "i486" | "i586" | "i686" | "x86" => "386".to_owned(),
            "x86_64" | "x86-64" => "amd64".to_owned(),
            "aarch64" => "arm64".to_owned(),
            "armhf" => "arm".to_owned(),
            "armel" => {
                "v6".clone_into(&mut variant);
                "arm".to_owned()
            }
            other => other.to_owned(),
        };
        match (architecture.as_str(), variant.as_str()) {
            ("arm64", "v8") | ("amd64", "v1") => variant.clear(),
            ("arm", "") => "v7".clone_into(&mut variant),
            _ => {}
        }
        Self { os, architecture, variant: Some(variant).filter(|variant| !variant.is_empty()) }
    }

    /// How well an image for `self` matches the platform `wanted`: 0 is exact, more is worse, `None` is no match. A
    /// lower variant runs on a higher one; a higher one matches only if `wanted` has no variant.
    #[must_use]
    pub fn serves(&self, wanted: &Self) -> Option<u8> {
        let asked_variant = wanted.variant.is_some();
        let (have, wanted) = (self.normalised(), wanted.normalised());
        if have.os != wanted.os || have.architecture != wanted.architecture {
            return None;
        }
        let rank = |platform: &Self| {
            let variant = platform.variant.as_deref();
            let default = if platform.architecture == "arm64" { 8 } else { 1 };
            variant.map_or(default, |text| text.trim_start_matches('v').parse::<u8>().unwrap_or(0))
        };
        let (have_rank, wanted_rank) = (rank(&have), rank(&wanted));
        if have_rank <= wanted_rank {
            Some(wanted_rank - have_rank)
        } else {
            (!asked_variant).then_some(100 + (have_rank - wanted_rank).min(100))
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_unknown =
            |text: &str| if text.is_empty() { "?".to_owned() } else { text.to_owned() };
        write!(f, "{}/{}", or_unknown(&self.os), or_unknown(&self.architecture))?;
        self.variant.iter().try_for_each(|variant| write!(f, "/{variant}"))
    }
}

/// Chooses an image by platform: the requested one, else the host's, else the first. Images without a platform
/// (`None`) match no request; `unknown/unknown` is never chosen.
///
/// Returns an index into `platforms`; `None` if there is no match.
#[must_use]
pub fn choose(platforms: &[Option<Platform>], asked: Option<&Platform>) -> Option<usize> {
    let real = |platform: &Option<Platform>| !platform.as_ref().is_some_and(Platform::is_unknown);
    let best = |wanted: &Platform| {
        let served = platforms.iter().enumerate().filter(|(_, platform)| real(platform));
        served
            .filter_map(|(at, platform)| Some((platform.as_ref()?.serves(wanted)?, at)))
            .min()
            .map(|(_, at)| at)
    };
    if let Some(asked) = asked {
        return best(asked);
    }
    best(&Platform::host()).or_else(|| platforms.iter().position(real))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn platform(text: &str) -> Platform {
        Platform::parse(text).unwrap()
    }

    #[test]
    fn a_malformed_platform_is_refused_with_an_example() {
        for text in ["", "linux", "linux/", "/amd64", "a/b/c/d", "linux/arm/"] {
            assert!(Platform::parse(text).unwrap_err().contains("linux/amd64"), "{text}");
        }
        assert_eq!(platform("linux/arm/v7").to_string(), "linux/arm/v7");
    }

    #[test]
    fn aliases_and_default_variants_are_the_same_platform() {
        for (a, b) in [
            ("linux/arm64", "linux/arm64/v8"),
            ("linux/aarch64", "linux/arm64/8"),
            ("linux/x86_64", "linux/amd64"),
            ("linux/amd64/v1", "linux/amd64"),
            ("linux/arm", "linux/arm/v7"),
            ("Linux/armhf", "linux/arm/v7"),
            ("macos/arm64", "darwin/arm64"),
        ] {
            assert_eq!(platform(a).serves(&platform(b)), Some(0), "{a} {b}");
            assert_eq!(platform(a).normalised(), platform(b).normalised(), "{a} {b}");
        }
    }

    #[test]
    fn a_lower_variant_serves_a_higher_one_but_not_the_other_way_round() {
        assert_eq!(platform("linux/arm/v6").serves(&platform("linux/arm/v7")), Some(1));
        assert_eq!(platform("linux/arm/v7").serves(&platform("linux/arm/v6")), None);
        assert!(platform("linux/amd64/v3").serves(&platform("linux/amd64")).is_some());
        assert_eq!(platform("windows/amd64").serves(&platform("linux/amd64")), None);
    }

    /// Whatever the order of the list.
    #[test]
    fn of_several_matches_the_nearest_is_chosen() {
        for (asked, expected) in [
            ("linux/arm/v7", "linux/arm/v7"),
            ("linux/arm/v6", "linux/arm/v6"),
            ("linux/arm/v8", "linux/arm/v7"),
            ("linux/arm", "linux/arm/v7"),
            ("linux/amd64", "linux/amd64/v2"),
            ("linux/amd64/v3", "linux/amd64/v3"),
            ("linux/amd64/v4", "linux/amd64/v3"),
        ] {
            let mut list = [
                "linux/arm/v5",
                "linux/arm/v7",
                "linux/arm/v6",
                "linux/amd64/v3",
                "linux/amd64/v2",
            ]
            .map(|text| Some(platform(text)));
            for _ in 0..2 {
                let chosen = choose(&list, Some(&platform(asked))).unwrap();
                assert_eq!(list[chosen], Some(platform(expected)), "{asked}");
                list.reverse();
            }
        }
        let twice = [Some(platform("linux/arm")), Some(platform("linux/arm/v7"))];
        assert_eq!(choose(&twice, Some(&platform("linux/arm/v7"))), Some(0), "the first of equals");
    }

    #[test]
    fn the_requested_platform_precedes_the_hosts_and_the_first() {
        let host = Platform::host();
        let list = [
            Some(platform("unknown/unknown")),
            Some(platform("plan9/mips")),
            Some(host.clone()),
            Some(platform("plan9/arm/v5")),
            None,
        ];
        assert_eq!(choose(&list, None), Some(2));
        assert_eq!(choose(&list, Some(&platform("plan9/arm"))), Some(3));
        assert_eq!(choose(&list, Some(&platform("plan9/riscv64"))), None);
        assert_eq!(choose(&list[..2], None), Some(1));
        assert_eq!(choose(&list[..1], None), None);
        assert_eq!(choose(&list[4..], None), Some(0));
        assert_eq!(choose(&list[..1], Some(&platform("unknown/unknown"))), None);
    }
}
