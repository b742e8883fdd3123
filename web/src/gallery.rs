//! The gallery as the page reads it: scenarios in themes, from the file that `kmalloc-course` packs, one a language.
//!
//! Data only. It is fetched when the gallery is opened for the first time.

use crate::lang::Lang;
use crate::lessons::Fields;

/// Everything in it, in one language.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Gallery {
    /// In order.
    pub themes: Vec<Theme>,
}

/// Scenarios that belong together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Theme {
    /// Its title.
    pub title: String,
    /// In order.
    pub scenarios: Vec<Scenario>,
}

/// One scenario.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scenario {
    /// The folder's name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Why it exists.
    pub why: String,
    /// The text.
    pub text: String,
}

impl Gallery {
    /// The address of its file, relative to the page.
    pub fn address(lang: Lang) -> String {
        let file = match lang {
            Lang::En => "en",
            Lang::Zh => "zh",
        };
        format!("scenarios/{file}.txt")
    }

    /// Reads a file.
    pub fn read(file: &str) -> Option<Gallery> {
        Fields::read(file, |fields| Gallery {
            themes: fields.list(|fields| Theme {
                title: fields.text(),
                scenarios: fields.list(|fields| Scenario {
                    name: fields.text(),
                    title: fields.text(),
                    why: fields.text(),
                    text: fields.text(),
                }),
            }),
        })
    }

    /// The scenario of this name.
    pub fn scenario(&self, name: &str) -> Option<&Scenario> {
        let mut all = self.themes.iter().flat_map(|theme| &theme.scenarios);
        all.find(|scenario| scenario.name == name)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use kmalloc_core::script::parse;

    /// The file of a language, as the build packs it.
    pub(crate) fn file(lang: Lang) -> String {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../static/scenarios");
        let (gallery, _) = kmalloc_course::gallery::read(root.as_ref());
        let address = Gallery::address(lang);
        let files = kmalloc_course::pack::gallery(&gallery);
        let found = files
            .into_iter()
            .find(|(path, _)| address == format!("scenarios/{path}"));
        found.expect("a file a language").1
    }

    /// Every scenario can be read as it was packed, in both languages alike, and runs.
    #[test]
    fn the_gallery_can_be_read() {
        let [english, chinese] =
            Lang::ALL.map(|lang| Gallery::read(&file(lang)).expect("it is read"));
        assert!(english.themes.len() > 3);
        let names = |gallery: &Gallery| -> Vec<String> {
            let all = gallery.themes.iter().flat_map(|theme| &theme.scenarios);
            all.map(|scenario| scenario.name.clone()).collect()
        };
        assert_eq!(names(&english), names(&chinese));
        for name in names(&english) {
            let [one, other] =
                [&english, &chinese].map(|gallery| gallery.scenario(&name).expect("it is there"));
            assert!(parse(&one.text).errors.is_empty(), "{name}");
            assert_ne!(one.title, other.title, "{name}");
            assert_ne!(one.text, other.text, "{name}: the comments are translated");
        }
        assert_eq!(english.scenario("no-such"), None);
    }

    #[test]
    fn a_file_that_is_none_is_refused() {
        assert_eq!(Gallery::read("<!doctype html>"), None);
        let file = file(Lang::En);
        assert_eq!(Gallery::read(&file[..file.len() / 2]), None);
    }
}
