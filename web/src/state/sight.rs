//! What of the diagram is drawn: open groups, how much more, and the focus.

use podpath_protocol::{Focus, View};

/// What a person chose to see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sight {
    open: Vec<String>,
    more: u32,
    pub(crate) focus: Option<Focus>,
}

/// A wish about the diagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// Opens a group, or folds it again.
    Group(String),
    /// More namespaces.
    More,
    /// Only this part; a second time everything again.
    Focus(Focus),
    /// Everything.
    Whole,
}

impl Sight {
    pub(crate) fn after(&self, look: Look) -> Self {
        let old = self.clone();
        match look {
            Look::Group(id) if self.open.contains(&id) => {
                Self { open: self.open.iter().filter(|it| **it != id).cloned().collect(), ..old }
            }
            Look::Group(id) => Self { open: self.open.iter().cloned().chain([id]).collect(), ..old },
            Look::More => Self { more: self.more.saturating_add(1), ..old },
            Look::Focus(it) if self.focus.as_ref() == Some(&it) => Self { focus: None, ..old },
            Look::Focus(it) => Self { focus: Some(it), ..old },
            Look::Whole => Self { focus: None, ..old },
        }
    }

    /// As the core is asked; the objects of the open file stay in view.
    pub(crate) fn view(&self, file: Option<&str>) -> View {
        View {
            fold: true,
            open: self.open.clone(),
            more: self.more,
            file: file.map(str::to_owned),
            focus: self.focus.clone(),
            ..View::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_wish_takes_the_first_back() {
        let open = Sight::default().after(Look::Group("a".into()));
        assert_eq!(open.view(None).open, ["a"]);
        assert_eq!(open.after(Look::Group("a".into())), Sight::default());
        let focused = Sight::default().after(Look::Focus(Focus::Path));
        assert_eq!(focused.after(Look::Focus(Focus::Path)).focus, None);
        assert_eq!(focused.after(Look::Focus(Focus::Namespace("shop".into()))).after(Look::Whole).focus, None);
    }
}
