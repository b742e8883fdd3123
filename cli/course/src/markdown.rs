//! Markdown to HTML, with what a chapter may say beyond Markdown: runnable cards, links into the lab, the box of the three
//! kernels. Raw HTML is refused.

use std::ops::Range;

use kmalloc_glossary::{Piece as Found, prose};
use pulldown_cmark::{
    CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd, TextMergeWithOffset, html,
};

use crate::read::line_of;
use crate::{Card, LANGUAGES, Link, Target};

/// A heading that the lab knows, in each language.
pub(crate) type Heading = [&'static str; 2];

pub(crate) const TASK: Heading = ["Task", "任务"];
pub(crate) const QUESTIONS: Heading = ["Questions", "问题"];
pub(crate) const HINTS: Heading = ["Hints", "提示"];
pub(crate) const EXPLANATION: Heading = ["Explanation", "讲解"];
pub(crate) const TEACHER: Heading = ["Teacher", "教师"];
pub(crate) const SHOW: Heading = ["Show", "演示"];
pub(crate) const MISTAKES: Heading = ["Mistakes", "常见错误"];

/// The heads of the box.
const BOOK: [[&str; 2]; 3] = [
    ["The book says", "书上说"],
    ["The code does", "代码实际做"],
    ["Today", "今天"],
];
const RUN: [&str; 2] = ["Run", "运行"];

fn index(language: &str) -> usize {
    LANGUAGES
        .iter()
        .position(|known| *known == language)
        .unwrap_or(0)
}

/// A heading's words in a language.
pub(crate) fn heading(heading: Heading, language: &str) -> &'static str {
    heading[index(language)]
}

/// What stands below one `## heading`.
pub(crate) struct Part<'t> {
    /// Its words; empty for what stands before the first.
    pub(crate) heading: &'t str,
    /// Its line.
    pub(crate) line: usize,
    /// What follows, up to the next.
    pub(crate) text: &'t str,
}

impl Part<'_> {
    pub(crate) fn is(&self, known: Heading, language: &str) -> bool {
        self.heading == heading(known, language)
    }
}

/// A file, cut at its headings.
pub(crate) struct Source<'t> {
    first: &'t str,
    /// In order.
    pub(crate) parts: Vec<Part<'t>>,
}

impl<'t> Source<'t> {
    pub(crate) fn new(text: &'t str) -> Source<'t> {
        let (first, _) = text.split_once('\n').unwrap_or((text, ""));
        let mut parts = vec![Part {
            heading: "",
            line: 1,
            text: "",
        }];
        let mut begins = (first.len() + 1).min(text.len());
        let mut at = begins;
        let mut fenced = false;
        for (number, line) in text[begins..].split_inclusive('\n').enumerate() {
            fenced ^= ["```", "~~~"]
                .iter()
                .any(|fence| line.trim_start().starts_with(fence));
            if let (Some(heading), false) = (line.strip_prefix("## "), fenced) {
                close(&mut parts, &text[begins..at]);
                parts.push(Part {
                    heading: heading.trim(),
                    line: number + 2,
                    text: "",
                });
                begins = at + line.len();
            }
            at += line.len();
        }
        close(&mut parts, &text[begins..]);
        Source { first, parts }
    }

    /// The words of `# title`, without marks.
    pub(crate) fn title(&self) -> Option<String> {
        let title = self.first.strip_prefix("# ")?.trim().replace('`', "");
        (!title.is_empty()).then_some(title)
    }
}

fn close<'t>(parts: &mut [Part<'t>], text: &'t str) {
    if let Some(part) = parts.last_mut() {
        part.text = text;
    }
}

/// HTML, and what was met on the way.
#[derive(Default)]
pub(crate) struct Rendered {
    pub(crate) html: String,
    /// The items of the first list, each as HTML: hints and questions.
    pub(crate) items: Vec<String>,
    pub(crate) links: Vec<Link>,
    pub(crate) cards: Vec<Card>,
    /// Lines and what is wrong there.
    pub(crate) problems: Vec<(usize, String)>,
}

/// A piece of Markdown and its bytes.
type Piece<'t> = (Event<'t>, Range<usize>);

/// Terms of the glossary that a page has told so far.
pub(crate) type Told = Vec<&'static str>;

/// Renders a part; `with_heading` where the heading is the writer's own. Words of the glossary become links where they
/// first stand, if `told` keeps count of them.
pub(crate) fn render(
    part: &Part<'_>,
    with_heading: bool,
    language: &str,
    told: Option<&mut Told>,
) -> Rendered {
    let options = Options::ENABLE_TABLES;
    let parser = Parser::new_ext(part.text, options).into_offset_iter();
    let pieces: Vec<Piece<'_>> = TextMergeWithOffset::new(parser).collect();
    let mut renderer = Renderer {
        part,
        language: index(language),
        told,
        out: Vec::new(),
        rendered: Rendered::default(),
    };
    renderer.pieces(&pieces);
    // Markdown would read such a fence as code in a sentence.
    for (at, line) in part.text.lines().enumerate() {
        let info = line.trim_start().strip_prefix("```kms");
        if info.is_some_and(|info| info.contains('`')) {
            let what = "backticks in a card's sentence: begin and end its fence with ~~~";
            let problem = (part.line + at + 1, what.to_string());
            renderer.rendered.problems.push(problem);
        }
    }
    let Renderer {
        out, mut rendered, ..
    } = renderer;
    rendered.items = items(&out);
    if with_heading {
        rendered.html = format!("<h3>{}</h3>\n", sentence_html(part.heading));
    }
    html::push_html(&mut rendered.html, out.into_iter());
    rendered
}

/// The items of the first list.
fn items(events: &[Event<'_>]) -> Vec<String> {
    let (mut items, mut depth, mut begins) = (Vec::new(), 0, 0);
    for (at, event) in events.iter().enumerate() {
        match event {
            Event::Start(Tag::List(_)) => depth += 1,
            Event::End(TagEnd::List(_)) => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            Event::Start(Tag::Item) if depth == 1 => begins = at + 1,
            Event::End(TagEnd::Item) if depth == 1 => {
                let mut text = String::new();
                html::push_html(&mut text, events[begins..at].iter().cloned());
                items.push(text);
            }
            _ => {}
        }
    }
    items
}

struct Renderer<'p, 't> {
    part: &'p Part<'t>,
    language: usize,
    /// None where words are left as they are: in headings and links.
    told: Option<&'p mut Told>,
    out: Vec<Event<'p>>,
    rendered: Rendered,
}

impl<'p> Renderer<'p, '_> {
    fn line(&self, range: &Range<usize>) -> usize {
        // The first line of the text is the one after the heading.
        self.part.line + line_of(self.part.text, range.start)
    }

    fn wrong(&mut self, range: &Range<usize>, what: impl Into<String>) {
        let line = self.line(range);
        self.rendered.problems.push((line, what.into()));
    }

    fn raw(&mut self, html: String) {
        self.out.push(Event::Html(html.into()));
    }

    fn pieces(&mut self, pieces: &[Piece<'p>]) {
        let mut at = 0;
        while at < pieces.len() {
            let (event, range) = &pieces[at];
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info)))
                    if info.split_whitespace().next() == Some("kms") =>
                {
                    let end = closing(pieces, at);
                    let text: String = pieces[at + 1..end]
                        .iter()
                        .map(|(event, _)| match event {
                            Event::Text(text) => &**text,
                            _ => "",
                        })
                        .collect();
                    self.card(range, info, text);
                    at = end;
                }
                Event::Start(Tag::BlockQuote(_)) => {
                    let end = closing(pieces, at);
                    match book_box(&pieces[at + 1..end]) {
                        Some(inner) => self.book(range, inner),
                        None => {
                            self.out.push(event.clone());
                            self.pieces(&pieces[at + 1..end]);
                            self.out.push(pieces[end].0.clone());
                        }
                    }
                    at = end;
                }
                Event::Start(Tag::Link { dest_url, .. }) => {
                    let end = closing(pieces, at);
                    match self.link(range, dest_url) {
                        Some(opening) => {
                            self.out.push(Event::InlineHtml(opening.into()));
                            self.untold(&pieces[at + 1..end]);
                            self.out.push(Event::InlineHtml("</a>".into()));
                        }
                        None => {
                            self.out.push(event.clone());
                            self.untold(&pieces[at + 1..end]);
                            self.out.push(pieces[end].0.clone());
                        }
                    }
                    at = end;
                }
                Event::Start(Tag::Heading { .. } | Tag::CodeBlock(_)) => {
                    let end = closing(pieces, at);
                    self.out.push(event.clone());
                    self.untold(&pieces[at + 1..end]);
                    self.out.push(pieces[end].0.clone());
                    at = end;
                }
                Event::Text(text) => self.words(range, event, text, false),
                Event::Code(text) => self.words(range, event, text, true),
                Event::Html(_) | Event::InlineHtml(_) => {
                    self.wrong(range, "raw HTML is not allowed");
                }
                other => self.out.push(other.clone()),
            }
            at += 1;
        }
    }

    /// Pieces whose words stay as they are.
    fn untold(&mut self, pieces: &[Piece<'p>]) {
        let told = self.told.take();
        self.pieces(pieces);
        self.told = told;
    }

    /// A text, or a name in it; terms that the page has not told yet become links.
    fn words(&mut self, range: &Range<usize>, event: &Event<'p>, text: &str, code: bool) {
        let Some(told) = self.told.as_deref_mut() else {
            self.out.push(event.clone());
            return;
        };
        let found = prose::terms(self.language, text, code, told);
        if !found.iter().any(|piece| matches!(piece, Found::Term(..))) {
            self.out.push(event.clone());
            return;
        }
        for piece in found {
            match piece {
                Found::Plain(text) => self.out.push(Event::Text(text.to_string().into())),
                Found::Term(term, text) => {
                    let opening = self.opening(range, Target::Term(term.id.into()), "");
                    self.out.push(Event::InlineHtml(opening.into()));
                    let text: CowStr<'p> = text.to_string().into();
                    self.out.push(match code {
                        true => Event::Code(text),
                        false => Event::Text(text),
                    });
                    self.out.push(Event::InlineHtml("</a>".into()));
                }
            }
        }
    }

    /// ```` ```kms name=reserve event=split A sentence. ````
    fn card(&mut self, range: &Range<usize>, info: &str, text: String) {
        let (mut name, mut at) = (String::new(), String::new());
        let mut sentence = Vec::new();
        for word in info.split_whitespace().skip(1) {
            match word.split_once('=') {
                Some(("name", value)) if sentence.is_empty() => name = value.into(),
                Some(("call" | "after" | "line" | "event", _)) if sentence.is_empty() => {
                    at = word.into();
                }
                _ => sentence.push(word),
            }
        }
        let sentence = sentence.join(" ");
        let run = RUN[self.language];
        let mut html = format!(
            "<figure class=\"run\" data-card=\"{}\"><pre><code>{}</code></pre><figcaption>",
            escaped(&name),
            escaped(&text)
        );
        if !sentence.is_empty() {
            html += &format!("<span>{}</span>", sentence_html(&sentence));
        }
        html += &format!(
            "<button type=\"button\" data-lab=\".\" data-at=\"{}\">{run}</button></figcaption></figure>\n",
            escaped(&at)
        );
        self.raw(html);
        let line = self.line(range);
        self.rendered.cards.push(Card {
            line,
            name,
            at,
            text,
        });
    }

    /// The opening tag of a link that is not one of the web.
    fn link(&mut self, range: &Range<usize>, address: &str) -> Option<String> {
        let (to, at) = if let Some(rest) = address.strip_prefix("lab:") {
            match rest.split_once('#') {
                Some(("", at)) => (Target::Here, at),
                Some((name, at)) => (Target::Lab(name.into()), at),
                None if rest.contains('=') || rest == "end" => (Target::Here, rest),
                None => (Target::Lab(rest.into()), ""),
            }
        } else if let Some(name) = address.strip_prefix("chapter:") {
            (Target::Chapter(name.into()), "")
        } else if let Some(term) = address.strip_prefix("term:") {
            (Target::Term(term.into()), "")
        } else {
            if !address.starts_with("https://") {
                self.wrong(
                    range,
                    format!("`{address}`: a link begins with lab:, chapter:, term: or https://"),
                );
            }
            return None;
        };
        if let (Target::Term(id), Some(told)) = (&to, self.told.as_deref_mut())
            && let Some(term) = kmalloc_glossary::Term::of(id)
            && !told.contains(&term.id)
        {
            told.push(term.id);
        }
        Some(self.opening(range, to, at))
    }

    /// The opening tag, noted as a link of the page.
    fn opening(&mut self, range: &Range<usize>, to: Target, at: &str) -> String {
        let line = self.line(range);
        let (attribute, value) = match &to {
            Target::Here => ("lab", String::new()),
            Target::Lab(name) => ("lab", name.clone()),
            Target::Chapter(name) => ("chapter", name.clone()),
            Target::Term(term) => ("term", term.clone()),
        };
        let opening = format!(
            "<a href=\"#\" data-{attribute}=\"{}\" data-at=\"{}\">",
            escaped(&value),
            escaped(at)
        );
        self.rendered.links.push(Link {
            line,
            to,
            at: at.into(),
        });
        opening
    }

    /// The box of the book, the code, and today.
    fn book(&mut self, range: &Range<usize>, inner: &[Piece<'p>]) {
        let starts: Vec<usize> = top_items(inner);
        if starts.len() != BOOK.len() {
            self.wrong(
                range,
                format!(
                    "[!book] is a list of three: the book, the code, today; {} stand here",
                    starts.len()
                ),
            );
            return;
        }
        self.raw("<div class=\"book\">\n".into());
        for (head, start) in BOOK.iter().zip(starts) {
            let end = closing(inner, start);
            self.raw(format!("<section><h3>{}</h3>\n", head[self.language]));
            // A tight list has no paragraphs of its own.
            let tight = !matches!(inner[start + 1].0, Event::Start(Tag::Paragraph));
            if tight {
                self.raw("<p>".into());
            }
            self.pieces(&inner[start + 1..end]);
            self.raw(
                if tight {
                    "</p></section>\n"
                } else {
                    "</section>\n"
                }
                .into(),
            );
        }
        self.raw("</div>\n".into());
    }
}

/// What follows `[!book]` in a quote, if it begins so.
fn book_box<'a, 'p>(inner: &'a [Piece<'p>]) -> Option<&'a [Piece<'p>]> {
    if !matches!(inner.first()?.0, Event::Start(Tag::Paragraph)) {
        return None;
    }
    let end = closing(inner, 0);
    let mut word = String::new();
    for (event, _) in &inner[1..end] {
        if let Event::Text(text) = event {
            word += text;
        }
    }
    (word == "[!book]").then(|| &inner[end + 1..])
}

/// Where the items of the outermost list begin.
fn top_items(pieces: &[Piece<'_>]) -> Vec<usize> {
    let mut depth = 0;
    let mut starts = Vec::new();
    for (at, (event, _)) in pieces.iter().enumerate() {
        match event {
            Event::Start(Tag::List(_)) => depth += 1,
            Event::End(TagEnd::List(_)) => depth -= 1,
            Event::Start(Tag::Item) if depth == 1 => starts.push(at),
            _ => {}
        }
    }
    starts
}

/// The end of what begins at `at`.
fn closing(pieces: &[Piece<'_>], at: usize) -> usize {
    let mut depth = 0;
    for (offset, (event, _)) in pieces[at..].iter().enumerate() {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + offset;
        }
    }
    pieces.len() - 1
}

/// A sentence with `code` in it.
fn sentence_html(sentence: &str) -> String {
    let mut html = String::new();
    for event in Parser::new(sentence) {
        match event {
            Event::Text(text) => html += &escaped(&text),
            Event::Code(code) => html += &format!("<code>{}</code>", escaped(&code)),
            _ => {}
        }
    }
    html
}

fn escaped(text: &str) -> CowStr<'static> {
    let text = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;");
    text.into()
}
