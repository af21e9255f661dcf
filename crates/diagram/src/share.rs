//! The share of the traffic that a wire carries.

use podpath_protocol::Edge;

/// All of the traffic, in millionths.
const ALL: u64 = 1_000_000;

/// In millionths; all of it where it is not split.
pub(crate) fn share(edge: &Edge) -> u64 {
    let Some((part, whole)) = edge.weight else { return ALL };
    let millionths = u128::from(part.min(whole)) * u128::from(ALL) / u128::from(whole.max(1));
    u64::try_from(millionths).unwrap_or(ALL)
}

/// As people read it; none where the traffic is not split.
pub(crate) fn percent(edge: &Edge) -> Option<String> {
    edge.weight?;
    let share = share(edge);
    match (share, (share + 5_000) / 10_000) {
        (ALL, _) => None,
        (1.., 0) => Some("<1%".to_owned()),
        (_, 100) => Some(">99%".to_owned()),
        (_, percent) => Some(format!("{percent}%")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn any_weight_is_a_share() {
        for (weight, expected) in [(None, ALL), (Some((1, 4)), 250_000), (Some((0, 0)), 0), (Some((u64::MAX, 1)), ALL)]
        {
            let edge = Edge { weight, ..fixture::graph("a > b").edges.remove(0) };
            assert_eq!(share(&edge), expected);
        }
    }

    #[test]
    fn shares_never_round_to_all_or_nothing() {
        for (weight, expected) in
            [("90/100", "90%"), ("1/3", "33%"), ("1/1000", "<1%"), ("999/1000", ">99%"), ("0/5", "0%"), ("5/5", "")]
        {
            let edge = fixture::graph(&format!("a > b on 80 {weight}")).edges.remove(0);
            assert_eq!(percent(&edge).unwrap_or_default(), expected, "{weight}");
        }
        let whole = fixture::graph("a > b on 80").edges.remove(0);
        assert_eq!(percent(&whole), None);
    }
}
