//! The window: how wide it is, and which colours its owner asked for.

use gloo::events::EventListener;
use podpath_protocol::Size;
use yew::prelude::*;

use crate::hooks::use_embed::embed;
use crate::state::Theme;

/// Which of the layouts fits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Width {
    Phone,
    Tablet,
    Snug,
    #[default]
    Wide,
    Roomy,
}

impl Width {
    /// Each with the pixels from which on it is the one.
    pub(crate) const ALL: [(u32, Self); 5] =
        [(0, Self::Phone), (640, Self::Tablet), (1100, Self::Snug), (1400, Self::Wide), (1700, Self::Roomy)];

    fn of(pixels: f64) -> Self {
        let fitting = Self::ALL.into_iter().rev().find(|(least, _)| pixels >= f64::from(*least));
        fitting.map_or(Self::Phone, |(_, width)| width)
    }

    /// Inside another page the picture is small, however wide the frame is.
    fn of_frame(pixels: f64) -> Self {
        if pixels < 480.0 { Self::Phone } else { Self::Tablet }
    }

    /// The lanes that fit.
    pub(crate) fn size(self) -> Size {
        match self {
            Self::Phone | Self::Tablet => Size::Compact,
            Self::Snug => Size::Snug,
            Self::Wide => Size::Wide,
            Self::Roomy => Size::Roomy,
        }
    }
}

/// What the window is like now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) width: Width,
    pub(crate) is_dark: bool,
    pub(crate) wants_contrast: bool,
}

impl Look {
    fn now() -> Self {
        let window = gloo::utils::window();
        let pixels = window.inner_width().ok().and_then(|it| it.as_f64()).unwrap_or(1440.0);
        let width = if embed().is_some() { Width::of_frame(pixels) } else { Width::of(pixels) };
        let fits = |query| window.match_media(query).ok().flatten().is_some_and(|it| it.matches());
        Self { width, is_dark: fits("(prefers-color-scheme: dark)"), wants_contrast: fits("(prefers-contrast: more)") }
    }

    /// The name of the tokens to use.
    pub(crate) fn theme(self, wanted: Theme) -> &'static str {
        match wanted {
            Theme::Dark => "dark",
            Theme::Contrast => "contrast",
            Theme::System if self.wants_contrast => "contrast",
            Theme::System if self.is_dark => "dark",
            Theme::Light | Theme::System => "light",
        }
    }
}

/// What the window is like, kept up to date; what is known before there is one comes first.
#[hook]
pub(crate) fn use_window(known: Option<Look>) -> Look {
    let look = use_state_eq(|| known.unwrap_or_else(Look::now));
    let setter = look.setter();
    use_effect_with((), move |()| {
        let window = gloo::utils::window();
        let again = |target: &web_sys::EventTarget, name: &'static str| {
            let setter = setter.clone();
            EventListener::new(target, name, move |_| setter.set(Look::now()))
        };
        let mut listeners = vec![again(&window, "resize")];
        for query in ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"] {
            listeners.extend(window.match_media(query).ok().flatten().map(|it| again(&it, "change")));
        }
        move || drop(listeners)
    });
    *look
}
