//! Whether the entries of two tars stand in the same order, and which do not.

/// Places of the entries that both tars have: in the old one and in the new one.
pub(super) type Places = Vec<(u32, u32)>;

/// The fewest entries that have to move for both orders to be the same, as indices into `places`, which is sorted by the
/// place in the old tar. Entries outside a longest increasing subsequence of the places in the new one.
pub(super) fn moved(places: &mut Places) -> Vec<usize> {
    places.sort_unstable();
    if places.is_sorted_by_key(|place| place.1) {
        return Vec::new();
    }
    // `ends[n]` is the entry with the lowest place that ends an increasing sequence of n + 1 entries.
    let mut ends: Vec<u32> = Vec::new();
    let mut before: Vec<u32> = Vec::with_capacity(places.len());
    for (at, (_, place)) in places.iter().enumerate() {
        let length = ends.partition_point(|&end| places[end as usize].1 < *place);
        before.push(length.checked_sub(1).map_or(u32::MAX, |shorter| ends[shorter]));
        match ends.get_mut(length) {
            Some(end) => *end = at as u32,
            None => ends.push(at as u32),
        }
    }
    let mut stays = vec![false; places.len()];
    let mut at = ends.last().copied();
    while let Some(entry) = at {
        stays[entry as usize] = true;
        at = before.get(entry as usize).copied().filter(|&entry| entry != u32::MAX);
    }
    (0..places.len()).filter(|&at| !stays[at]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fewest_entries_move() {
        for (places, expected) in [
            (vec![(0, 0), (1, 1), (2, 2)], vec![]),
            (vec![(0, 1), (2, 4)], vec![]),
            // The last one came first.
            (vec![(3, 0), (0, 1), (1, 2), (2, 3)], vec![3]),
            (vec![(0, 3), (1, 0), (2, 1), (3, 2)], vec![0]),
            (vec![(0, 1), (1, 0)], vec![0]),
        ] {
            let mut places = places;
            assert_eq!(moved(&mut places), expected, "{places:?}");
        }
        let mut backwards: Places = (0..1000).map(|at| (at, 999 - at)).collect();
        assert_eq!(moved(&mut backwards).len(), 999);
    }
}
