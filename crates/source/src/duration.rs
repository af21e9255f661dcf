//! Durations as Go writes them.

/// A duration of Go, `1h30m` or `1.5s`, in nanoseconds; none when it is no duration.
pub fn nanoseconds(text: &str) -> Option<i128> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    let mut sum: i128 = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|it: char| !it.is_ascii_digit() && it != '.')?;
        let (number, unit) = rest.split_at(end);
        let length = unit.find(|it: char| it.is_ascii_digit() || it == '.').unwrap_or(unit.len());
        let (unit, after) = unit.split_at(length);
        sum = sum.checked_add(part(number, unit)?)?;
        rest = after;
    }
    Some(sign * sum)
}

fn part(number: &str, unit: &str) -> Option<i128> {
    let scale: i128 = match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || number.len() > 18 {
        return None;
    }
    let read = |it: &str| if it.is_empty() { Some(0) } else { it.parse::<i128>().ok() };
    let places = u32::try_from(fraction.len()).ok()?;
    Some(read(whole)?.checked_mul(scale)? + read(fraction)?.checked_mul(scale)? / 10_i128.pow(places))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_those_of_go() {
        for (text, expected) in [
            ("1s", Some(1_000_000_000)),
            ("1h30m", Some(5_400_000_000_000)),
            ("1.5ms", Some(1_500_000)),
            ("-5s", Some(-5_000_000_000)),
            ("0", Some(0)),
        ] {
            assert_eq!(nanoseconds(text), expected, "{text}");
        }
        for text in ["", "1", "apple", "s", "1.s.", ".s", "5 s"] {
            assert_eq!(nanoseconds(text), None, "{text}");
        }
    }
}
