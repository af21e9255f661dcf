//! "Did you mean": the known name that is nearest to an unknown one.

/// The candidate with the fewest edits to `name`, when it is near enough to be what was meant.
///
/// Near enough: at most one edit for up to 4 characters, two for up to 9, else three; ties go to the earlier candidate.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = match name.chars().count() {
        0 => return None,
        1..=4 => 1,
        5..=9 => 2,
        _ => 3,
    };
    let asked = lower(name);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates.into_iter().filter(|candidate| *candidate != name) {
        let limit = best.map_or(limit, |(distance, _)| distance - 1);
        if let Some(distance) = distance_within(&asked, candidate, limit) {
            best = Some((distance, candidate));
            if distance <= 1 {
                break;
            }
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn lower(text: &str) -> Vec<char> {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// Edits (insert, delete, replace, swap of neighbours) between two names, when there are no more than `limit`.
fn distance_within(left: &[char], right: &str, limit: usize) -> Option<usize> {
    // Hundreds of names are of another length.
    if right.is_ascii() && left.len().abs_diff(right.len()) > limit {
        return None;
    }
    let right = lower(right);
    if left.len().abs_diff(right.len()) > limit || left.len() > 256 {
        return None;
    }
    // What both begin and end with costs nothing; of the hosts of one domain little else is left.
    let n_first = left.iter().zip(&right).take_while(|(a, b)| a == b).count();
    let (left, right) = (left.get(n_first..)?, right.get(n_first..)?);
    let n_last = left.iter().rev().zip(right.iter().rev()).take_while(|(a, b)| a == b).count();
    let (left, right) = (left.get(..left.len() - n_last)?, right.get(..right.len() - n_last)?);
    distance(left, right, limit)
}

fn distance(left: &[char], right: &[char], limit: usize) -> Option<usize> {
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, b) in right.iter().enumerate() {
            let at = |row: &[usize], idx: usize| row.get(idx).copied().unwrap_or(usize::MAX - 1);
            let replaced = at(&row, j) + usize::from(a != b);
            let mut cost = replaced.min(at(&row, j + 1) + 1).min(at(&next, j) + 1);
            let swapped = i > 0 && j > 0 && left.get(i - 1) == Some(b) && right.get(j - 1) == Some(a);
            if swapped {
                cost = cost.min(at(&before, j - 1) + 1);
            }
            next.push(cost);
        }
        before = std::mem::replace(&mut row, next);
        // No row costs less than the cheapest of the two before it.
        if row.iter().chain(&before).all(|cost| *cost > limit) {
            return None;
        }
    }
    row.last().copied().filter(|distance| *distance <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_only_what_is_near() {
        let known = ["protocol", "port", "targetPort", "replicas", "requests"];
        for (name, expected) in [
            ("protocal", Some("protocol")),
            ("relicas", Some("replicas")),
            ("request", Some("requests")),
            ("prot", Some("port")),
            ("targetport", Some("targetPort")),
            ("banana", None),
            ("porotcol", Some("protocol")),
            ("replica", Some("replicas")),
            ("", None),
        ] {
            assert_eq!(nearest(name, known), expected, "{name}");
        }
    }
}
