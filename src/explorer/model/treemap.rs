//! A squarified treemap in cells: a rectangle divided among weights. Pure geometry; no cell is lost and none is given
//! twice, at any size.
//!
//! After Bruls, Huizing and van Wijk, "Squarified Treemaps" (2000), but every border lies between two cells: strips and
//! the tiles in them end where the running sum of the weights, rounded, says. A cell counts as twice as high as wide.

use crate::explorer::model::geometry::Rect;

/// How much higher than wide a cell is.
const TALL: f64 = 2.0;

/// A rectangle for each weight, in order; together they are `area`, as long as any weight is above zero. Weights that are too
/// small for a cell get none. Best looking where the largest come first.
#[must_use]
pub fn squarify(weights: &[u64], area: Rect) -> Vec<Rect> {
    let mut tiles = vec![Rect { width: 0, height: 0, ..area }; weights.len()];
    let weighty: Vec<usize> = (0..weights.len()).filter(|&at| weights[at] > 0).collect();
    let mut left = area;
    let mut total: u128 = weights.iter().map(|&weight| u128::from(weight)).sum();
    let mut rest = &weighty[..];
    while !rest.is_empty() && left.width > 0 && left.height > 0 {
        let upright = f64::from(left.width) >= f64::from(left.height) * TALL;
        let strip_of = strip(weights, rest, total, left, upright);
        let (here, behind) = rest.split_at(strip_of);
        let sum: u128 = here.iter().map(|&at| u128::from(weights[at])).sum();
        let across = if upright { left.width } else { left.height };
        let thick = if behind.is_empty() { across } else { part(across, sum, total).max(1) };
        let strip;
        (strip, left) = cut(left, thick, upright);
        divide(weights, here, sum, strip, upright, &mut tiles);
        total -= sum;
        rest = behind;
    }
    tiles
}

/// How many of the weights go into the next strip: as many as make its worst tile squarer.
fn strip(weights: &[u64], rest: &[usize], total: u128, left: Rect, upright: bool) -> usize {
    let (width, height) = (f64::from(left.width), f64::from(left.height) * TALL);
    let (side, scale) =
        (if upright { height } else { width }, width * height / (total as f64).max(1.0));
    let mut sum = 0.0;
    let (mut least, mut most) = (f64::MAX, 0.0_f64);
    let mut best = f64::MAX;
    for (count, &at) in rest.iter().enumerate() {
        let size = weights[at] as f64 * scale;
        sum += size;
        (least, most) = (least.min(size), most.max(size));
        let across = (sum / side).powi(2);
        let worst = (across / least).max(most / across);
        if worst > best {
            return count;
        }
        best = worst;
    }
    rest.len()
}

/// Divides a strip among its weights along its length.
fn divide(
    weights: &[u64],
    here: &[usize],
    sum: u128,
    strip: Rect,
    upright: bool,
    tiles: &mut [Rect],
) {
    let length = if upright { strip.height } else { strip.width };
    let (mut before, mut from) = (0, 0);
    for &at in here {
        before += u128::from(weights[at]);
        let to = part(length, before, sum);
        tiles[at] = if upright {
            Rect { y: strip.y + from, height: to - from, ..strip }
        } else {
            Rect { x: strip.x + from, width: to - from, ..strip }
        };
        from = to;
    }
}

/// Cuts `cells` off the left (upright) or the top.
const fn cut(area: Rect, cells: u16, upright: bool) -> (Rect, Rect) {
    if upright {
        let strip = Rect { width: cells, ..area };
        (strip, Rect { x: area.x + cells, width: area.width - cells, ..area })
    } else {
        let strip = Rect { height: cells, ..area };
        (strip, Rect { y: area.y + cells, height: area.height - cells, ..area })
    }
}

/// `part` of `whole` in cells, rounded.
fn part(cells: u16, part: u128, whole: u128) -> u16 {
    let doubled = u128::from(cells) * part * 2;
    u16::try_from((doubled + whole) / (whole * 2)).unwrap_or(cells).min(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every cell belongs to exactly one tile.
    fn assert_whole(tiles: &[Rect], area: Rect) {
        let cells = |rect: &Rect| u64::from(rect.width) * u64::from(rect.height);
        assert_eq!(tiles.iter().map(cells).sum::<u64>(), cells(&area), "{tiles:?} of {area:?}");
        for y in area.y..area.y + area.height {
            for x in area.x..area.x + area.width {
                let owners = tiles.iter().filter(|tile| tile.contains(x, y)).count();
                assert_eq!(owners, 1, "cell {x},{y} of {area:?}");
            }
        }
    }

    #[test]
    fn no_cell_is_lost_at_any_size() {
        let mut seed = 1_u64;
        let mut random = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            seed >> 33
        };
        for width in (0..=42).chain([97]) {
            for height in 0..=13 {
                let area = Rect { x: 3, y: 2, width, height };
                let count = random() % 9 + 1;
                let mut weights: Vec<u64> =
                    (0..count).map(|_| random() >> (random() % 31)).map(|it| it.max(1)).collect();
                weights.sort_unstable_by_key(|&weight| std::cmp::Reverse(weight));
                assert_whole(&squarify(&weights, area), area);
            }
        }
    }

    #[test]
    fn extremes_are_divided_too() {
        let area = Rect { x: 0, y: 0, width: 40, height: 12 };
        assert_whole(&squarify(&[u64::MAX, u64::MAX, 1], area), area);
        assert_whole(&squarify(&[7; 1000], area), area);
        assert_whole(&squarify(&[1, 0, 5, 0], area), area);
        assert!(squarify(&[], area).is_empty());
        assert!(squarify(&[0, 0], area).iter().all(|tile| tile.width == 0));
    }

    #[test]
    fn areas_follow_the_weights_and_tiles_are_not_slivers() {
        let area = Rect { x: 0, y: 0, width: 100, height: 50 };
        let weights = [600_u32, 600, 400, 300, 200, 200, 100];
        for (tile, weight) in squarify(&weights.map(u64::from), area).iter().zip(weights) {
            let share = f64::from(tile.width) * f64::from(tile.height) / 5000.0;
            let wanted = f64::from(weight) / 2400.0;
            assert!((share - wanted).abs() < 0.02, "{tile:?} for {weight}");
            let ratio = f64::from(tile.width) / (f64::from(tile.height) * TALL);
            assert!((0.2..5.0).contains(&ratio), "{tile:?} is a sliver");
        }
    }
}
