//! What leaves the page and what comes to it: links with their switches, sequences, files, pictures, a run as data.
//!
//! Pure: `files` and `browser` touch the clipboard, the disk and the canvas, the core packs and unpacks links. Nothing
//! here decides what the kernel does.

pub mod export;
pub mod lecture;
pub mod picture;
pub mod qr;

use std::rc::Rc;

use kmalloc_core::script::ast::Scenario;
use kmalloc_core::script::link::{self, MAX_SENTENCE, Part, Shared as Moment};
use kmalloc_core::script::{MAX_TEXT, print};

use crate::lang::Lang;
use crate::session::{Arrive, Base, Session};
use crate::view::Notice;
use lecture::Lecture;

/// Characters of a link that any chat or mail passes on.
pub const MAX_LINK: usize = 2_000;
/// Characters of a link that a telephone still reads from a screen.
pub const MAX_QR: usize = 600;

/// What the page knows of sharing.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Sharing {
    /// The dialog is open.
    pub open: bool,
    /// The sequence of scenarios.
    pub lecture: Lecture,
    /// A link chose the language, not the student.
    pub lang: Option<Lang>,
    /// Work that was replaced, and more work after it.
    pub shelf: Shelf,
}

/// Work that was replaced earlier than [`Session::earlier`], the newest last: each is offered when the one above it was
/// opened or dropped.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Shelf(Rc<Vec<Rc<str>>>);

/// Between two texts on the shelf, in the storage: no scenario needs this sign.
const BETWEEN: char = '\u{1e}';
/// Texts on the shelf at most.
const MAX_SHELF: usize = 20;

impl Shelf {
    /// Everything that was replaced, as the browser keeps it.
    pub fn read(text: &str) -> Shelf {
        let texts = text.split(BETWEEN).filter(|text| !text.is_empty());
        Shelf(Rc::new(texts.map(Rc::from).collect()))
    }

    /// The newest.
    pub(crate) fn take(&mut self) -> Option<Rc<str>> {
        Rc::make_mut(&mut self.0).pop()
    }

    /// One more.
    pub(crate) fn put(&mut self, text: Rc<str>) {
        let texts = Rc::make_mut(&mut self.0);
        texts.retain(|known| *known != text);
        texts.push(text);
        if texts.len() > MAX_SHELF {
            texts.remove(0);
        }
    }
}

/// What the dialog and the sequence's bar can ask for.
#[derive(Clone, PartialEq, Debug)]
pub enum ShareAction {
    /// Show the dialog, or no longer.
    Open(bool),
    /// A file was chosen or dropped: its bytes, or None when it is too large to be read at all.
    File(Option<Vec<u8>>),
    /// Put the present moment at the end of the sequence, with this sentence.
    Add(String),
    /// Put a scenario of the sequence before its neighbour: true for the one before it.
    Move(usize, bool),
    /// Take a scenario out of the sequence.
    Remove(usize),
    /// Open a scenario of the sequence.
    Go(usize),
    /// Close the sequence's bar.
    Leave,
    /// The own sequence that a link replaced comes back.
    BringBack,
}

/// Why a file is not opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileError {
    /// More than the lab reads.
    TooBig,
    /// Not a text at all.
    Binary,
    /// A text in another encoding.
    NotUtf8,
}

/// The text of a file.
pub fn text_of(bytes: &[u8]) -> Result<String, FileError> {
    if bytes.len() > MAX_TEXT {
        return Err(FileError::TooBig);
    }
    let binary = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c);
    if bytes.iter().any(binary) {
        return Err(FileError::Binary);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| FileError::NotUtf8)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// What stands in a fragment behind the scenario.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Switches {
    /// `chapter/exercise`.
    pub page: Option<String>,
    /// The language to open in.
    pub lang: Option<Lang>,
    /// Of a sequence, the scenario to open: an index.
    pub at: usize,
    /// For a class.
    pub teach: bool,
}

impl Switches {
    /// Reads them; what is not known is left aside.
    pub fn read<'a>(parts: impl Iterator<Item = &'a str>) -> Switches {
        let mut switches = Switches::default();
        for part in parts {
            match part.split_once('=').unwrap_or((part, "")) {
                ("page", place) if is_place(place) => switches.page = Some(place.into()),
                ("lang", "en") => switches.lang = Some(Lang::En),
                ("lang", "zh") => switches.lang = Some(Lang::Zh),
                ("at", number) => {
                    let number: usize = number.parse().unwrap_or(1);
                    switches.at = number.saturating_sub(1);
                }
                ("teach", _) => switches.teach = true,
                _ => {}
            }
        }
        switches
    }

    /// Writes them.
    pub fn write(&self, fragment: &mut String) {
        if let Some(page) = &self.page {
            fragment.push_str("&page=");
            fragment.push_str(page);
        }
        if let Some(lang) = self.lang {
            fragment.push_str(match lang {
                Lang::En => "&lang=en",
                Lang::Zh => "&lang=zh",
            });
        }
        if self.at > 0 {
            fragment.push_str(&format!("&at={}", self.at + 1));
        }
        if self.teach {
            fragment.push_str("&teach");
        }
    }
}

/// Whether a text can be the place of an exercise: the names of two folders.
fn is_place(text: &str) -> bool {
    let is_name = |name: &str| {
        let sign = |sign: u8| sign.is_ascii_alphanumeric() || sign == b'-';
        !name.is_empty() && name.bytes().all(sign)
    };
    text.len() <= 100
        && text
            .split_once('/')
            .is_some_and(|(chapter, exercise)| is_name(chapter) && is_name(exercise))
}

/// The fragment of one scenario.
pub fn fragment(scenario: &Scenario, cursor: usize, switches: &Switches) -> String {
    let bytes = link::encode(scenario, u32::try_from(cursor).unwrap_or(u32::MAX));
    let mut fragment = format!("s={}", link::to_fragment(&bytes));
    switches.write(&mut fragment);
    fragment
}

/// The fragment of a sequence.
pub fn sequence(parts: &[Part], switches: &Switches) -> String {
    let bytes = link::encode_sequence(parts);
    let mut fragment = format!("s={}", link::to_fragment(&bytes));
    switches.write(&mut fragment);
    fragment
}

/// The moment as Markdown: a picture that leads to the lab, and the scenario. Without a link, the picture alone.
pub fn markdown(text: &str, link: Option<&str>, caption: &str, picture: &str) -> String {
    // Brackets would end the caption.
    let caption: String = caption
        .chars()
        .filter(|sign| !matches!(sign, '[' | ']' | '\\' | '`' | '<' | '>' | '\n'))
        .collect();
    let picture = format!("![{caption}]({picture})");
    let head = match link {
        Some(link) => format!("[{picture}]({link})"),
        None => picture,
    };
    let mut fence = String::from("```");
    while text.contains(&fence) {
        fence.push('`');
    }
    let text = text.trim_end();
    format!("{head}\n\n{fence}c\n{text}\n{fence}\n")
}

/// A sentence as a sequence carries it: one line, not too long.
pub fn sentence(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut line: String = line.chars().filter(|sign| !sign.is_control()).collect();
    while line.len() > MAX_SENTENCE {
        line.pop();
    }
    line
}

impl Session {
    pub(crate) fn in_share(&mut self, action: ShareAction) {
        match action {
            ShareAction::Open(open) => self.sharing.open = open,
            ShareAction::File(bytes) => {
                match bytes.ok_or(FileError::TooBig).and_then(|it| text_of(&it)) {
                    Ok(text) => self.open_file(&text),
                    Err(error) => self.notice = Some(Notice::FileRefused(error)),
                }
                self.sharing.open = false;
            }
            ShareAction::Add(text) => {
                let shared = self.moment();
                self.sharing.lecture.add(Part {
                    sentence: sentence(&text),
                    shared,
                });
            }
            ShareAction::Move(at, up) => self.sharing.lecture.swap(at, up),
            ShareAction::Remove(at) => self.sharing.lecture.remove(at),
            ShareAction::Go(at) => self.go_to_part(at),
            ShareAction::Leave => self.sharing.lecture.leave(),
            ShareAction::BringBack => self.sharing.lecture.bring_back(),
        }
    }

    /// The scenario and the cursor, as a link carries them.
    fn moment(&self) -> Moment {
        let scenario = Scenario::clone(&self.scenario);
        let cursor = self.player.cursor as u32;
        let carried = link::decode(&link::encode(&scenario, cursor));
        carried.unwrap_or(Moment { scenario, cursor })
    }

    /// A file in place of this text. Undo brings the old one back; what was the student's own is kept by name, too.
    fn open_file(&mut self, text: &str) {
        if self.own && *self.text != *text {
            self.rescue();
        }
        self.notice = None;
        self.bring(text, Arrive::End, Base::Unknown);
    }

    /// All work that was replaced, as the browser keeps it.
    pub fn replaced(&self) -> Option<String> {
        let texts = self.sharing.shelf.0.iter().chain(&self.earlier);
        let texts: Vec<&str> = texts.map(|text| &**text).collect();
        (!texts.is_empty()).then(|| texts.join(&BETWEEN.to_string()))
    }

    /// The scenario on the page is this one.
    fn shows(&self, part: &Part) -> bool {
        let bytes = |scenario: &Scenario| link::encode(scenario, 0);
        self.errors.is_empty() && bytes(&self.scenario) == bytes(&part.shared.scenario)
    }

    /// Another scenario of the sequence in place of this text, as an edit: with an entry of its own in the history.
    fn go_to_part(&mut self, at: usize) {
        let Some(part) = self.sharing.lecture.parts.get(at).cloned() else {
            return;
        };
        let known = |part: &Part| self.shows(part);
        if self.own && !self.sharing.lecture.parts.iter().any(known) {
            self.rescue();
        }
        self.notice = None;
        self.sharing.lecture.at = at;
        self.sharing.lecture.playing = true;
        let cursor = part.shared.cursor as usize;
        if self.shows(&part) {
            self.stand_at(cursor);
        } else {
            let text = print(&part.shared.scenario);
            self.bring(&text, Arrive::At(cursor), Base::Elsewhere);
        }
        self.own = false;
    }

    /// A sequence that a link brought: its bar opens, and the scenario that the link names.
    pub(crate) fn open_sequence(
        &mut self,
        parts: Vec<Part>,
        at: usize,
        kept: Option<&str>,
        rescue: bool,
    ) {
        let at = at.min(parts.len() - 1);
        let shared = parts[at].shared.clone();
        self.sharing.lecture.open(Rc::new(parts), at);
        self.open_shared(&shared, kept, rescue);
    }

    /// The fragment of what the page shows: of the sequence while one of its scenarios is on the page unchanged.
    pub fn link(&self) -> String {
        let lecture = &self.sharing.lecture;
        let switches = Switches {
            lang: self.sharing.lang,
            teach: self.course.teaching,
            ..Switches::default()
        };
        match lecture.parts.get(lecture.at) {
            Some(part) if lecture.playing && !lecture.own && self.shows(part) => {
                let at = lecture.at;
                sequence(&lecture.parts, &Switches { at, ..switches })
            }
            _ => {
                let page = self.course.attempt();
                fragment(
                    &self.scenario,
                    self.player.cursor,
                    &Switches { page, ..switches },
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Boot;
    use crate::view::Action;

    fn act(session: &Session, action: ShareAction) -> Session {
        session.reduced(Action::Share(action))
    }

    fn with(text: &str) -> Session {
        Session::open(Boot::default()).reduced(Action::Replace(text.into()))
    }

    fn navigate(session: &Session, fragment: &str) -> Session {
        session.reduced(Action::Navigate {
            fragment: fragment.into(),
            kept: None,
        })
    }

    #[test]
    fn files_are_read_or_refused() {
        assert_eq!(
            text_of("\u{feff}// 测\r\nkfree(p);\r".as_bytes()),
            Ok("// 测\nkfree(p);\n".into())
        );
        assert_eq!(text_of(b"\x7fELF\0\x01"), Err(FileError::Binary));
        assert_eq!(text_of(b"\x89PNG\r\n\x1a\n"), Err(FileError::Binary));
        assert_eq!(text_of(b"caf\xe9"), Err(FileError::NotUtf8));
        assert_eq!(text_of(&vec![b'a'; MAX_TEXT + 1]), Err(FileError::TooBig));
    }

    #[test]
    fn a_file_never_costs_the_students_work() {
        let mine = with("// mine\nkfree(NULL);\n");
        for (bytes, error) in [
            (None, FileError::TooBig),
            (Some(vec![0]), FileError::Binary),
            (Some(vec![0xff]), FileError::NotUtf8),
        ] {
            let refused = act(&mine, ShareAction::File(bytes));
            assert_eq!(refused.notice, Some(Notice::FileRefused(error)));
            assert_eq!((&refused.text, &refused.earlier), (&mine.text, &None));
        }
        let file = b"p = kmalloc(5, GFP_KERNEL);\n".to_vec();
        let opened = act(&mine, ShareAction::File(Some(file)));
        assert_eq!(&*opened.text, "p = kmalloc(5, GFP_KERNEL);\n");
        assert_eq!(opened.earlier.as_deref(), Some(&*mine.text));
        assert_eq!(opened.reduced(Action::Undo).text, mine.text);
        assert!(opened.own);
    }

    #[test]
    fn switches_are_read_and_written() {
        let written = |switches: &Switches| {
            let mut text = String::new();
            switches.write(&mut text);
            text
        };
        let all = Switches {
            page: Some("01-a/x-2".into()),
            lang: Some(Lang::Zh),
            at: 2,
            teach: true,
        };
        assert_eq!(written(&all), "&page=01-a/x-2&lang=zh&at=3&teach");
        assert_eq!(Switches::read(written(&all).split('&')), all);
        let strange = "&utm_source=chat&lang=de&at=x&page=../..&page=a/b/c&page=a&at=0".split('&');
        assert_eq!(Switches::read(strange), Switches::default());
    }

    #[test]
    fn a_link_carries_language_and_exercise() {
        let sent = with("q = kmalloc(9, GFP_ATOMIC);");
        let switches = Switches {
            page: Some("03-x/y".into()),
            lang: Some(Lang::Zh),
            ..Switches::default()
        };
        let fragment = fragment(&sent.scenario, 4, &switches);
        let opened = Session::open(Boot {
            fragment: fragment + "&fbclid=1",
            ..Boot::default()
        });
        assert_eq!((opened.lang, opened.player.cursor), (Lang::Zh, 4));
        assert_eq!(opened.course.place(), "03-x/y");
        assert!(!opened.course.begin, "the link's scenario is the attempt");
        // It stays in the address until the student speaks another.
        assert!(opened.link().ends_with("&page=03-x/y&lang=zh"));
        let own = opened.reduced(Action::Language(Lang::En));
        assert!(!own.link().contains("lang="));
        // A damaged link changes nothing of this.
        let same = navigate(&own, "s=AAAA&lang=zh&page=04-x/y&teach");
        assert_eq!(same.lang, Lang::En);
        assert_eq!(same.course.place(), "03-x/y");
        assert!(!same.course.teaching);
    }

    fn lecture() -> Session {
        let mut session = with("a = kmalloc(1, GFP_KERNEL);");
        session = act(&session, ShareAction::Add("  one\n line ".into()));
        session = session.reduced(Action::Replace("b = kmalloc(2, GFP_ATOMIC);".into()));
        session = session.reduced(Action::Seek(3));
        session = act(&session, ShareAction::Add("第二".into()));
        session
    }

    #[test]
    fn a_sequence_is_made_and_played() {
        let made = lecture();
        let parts = &made.sharing.lecture.parts;
        let said: Vec<&str> = parts.iter().map(|part| &*part.sentence).collect();
        assert_eq!(said, ["one line", "第二"]);
        let link = sequence(parts, &Switches::default());
        assert!(link.len() < 120, "{}", link.len());

        let mine = with("// mine\nkfree(NULL);\n");
        let opened = navigate(&mine, &link);
        assert!(opened.sharing.lecture.playing && !opened.own);
        assert!(opened.text.ends_with("p = kmalloc(1, GFP_KERNEL);\n"));
        assert_eq!(opened.earlier.as_deref(), Some(&*mine.text));
        assert_eq!(opened.link(), link);
        let next = act(&opened, ShareAction::Go(1));
        assert!(next.text.ends_with("p = kmalloc(2, GFP_ATOMIC);\n"));
        assert_eq!((next.player.cursor, next.edits), (3, opened.edits + 1));
        assert_eq!(next.link(), format!("{link}&at=2"));
        assert_eq!(act(&next, ShareAction::Go(2)).text, next.text);
        // Back, as the browser does it.
        let back = navigate(&next, &opened.link());
        assert_eq!((&back.text, back.sharing.lecture.at), (&opened.text, 0));
        // A changed scenario is one's own: its address is its own, and going on keeps it.
        let changed = next.reduced(Action::Call);
        assert!(!changed.link().starts_with(&link) && changed.sharing.lecture.playing);
        let on = act(&changed, ShareAction::Go(0));
        assert_eq!(on.earlier.as_deref(), Some(&*changed.text));
        let left = act(&on, ShareAction::Leave);
        assert!(left.sharing.lecture.parts.is_empty());
        assert_eq!(left.text, on.text);
    }

    #[test]
    fn parts_are_moved_and_removed() {
        let made = lecture();
        let order = |session: &Session| -> Vec<u32> {
            let parts = session.sharing.lecture.parts.iter();
            parts.map(|part| part.shared.cursor).collect()
        };
        let [first, second] = [order(&made)[0], order(&made)[1]];
        let moved = act(&made, ShareAction::Move(1, true));
        assert_eq!(order(&moved), [second, first]);
        assert_eq!(
            order(&act(&moved, ShareAction::Move(0, true))),
            order(&moved)
        );
        assert_eq!(
            order(&act(&moved, ShareAction::Move(1, false))),
            order(&moved)
        );
        assert_eq!(order(&act(&moved, ShareAction::Remove(0))), [first]);
        assert_eq!(order(&act(&moved, ShareAction::Remove(7))), order(&moved));
    }

    #[test]
    fn a_sequence_from_a_link_puts_the_own_one_aside() {
        let other = sequence(&lecture().sharing.lecture.parts[1..], &Switches::default());
        let made = lecture();
        let opened = navigate(&made, &other);
        assert_eq!(opened.sharing.lecture.parts.len(), 1);
        let kept = Lecture::read(&opened.sharing.lecture.text());
        assert_eq!(kept, opened.sharing.lecture, "a reload finds all of it");
        let back = act(&opened, ShareAction::BringBack);
        assert_eq!(back.sharing.lecture.parts.len(), 2);
    }

    #[test]
    fn work_after_work_is_kept_and_comes_back_in_turn() {
        let link = |text: &str| fragment(&with(text).scenario, 0, &Switches::default());
        let first = with("// first\nkfree(NULL);\n");
        let other = navigate(&first, &link("a = kmalloc(1, GFP_KERNEL);"));
        let second = other.reduced(Action::Type("// second\nb = kmalloc(2, 0);\n".into()));
        let third = navigate(&second, &link("a = kmalloc(3, GFP_KERNEL);"));
        assert_eq!(third.earlier.as_deref(), Some(&*second.text));
        let kept = third.replaced();
        let reloaded = Session::open(Boot {
            earlier: kept.clone(),
            ..Boot::default()
        });
        assert_eq!(reloaded.replaced(), kept);
        let back = reloaded.reduced(Action::OpenEarlier);
        assert_eq!(
            (&*back.text, back.earlier.as_deref()),
            (&*second.text, Some(&*first.text))
        );
        let all = back.reduced(Action::OpenEarlier);
        assert_eq!((&all.text, all.replaced()), (&first.text, None));
        let dropped = third.reduced(Action::DropEarlier);
        assert_eq!(dropped.earlier.as_deref(), Some(&*first.text));
        assert_eq!(dropped.reduced(Action::DropEarlier).replaced(), None);
    }

    #[test]
    fn markdown_is_not_broken_by_what_it_carries() {
        let text = "// ``` x\nkfree(p);\n";
        let made = markdown(text, Some("https://x/#s=A_"), "a `b` [c]", "lab.svg");
        assert_eq!(
            made,
            "[![a b c](lab.svg)](https://x/#s=A_)\n\n````c\n// ``` x\nkfree(p);\n````\n"
        );
    }
}
