//! Names, each with something that belongs to it, in the order in which they first appear.

use alloc::string::String;
use alloc::vec::Vec;

use crate::sorted::Sorted;

/// Something for each name.
#[derive(Clone)]
pub(crate) struct Names<T> {
    numbers: Sorted<String, usize>,
    things: Vec<T>,
}

impl<T> Default for Names<T> {
    fn default() -> Names<T> {
        Names {
            numbers: Sorted::default(),
            things: Vec::new(),
        }
    }
}

impl<T> Names<T> {
    /// Whether a name has appeared.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.numbers.get(name).is_some()
    }

    /// What belongs to a name.
    pub(crate) fn get(&self, name: &str) -> Option<&T> {
        self.numbers.get(name).map(|number| &self.things[*number])
    }

    /// The number of a name. When it appears for the first time this belongs to it.
    pub(crate) fn number(&mut self, name: &str, new: impl FnOnce() -> T) -> usize {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        self.things.push(new());
        let number = self.things.len() - 1;
        self.numbers.or_insert(name.into(), number);
        number
    }

    /// What belongs to a name.
    pub(crate) fn of(&mut self, name: &str, new: impl FnOnce() -> T) -> &mut T {
        let number = self.number(name, new);
        &mut self.things[number]
    }

    /// Everything, in the order of the names' first appearance.
    pub(crate) fn things(&self) -> &[T] {
        &self.things
    }

    /// The same, without the names.
    pub(crate) fn into_things(self) -> Vec<T> {
        self.things
    }
}

impl Names<()> {
    /// The number of a name, which may have appeared before.
    pub(crate) fn add(&mut self, name: &str) -> u32 {
        self.number(name, || ()) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_numbered_as_they_appear() {
        let mut names = Names::default();
        let numbers = ["q", "p", "q", "a"].map(|name| names.number(name, || name));
        assert_eq!(numbers, [0, 1, 0, 2]);
        *names.of("p", || "") = "changed";
        assert_eq!(names.get("p"), Some(&"changed"));
        assert!(!names.knows("b"));
        assert_eq!(names.into_things(), ["q", "changed", "a"]);
    }
}
