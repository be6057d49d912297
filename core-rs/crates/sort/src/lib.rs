//! Sorting in little code: each use of the standard library's sorts takes 5 to 12 kB of the module.

/// Up to so many elements are sorted by insertion.
const FEW: usize = 16;

/// Sorts few elements, or such as are nearly sorted: takes a step for each pair that is out of order. Equal ones keep
/// their order.
pub fn stable<T>(items: &mut [T], is_less: impl Fn(&T, &T) -> bool) {
    for end in 1..items.len() {
        let mut at = end;
        while at > 0 && are(items, at, at - 1, &is_less) {
            items.swap(at, at - 1);
            at -= 1;
        }
    }
}

/// Sorts any number of elements, n of them in O(n log n) steps. Equal ones may change places.
pub fn unstable<T>(items: &mut [T], is_less: impl Fn(&T, &T) -> bool) {
    if items.len() <= FEW {
        return stable(items, is_less);
    }
    for root in (0..items.len() / 2).rev() {
        sift(items, root, items.len(), &is_less);
    }
    for end in (1..items.len()).rev() {
        items.swap(0, end);
        sift(items, 0, end, &is_less);
    }
}

/// Makes a heap, largest first, of the elements below `root` and before `end`, of which only `root` may be out of place.
fn sift<T>(items: &mut [T], mut root: usize, end: usize, is_less: &impl Fn(&T, &T) -> bool) {
    loop {
        let mut child = 2 * root + 1;
        if child >= end {
            return;
        }
        if child + 1 < end && are(items, child, child + 1, is_less) {
            child += 1;
        }
        if !are(items, root, child, is_less) {
            return;
        }
        items.swap(root, child);
        root = child;
    }
}

/// Whether the elements at two places are so.
fn are<T>(items: &[T], a: usize, b: usize, is_less: &impl Fn(&T, &T) -> bool) -> bool {
    matches!((items.get(a), items.get(b)), (Some(a), Some(b)) if is_less(a, b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_the_standard_library_does() {
        let mut state = 1_u32;
        let mut random = |below: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize % below
        };
        for length in 0..200 {
            let items: Vec<(usize, usize)> = (0..length)
                .map(|place| (random(1 + length / 2), place))
                .collect();
            let (mut wanted, mut any, mut kept) = (items.clone(), items.clone(), items);
            wanted.sort_by_key(|item| item.0);
            stable(&mut kept, |a, b| a.0 < b.0);
            assert_eq!(kept, wanted);
            unstable(&mut any, |a, b| a < b);
            wanted.sort_unstable();
            assert_eq!(any, wanted);
        }
    }
}
