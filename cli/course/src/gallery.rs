//! Reads the gallery in `static/scenarios/`: scenarios with a title and a sentence each, in themes.
//!
//! What must agree between the files of a scenario is found here; whether the scenario runs as expected is not known here
//! (`cargo lab gallery` runs it).

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use crate::read::{Reader, line_of, name};
use crate::{LANGUAGES, Problem};

/// The whole gallery.
#[derive(Clone, Debug, Default)]
pub struct Gallery {
    /// The themes, in order.
    pub themes: Vec<Theme>,
}

/// Scenarios that belong together.
#[derive(Clone, Debug)]
pub struct Theme {
    /// Its title in each language.
    pub titles: [String; 2],
    /// The scenarios, in order.
    pub scenarios: Vec<Scenario>,
}

/// One scenario.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its folder.
    pub folder: PathBuf,
    /// The folder's name.
    pub name: String,
    /// Its title in each language.
    pub titles: [String; 2],
    /// Why it exists, a sentence in each language.
    pub whys: [String; 2],
    /// The text; the languages differ in their comments.
    pub texts: [String; 2],
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GalleryToml {
    theme: Vec<ThemeToml>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ThemeToml {
    en: String,
    zh: String,
    scenarios: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AboutToml {
    en: WordsToml,
    zh: WordsToml,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WordsToml {
    title: String,
    why: Spanned<String>,
}

/// Reads every scenario of a folder, and says what is wrong with the files. What could be read is there all the same.
pub fn read(root: &Path) -> (Gallery, Vec<Problem>) {
    let mut reader = Reader::default();
    let gallery = gallery(&mut reader, root);
    reader.problems.sort();
    (gallery, reader.problems)
}

fn gallery(reader: &mut Reader, root: &Path) -> Gallery {
    let file = root.join("gallery.toml");
    let Some((toml, source)) = reader.toml::<GalleryToml>(&file) else {
        return Gallery::default();
    };
    let mut listed: Vec<PathBuf> = Vec::new();
    let mut themes = Vec::new();
    for theme in toml.theme {
        let mut scenarios = Vec::new();
        for named in theme.scenarios {
            let folder = root.join(named.get_ref());
            let line = line_of(&source, named.span().start);
            if listed.contains(&folder) {
                reader.wrong(&file, line, "this scenario is listed twice");
            } else if folder.is_dir() {
                scenarios.extend(scenario(reader, &folder));
            } else {
                let what = format!("there is no folder {}", named.get_ref());
                reader.wrong(&file, line, what);
            }
            listed.push(folder);
        }
        themes.push(Theme {
            titles: [theme.en, theme.zh],
            scenarios,
        });
    }
    for folder in reader.folders(root) {
        if !listed.contains(&folder) {
            let what = "gallery.toml does not list this scenario, so nobody would see it";
            reader.wrong(&folder, 0, what);
        }
    }
    Gallery { themes }
}

fn scenario(reader: &mut Reader, folder: &Path) -> Option<Scenario> {
    let file = folder.join("about.toml");
    let about = reader.toml::<AboutToml>(&file);
    let texts = LANGUAGES.map(|language| reader.text(&folder.join(format!("{language}.kms"))));
    let (about, source) = about?;
    for words in [&about.en, &about.zh] {
        // One sentence: a card has no room for more.
        let why = words.why.get_ref();
        let ends = why.matches(['。', '！', '？']).count()
            + why.matches(". ").count()
            + usize::from(why.ends_with(['.', '!', '?']));
        if ends != 1 {
            let line = line_of(&source, words.why.span().start);
            reader.wrong(&file, line, "`why` is one sentence, with its full stop");
        }
    }
    let [english, chinese] = texts;
    Some(Scenario {
        folder: folder.into(),
        name: name(folder),
        titles: [about.en.title, about.zh.title],
        whys: [about.en.why.into_inner(), about.zh.why.into_inner()],
        texts: [english?, chinese?],
    })
}
