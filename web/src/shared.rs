//! Big values that many components hold: cloned by pointer, compared by pointer.

use std::ops::Deref;
use std::rc::Rc;

/// A value that is equal only to itself, so a component that got the same one again is not drawn again.
#[derive(Debug, Default)]
pub(crate) struct Shared<T>(Rc<T>);

impl<T> Shared<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Rc::new(value))
    }
}

impl<T: PartialEq> Shared<T> {
    /// Keeps the old pointer where the new value says the same.
    pub(crate) fn or_same(value: T, old: Option<&Self>) -> Self {
        match old {
            Some(old) if *old.0 == value => old.clone(),
            _ => Self::new(value),
        }
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<T> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
