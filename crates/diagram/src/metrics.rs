//! The measures of the picture at each size, and how wide a text is.
//!
//! Widths are taken from a wide face (0.58 em a letter on average), so that no system font overflows its card.

use podpath_protocol::{Lane, Locale, Size};

/// x and y, in CSS pixels.
pub(crate) type Point = (f64, f64);

/// The number of columns.
pub(crate) const N_LANES: usize = 6;

/// From the bottom of a card to the pill that hangs under it.
pub(crate) const PILL_DROP: f64 = 8.0;

/// The height of a pill.
pub(crate) const PILL_HEIGHT: f64 = 22.0;

/// The most letters in a pill; what is longer stands in the object card.
const PILL_LETTERS: usize = 24;

/// The radius of the disc that breaks a wire.
pub(crate) const DISC: f64 = 9.0;

/// How a column is called, in code and for people.
pub(crate) struct Face {
    pub(crate) class: &'static str,
    pub(crate) english: &'static str,
    korean: &'static str,
}

impl Face {
    pub(crate) fn title(&self, locale: Locale) -> &'static str {
        match locale {
            Locale::En => self.english,
            Locale::Ko => self.korean,
        }
    }
}

/// The columns from left to right.
pub(crate) static FACES: [Face; N_LANES] = [
    Face { class: "client", english: "Client", korean: "클라이언트" },
    Face { class: "balancer", english: "Load balancer", korean: "로드 밸런서" },
    Face { class: "gateway", english: "Gateway", korean: "게이트웨이" },
    Face { class: "route", english: "Route", korean: "라우트" },
    Face { class: "service", english: "Service", korean: "Service" },
    Face { class: "pod", english: "Pod", korean: "Pod" },
];

/// The column of a lane; `workload` shares that of `pod`.
pub(crate) fn column(lane: Lane) -> usize {
    match lane {
        Lane::Client => 0,
        Lane::LoadBalancer => 1,
        Lane::Gateway => 2,
        Lane::Route => 3,
        Lane::Service => 4,
        Lane::Workload | Lane::Pod => 5,
    }
}

/// The class of a lane's cards.
pub(crate) fn class(lane: Lane) -> &'static str {
    FACES.get(column(lane)).map_or("pod", |it| it.class)
}

/// The measures at one size.
pub(crate) struct Metrics {
    /// The class of the picture.
    pub(crate) name: &'static str,
    widths: [f64; N_LANES],
    pub(crate) gap: f64,
    /// The height of a card.
    pub(crate) card: f64,
    /// From the top of a row to the top of the next.
    pub(crate) pitch: f64,
    /// The top of the first row.
    pub(crate) top: f64,
    /// How far the band of a lane reaches beyond its cards.
    pub(crate) bleed: f64,
    pub(crate) name_font: f64,
    /// Third lines, ports and a client that is more than a dot are drawn.
    pub(crate) is_full: bool,
}

const WIDE: Metrics = Metrics {
    name: "wide",
    widths: [80.0, 132.0, 138.0, 150.0, 148.0, 144.0],
    gap: 36.0,
    card: 70.0,
    pitch: 86.0,
    top: 42.0,
    bleed: 6.0,
    name_font: 12.5,
    is_full: true,
};

const SNUG: Metrics =
    Metrics { name: "snug", widths: [66.0, 120.0, 128.0, 138.0, 136.0, 134.0], gap: 29.0, name_font: 12.0, ..WIDE };

const ROOMY: Metrics = Metrics { name: "roomy", widths: [96.0, 164.0, 172.0, 186.0, 184.0, 178.0], gap: 80.0, ..WIDE };

const COMPACT: Metrics = Metrics {
    name: "small",
    widths: [18.0, 92.0, 112.0, 122.0, 122.0, 122.0],
    gap: 20.0,
    card: 52.0,
    pitch: 70.0,
    top: 34.0,
    bleed: 3.0,
    name_font: 11.5,
    is_full: false,
};

/// Left edge and width of a lane's cards.
#[derive(Clone, Copy, Default)]
pub(crate) struct Band {
    pub(crate) left: f64,
    pub(crate) width: f64,
}

/// The reason of a dead end under the card on its left.
pub(crate) struct Pill {
    pub(crate) words: String,
    pub(crate) left: f64,
    pub(crate) width: f64,
}

impl Metrics {
    pub(crate) fn of(size: Size) -> &'static Self {
        match size {
            Size::Wide => &WIDE,
            Size::Snug => &SNUG,
            Size::Roomy => &ROOMY,
            Size::Compact => &COMPACT,
        }
    }

    /// One of two numbers: of cards with three lines, or of the compact ones.
    pub(crate) fn pick(&self, full: f64, compact: f64) -> f64 {
        if self.is_full { full } else { compact }
    }

    pub(crate) fn bands(&self) -> [Band; N_LANES] {
        let mut left = self.bleed;
        self.widths.map(|width| {
            let band = Band { left, width };
            left += width + self.gap;
            band
        })
    }

    pub(crate) fn band(&self, column: usize) -> Band {
        self.bands().get(column).copied().unwrap_or_default()
    }

    /// Of the whole picture.
    pub(crate) fn width(&self) -> f64 {
        let last = self.band(N_LANES - 1);
        last.left + last.width + self.bleed
    }

    /// The middle of the gap on the left of a column; beyond the last column, of its bleed.
    pub(crate) fn gap_middle(&self, gap: usize) -> f64 {
        match gap {
            0 => self.bleed / 2.0,
            1..N_LANES => self.band(gap).left - self.gap / 2.0,
            _ => self.width() - self.bleed / 2.0,
        }
    }

    /// How far from the middle of a gap wires may run up and down, the nearest first.
    pub(crate) fn slots(&self, gap: usize) -> Vec<f64> {
        let room = if (1..N_LANES).contains(&gap) { self.gap / 2.0 - 6.0 } else { 0.0 };
        [0.0_f64, -6.0, 6.0, -12.0, 12.0, -18.0, 18.0].into_iter().filter(|it| it.abs() <= room).collect()
    }

    /// Where the wire that leaves the right edge of a card breaks: the middle of the gap.
    pub(crate) fn cut(&self, right: f64) -> f64 {
        (right + self.gap / 2.0).min(self.width() - DISC - 1.0)
    }

    /// The pill that hangs under the card with this right edge; none without words.
    pub(crate) fn pill(&self, right: f64, label: &str) -> Option<Pill> {
        let words = beginning(label.trim(), PILL_LETTERS);
        let width = text_width(&words, self.pick(11.5, 11.0)).ceil() + PILL_HEIGHT;
        let left = (self.cut(right) + DISC - width).max(2.0);
        (!words.is_empty()).then_some(Pill { words, left, width })
    }
}

pub(crate) fn text_width(text: &str, font: f64) -> f64 {
    text.chars().map(advance).sum::<f64>() * font
}

/// The text, its middle left out when it is wider than `width`.
pub(crate) fn middle(text: &str, font: f64, width: f64) -> String {
    if text_width(text, font) <= width {
        return text.to_owned();
    }
    let room = width / font - advance('…');
    let head = fitting(text.chars(), room * 0.6);
    let tail = fitting(text.chars().rev(), room * 0.4);
    head.into_iter().chain(['…']).chain(tail.into_iter().rev()).collect()
}

/// The first letters that fit into so many em.
fn fitting(letters: impl Iterator<Item = char>, room: f64) -> Vec<char> {
    let mut used = 0.0;
    let fits = |letter: &char| {
        used += advance(*letter);
        used <= room
    };
    letters.take_while(fits).collect()
}

/// The text, its end left out when it has more letters than `most`.
fn beginning(text: &str, most: usize) -> String {
    let is_short = text.chars().nth(most).is_none();
    if is_short { text.to_owned() } else { text.chars().take(most.saturating_sub(1)).chain(['…']).collect() }
}

/// How wide a letter is, in em.
fn advance(letter: char) -> f64 {
    match letter {
        'i' | 'j' | 'l' | 'I' | '|' | '\'' => 0.3,
        ' ' | '.' | ',' | ':' | ';' | '!' | '·' => 0.34,
        'f' | 'r' | 't' | '-' | '/' | '(' | ')' | '[' | ']' => 0.41,
        'c' | 'k' | 's' | 'v' | 'x' | 'y' | 'z' | '_' | '*' => 0.58,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' | '→' | '×' => 0.95,
        it if it.is_ascii_uppercase() => 0.7,
        it if it.is_ascii_digit() => 0.64,
        it if is_wide(it) => 1.0,
        _ => 0.61,
    }
}

/// Hangul, Han, kana, full width forms, pictures.
fn is_wide(letter: char) -> bool {
    matches!(
        letter,
        '\u{1100}'..='\u{115F}'
            | '\u{2E80}'..='\u{A4CF}'
            | '\u{A960}'..='\u{A97F}'
            | '\u{AC00}'..='\u{D7A3}'
            | '\u{F900}'..='\u{FAFF}'
            | '\u{FE30}'..='\u{FE4F}'
            | '\u{FF00}'..='\u{FF60}'
            | '\u{FFE0}'..='\u{FFE6}'
            | '\u{1F300}'..='\u{1FAFF}'
            | '\u{20000}'..='\u{3FFFD}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_of_the_pictures_are_those_of_the_design() {
        let widths = [Size::Wide, Size::Snug, Size::Roomy, Size::Compact].map(|it| Metrics::of(it).width().to_string());
        assert_eq!(widths, ["984", "879", "1392", "694"]);
    }

    #[test]
    fn a_long_name_loses_its_middle() {
        assert_eq!(middle("areyouhere-server", 12.5, 124.0), "areyouhere-server");
        let short = middle("areyouhere-notification-consumer", 12.5, 124.0);
        assert!(short.starts_with("areyouhe") && short.ends_with("mer") && short.contains('…'), "{short}");
        assert!(text_width(&short, 12.5) <= 124.0, "{short}");
        assert_eq!(middle("아주긴이름입니다", 10.0, 50.0), "아주…다");
        assert_eq!(middle("abc", 10.0, 0.0), "…");
    }

    #[test]
    fn a_pill_has_at_most_24_letters_and_stays_in_the_picture() {
        let metrics = Metrics::of(Size::Wide);
        let pill = metrics.pill(86.0, "no listener of the gateway takes this host").unwrap();
        assert_eq!((pill.words.as_str(), pill.left.to_string()), ("no listener of the gate…", "2".to_owned()));
        assert!(metrics.pill(86.0, "  ").is_none());
    }
}
