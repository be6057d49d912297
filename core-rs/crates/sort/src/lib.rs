//! Sorting with little code. Each use of the standard library's sorts adds 5 to 12 kB to the wasm
//! module.

/// Up to this many elements are sorted by insertion.
const FEW: usize = 16;

/// Insertion sort, for few or nearly sorted elements: one step for each pair that is out of order.
/// Equal elements keep their order.
pub fn stable<T>(items: &mut [T], is_less: impl Fn(&T, &T) -> bool) {
    for end in 1..items.len() {
        let mut at = end;
        while at > 0 && less_at(items, at, at - 1, &is_less) {
            items.swap(at, at - 1);
            at -= 1;
        }
    }
}

/// Heap sort: n elements in O(n log n) steps. Equal elements may change their order.
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

/// Restores a heap, largest element first, in which only the element at `root` may be out of place.
/// The heap ends before `end`.
fn sift<T>(items: &mut [T], mut root: usize, end: usize, is_less: &impl Fn(&T, &T) -> bool) {
    loop {
        let mut child = 2 * root + 1;
        if child >= end {
            return;
        }
        if child + 1 < end && less_at(items, child, child + 1, is_less) {
            child += 1;
        }
        if !less_at(items, root, child, is_less) {
            return;
        }
        items.swap(root, child);
        root = child;
    }
}

/// Whether the element at `a` is less than the one at `b`.
fn less_at<T>(items: &[T], a: usize, b: usize, is_less: &impl Fn(&T, &T) -> bool) -> bool {
    matches!((items.get(a), items.get(b)), (Some(a), Some(b)) if is_less(a, b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_as_the_standard_library_does() {
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
