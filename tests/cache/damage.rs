//! Files of the cache that are not what was written: cut, flipped, of another version, for something else.

use std::fs;
use std::path::Path;

use crate::stage::{LAYERS, Stage, load};

/// Damages each file of a cache in turn, and sees that nothing changes and that the file is as good as new.
fn survives(damage: impl Fn(&Path, &[u8])) {
    let stage = Stage::new();
    let (image, cache) = (stage.image(), stage.cache());
    let truth = load(&image, Some(&cache)).answers;
    let kept = stage.kept();
    assert!(kept.len() > LAYERS);
    for file in &kept {
        let sound = fs::read(file).unwrap();
        damage(file, &sound);
        let told = load(&image, Some(&cache));
        assert_eq!(told.answers, truth, "{}", file.display());
        assert_eq!(fs::read(file).unwrap(), sound, "{}", file.display());
        assert_eq!(load(&image, Some(&cache)).listed, 0);
    }
    assert_eq!(stage.kept(), kept);
}

#[test]
fn an_entry_truncated_anywhere_is_replaced() {
    for part in [0, 1, 8, 31, 32, 33, 100, 130, 175, 200, 500] {
        survives(|file, sound| {
            let length = if part < sound.len() { part } else { sound.len() - 1 };
            fs::write(file, &sound[..length]).unwrap();
        });
    }
}

#[test]
fn an_entry_with_any_flipped_bit_is_replaced() {
    for percent in [0, 3, 9, 15, 25, 40, 55, 70, 85, 99] {
        survives(|file, sound| {
            let mut bytes = sound.to_vec();
            bytes[sound.len() * percent / 100] ^= 0x10;
            fs::write(file, bytes).unwrap();
        });
    }
}

#[test]
fn an_entry_with_extra_or_other_bytes_is_replaced() {
    survives(|file, sound| fs::write(file, [sound, b"\0"].concat()).unwrap());
    survives(|file, _| fs::write(file, vec![0; 100_000]).unwrap());
    survives(|file, _| fs::write(file, "#!/bin/sh\n".repeat(100)).unwrap());
}

#[test]
fn an_entry_of_another_version_is_replaced() {
    survives(|file, sound| {
        let mut bytes = sound.to_vec();
        bytes[8] = bytes[8].wrapping_add(1);
        fs::write(file, bytes).unwrap();
    });
}

#[test]
fn an_entry_under_a_wrong_name_is_not_used() {
    let stage = Stage::new();
    let (image, cache) = (stage.image(), stage.cache());
    let truth = load(&image, Some(&cache)).answers;
    let kept = stage.kept();
    let sound: Vec<Vec<u8>> = kept.iter().map(|file| fs::read(file).unwrap()).collect();
    for shift in 1..kept.len() {
        for (index, file) in kept.iter().enumerate() {
            fs::write(file, &sound[(index + shift) % kept.len()]).unwrap();
        }
        assert_eq!(load(&image, Some(&cache)).answers, truth);
    }
}

#[cfg(unix)]
#[test]
fn only_regular_files_are_entries() {
    use std::os::unix::net::UnixListener;
    survives(|file, _| {
        fs::remove_file(file).unwrap();
        // A name of 108 bytes at the most: bound next to it, and moved.
        let short = std::env::temp_dir().join(format!("layertui-{}", std::process::id()));
        let _listener = UnixListener::bind(&short).unwrap();
        if fs::rename(&short, file).is_err() {
            fs::remove_file(&short).unwrap();
        }
    });
    survives(|file, _| {
        fs::remove_file(file).unwrap();
        std::os::unix::fs::symlink("/dev/zero", file).unwrap();
    });
    // A directory cannot be replaced by a rename; nothing else suffers from it.
    let stage = Stage::new();
    let (image, cache) = (stage.image(), stage.cache());
    let truth = load(&image, Some(&cache)).answers;
    for file in stage.kept() {
        fs::remove_file(&file).unwrap();
        fs::create_dir(&file).unwrap();
    }
    assert_eq!(load(&image, Some(&stage.cache())).answers, truth);
}
