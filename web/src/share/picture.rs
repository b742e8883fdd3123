//! The moment as an SVG: what is said, the memory map, the zones' free lists. Text stays text, in the reader's own fonts.
//!
//! Shapes come from `paint::shapes`, numbers from the machine; every text is escaped. It is always drawn for paper: light.

use std::fmt::Write as _;

use kmalloc_core::machine::{Machine, Use};
use kmalloc_core::page::PageKind;
use kmalloc_core::profile::ORDERS;
use kmalloc_core::script::print_call;

use crate::lang::stage::texts;
use crate::lang::{Lang, plain, sentences, world};
use crate::paint::shapes::{self, Kind, Layout};
use crate::stage::Current;
use crate::stage::gauge::{Gauge, gauges};
use crate::tween::decimal;
use crate::view::View;

/// Width of the picture.
const WIDTH: f32 = 800.0;
/// Space around everything.
const PAD: f32 = 24.0;
/// Where the map and the bars begin: before them stand the zones' names.
const LEFT: f32 = 120.0;
/// Height of a line of text.
const LINE: f32 = 20.0;
/// Letters of a line; one of Chinese counts twice.
const LETTERS: usize = 104;

const INK: &str = "#171b22";
const INK2: &str = "#434b58";
const EDGE: &str = "#808896";
const ACCENT: &str = "#2f55d4";

/// The picture of the moment.
pub fn picture(view: &View) -> String {
    let mut picture = Picture {
        svg: String::new(),
        y: PAD,
    };
    picture.words(view);
    picture.map(view);
    picture.lists(view);
    let [width, height] = [WIDTH, picture.y + PAD].map(decimal);
    let caption = escaped(&caption(view));
    let lang = view.lang.code();
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\" xml:lang=\"{lang}\" font-family=\"sans-serif\" font-size=\"13\" fill=\"{INK}\">\n<title>{caption}</title>\n"
    );
    svg.push_str("<defs>\n");
    for kind in shapes::uses(&view.machine) {
        pattern(&mut svg, kind);
    }
    svg.push_str("</defs>\n");
    writeln!(
        svg,
        "<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>"
    )
    .expect("a String");
    svg.push_str(&picture.svg);
    svg.push_str("</svg>\n");
    svg
}

/// What the picture shows, in a line: for who does not see it.
pub fn caption(view: &View) -> String {
    let run = view.run.borrow();
    let said = match &view.event {
        Some(event) => plain(&sentences::sentence(view.lang, event, &run)),
        None => plain(sentences::at_the_start(view.lang)),
    };
    format!("kmalloc lab, {}/{}: {said}", view.cursor, run.len())
}

/// A text as XML carries it. Signs that XML has not are left out.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            sign if sign.is_control() => {}
            sign => safe.push(sign),
        }
    }
    safe
}

/// Lines of a text that is too long for one.
fn lines(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut room = LETTERS;
    let wide = |sign: char| if sign > '\u{2e7f}' { 2 } else { 1 };
    for word in text.split_inclusive(|sign: char| sign == ' ' || sign > '\u{2e7f}') {
        let width: usize = word.chars().map(wide).sum();
        if width > room && room < LETTERS {
            lines.push(String::new());
            room = LETTERS;
        }
        room = room.saturating_sub(width);
        lines.last_mut().expect("never empty").push_str(word);
    }
    lines
}

fn colours(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Of(Use::Slab) => ("#4bb394", "#0a6a51"),
        Kind::Of(Use::Pages) => ("#cb8fb6", "#87406e"),
        Kind::Of(Use::Reserved) => ("#d3d7de", "#6b7482"),
        Kind::Of(Use::Hand) => (ACCENT, ACCENT),
        Kind::Of(_) => ("#fff", EDGE),
        Kind::World(PageKind::User) => ("#86bde8", "#2a6797"),
        Kind::World(_) => ("#eebb5c", "#8a5800"),
    }
}

/// A fill of eight units: never colour alone.
fn pattern(svg: &mut String, kind: Kind) {
    let mark = match kind {
        Kind::Of(Use::Slab) => "M0 8 8 0",
        Kind::Of(Use::Pages) => "M4 1v2M4 5v2",
        Kind::Of(Use::Reserved) => "M0 0 8 8M0 8 8 0",
        Kind::Of(Use::Free | Use::Body) => "M4 3v2",
        Kind::Of(Use::Hot) => "M0 4h8",
        Kind::Of(Use::Cold) => "M2 4h4",
        Kind::Of(Use::Hand) | Kind::World(PageKind::Clean) => "",
        Kind::World(PageKind::Dirty) => "M4 0v8",
        Kind::World(PageKind::Writeback) => "M2 0v8M6 0v8",
        Kind::World(PageKind::User) => "M0 2h8M0 6h8",
        Kind::World(PageKind::Objects) => "M2 2h4v4h-4z",
    };
    let (fill, edge) = colours(kind);
    writeln!(
        svg,
        "<pattern id=\"k{}\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\"><rect width=\"8\" height=\"8\" fill=\"{fill}\"/>\
         <path d=\"{mark}\" stroke=\"{edge}\" fill=\"none\"/></pattern>",
        kind.index()
    )
    .expect("a String");
}

fn kind_name(lang: Lang, kind: Kind) -> &'static str {
    match kind {
        Kind::Of(what) => texts(lang).use_of(what),
        Kind::World(kind) => world::kind(lang, kind),
    }
}

/// The picture so far, and where it goes on.
struct Picture {
    svg: String,
    y: f32,
}

impl Picture {
    fn text(&mut self, x: f32, style: &str, text: &str) {
        let ([x, y], text) = ([x, self.y].map(decimal), escaped(text));
        writeln!(self.svg, "<text x=\"{x}\" y=\"{y}\"{style}>{text}</text>").expect("a String");
    }

    /// The machine, the call, and what happens now.
    fn words(&mut self, view: &View) {
        let run = view.run.borrow();
        self.y += 10.0;
        let kernel = view.machine.spec().kernel.name();
        let title = format!("kmalloc lab · Linux {kernel}");
        self.text(PAD, " font-size=\"16\" font-weight=\"bold\"", &title);
        let place = format!("{} / {}", view.cursor, run.len());
        let end = WIDTH - PAD;
        self.text(
            end,
            &format!(" text-anchor=\"end\" fill=\"{INK2}\""),
            &place,
        );
        if let Some(call) = run.call_at(view.cursor) {
            self.y += LINE + 4.0;
            let code = print_call(&run.calls()[call].call);
            let style = " font-family=\"monospace\" font-size=\"14\"";
            self.text(PAD, style, &format!("{}  {code}", call + 1));
        }
        let said = match &view.event {
            Some(event) => plain(&sentences::sentence(view.lang, event, &run)),
            None => plain(sentences::at_the_start(view.lang)),
        };
        self.y += 4.0;
        for line in lines(&said) {
            self.y += LINE;
            self.text(PAD, "", line.trim_end());
        }
        self.y += LINE;
    }

    fn map(&mut self, view: &View) {
        let machine: &Machine = &view.machine;
        let layout = Layout::of(machine, WIDTH - LEFT - PAD, 300.0);
        let top = self.y;
        for band in &layout.bands {
            self.y = top + band.top + 12.0;
            let style = " font-weight=\"bold\"";
            self.text(PAD, style, band.zone.label());
        }
        if layout.cells {
            for shape in shapes::blocks(machine, &layout) {
                let rect = shape.rect;
                self.cell(
                    shape.what,
                    [LEFT + rect.x, top + rect.y, rect.w, rect.h],
                    true,
                );
            }
        } else {
            self.image(machine, &layout, top);
        }
        self.y = top + layout.height + LINE;
        self.legend(view.lang, machine);
    }

    fn cell(&mut self, what: Kind, place: [f32; 4], edged: bool) {
        let [x, y, w, h] = place.map(decimal);
        let (_, edge) = colours(what);
        let stroke = match edged {
            true => format!(" stroke=\"{edge}\" stroke-width=\".75\""),
            false => String::new(),
        };
        let index = what.index();
        writeln!(
            self.svg,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" fill=\"url(#k{index})\"{stroke}/>"
        )
        .expect("a String");
    }

    /// A large machine: neighbours of one kind are one rectangle.
    fn image(&mut self, machine: &Machine, layout: &Layout, top: f32) {
        let shapes::Picture {
            width,
            height,
            pixels,
            ..
        } = shapes::image(machine, layout);
        let (cell, wide, columns) = (layout.cell, layout.wide, width as usize);
        let kind_of = |index: u8| {
            let mut kinds = Kind::ALL.into_iter();
            kinds.find(|kind| kind.index() == usize::from(index))
        };
        let row = |y: usize| &pixels[y * columns..(y + 1) * columns];
        let mut y = 0;
        while y < height as usize {
            // Rows that are alike are drawn at once.
            let mut rows = 1;
            while y + rows < height as usize && row(y + rows) == row(y) {
                rows += 1;
            }
            let mut from = 0;
            for run in row(y).chunk_by(|one, next| one == next) {
                if let Some(kind) = kind_of(run[0]) {
                    let x = LEFT + from as f32 * wide;
                    let (w, h) = (run.len() as f32 * wide, rows as f32 * cell);
                    self.cell(kind, [x, top + y as f32 * cell, w, h], false);
                }
                from += run.len();
            }
            y += rows;
        }
    }

    fn legend(&mut self, lang: Lang, machine: &Machine) {
        let mut x = LEFT;
        for kind in shapes::uses(machine) {
            let name = kind_name(lang, kind);
            let letters: usize = name
                .chars()
                .map(|sign| if sign > '\u{2e7f}' { 2 } else { 1 })
                .sum();
            let width = 34.0 + 7.0 * letters as f32;
            if x + width > WIDTH - PAD {
                x = LEFT;
                self.y += LINE;
            }
            self.cell(kind, [x, self.y - 10.0, 12.0, 12.0], true);
            self.text(x + 18.0, &format!(" fill=\"{INK2}\""), name);
            x += width;
        }
        self.y += LINE + 8.0;
    }

    /// Every zone: free pages against its marks, and how many free blocks of each order it has.
    fn lists(&mut self, view: &View) {
        let run = view.run.borrow();
        let current = Current::of(&run, view.cursor);
        let machine: &Machine = &view.machine;
        let step = (WIDTH - LEFT - PAD) / ORDERS as f32;
        let grey = format!(" fill=\"{INK2}\"");
        self.text(PAD, &grey, "/proc/buddyinfo");
        for order in 0..ORDERS {
            let x = LEFT + (order as f32 + 1.0) * step - 4.0;
            let style = format!(" text-anchor=\"end\"{grey}");
            self.text(x, &style, &format!("2^{order}"));
        }
        for gauge in gauges(machine, current.as_ref(), &[]) {
            self.y += LINE + 2.0;
            self.text(PAD, " font-weight=\"bold\"", gauge.zone.label());
            for order in 0..ORDERS {
                let x = LEFT + (order as f32 + 1.0) * step - 4.0;
                let count = machine.free_list(gauge.zone, order as u8).count();
                let style = " text-anchor=\"end\" font-family=\"monospace\"";
                self.text(x, style, &count.to_string());
            }
            self.gauge(&gauge);
        }
    }

    fn gauge(&mut self, gauge: &Gauge) {
        let [min, low, high] = gauge.marks;
        let (x, width) = (LEFT, WIDTH - LEFT - PAD);
        self.y += 8.0;
        let y = self.y;
        let mut bar = |w: f32, fill: &str| {
            let [x, y, w] = [x, y, w].map(decimal);
            writeln!(
                self.svg,
                "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"8\" fill=\"{fill}\"/>"
            )
            .expect("a String");
        };
        bar(width, "#e3e6eb");
        bar(width * gauge.fill, "#7690e6");
        for (_, share) in [min, low, high] {
            let [x, from, end] = [x + width * share, y - 3.0, y + 11.0].map(decimal);
            writeln!(self.svg, "<path d=\"M{x} {from}V{end}\" stroke=\"{INK}\"/>")
                .expect("a String");
        }
        self.y += LINE + 2.0;
        let said = format!(
            "free {}   pages_min {}   pages_low {}   pages_high {}",
            gauge.free, min.0, low.0, high.0
        );
        let style = format!(" font-family=\"monospace\" font-size=\"12\" fill=\"{INK2}\"");
        self.text(LEFT, &style, &said);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Boot, Session};
    use crate::view::Action;

    fn drawn(text: &str, cursor: usize, lang: Lang) -> String {
        let session = Session::open(Boot {
            lang,
            ..Boot::default()
        });
        let session = session.reduced(Action::Replace(text.into()));
        picture(&session.reduced(Action::Seek(cursor)).view())
    }

    /// Every element is closed, no attribute is open, and nothing but known elements stands in it.
    fn check(svg: &str) {
        let mut open = Vec::new();
        for tag in svg.split('<').skip(1) {
            let (tag, _) = tag.split_once('>').expect("a tag ends");
            assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
            let name = tag.split([' ', '/']).find(|name| !name.is_empty());
            let name = name.expect("a name");
            let known = ["svg", "title", "defs", "pattern", "rect", "path", "text"];
            assert!(known.contains(&name), "{tag}");
            if tag.starts_with('/') {
                assert_eq!(open.pop(), Some(name));
            } else if !tag.ends_with('/') {
                open.push(name);
            }
        }
        assert!(open.is_empty());
        assert!(!svg.contains("NaN") && !svg.contains("href"));
    }

    #[test]
    fn the_picture_says_what_the_page_says() {
        let text = "p = kmalloc(100, GFP_KERNEL);\nq = kmalloc(9000, GFP_KERNEL | __GFP_DMA);";
        for lang in Lang::ALL {
            let start = drawn(text, 0, lang);
            check(&start);
            let svg = drawn(text, 40, lang);
            check(&svg);
            assert!(svg.contains("q = kmalloc(9000, GFP_KERNEL | __GFP_DMA)"));
            for zone in ["DMA", "Normal", "HighMem"] {
                assert!(svg.matches(&format!(">{zone}</text>")).count() == 2);
            }
            assert!(svg.contains("fill=\"url(#k"));
            assert!(svg.len() < 100_000, "{}", svg.len());
        }
        let chinese = drawn(text, 40, Lang::Zh);
        assert!(chinese.contains("xml:lang=\"zh-Hans\""));
        assert!(chinese.contains(|sign: char| sign > '\u{4e00}'));
    }

    #[test]
    fn nothing_breaks_out_of_the_text() {
        assert_eq!(escaped("<a b=\"&\">\u{1}"), "&lt;a b=&quot;&amp;&quot;&gt;");
        let svg = drawn("if (!p) p = NULL; kfree(p);", 2, Lang::En);
        check(&svg);
    }

    #[test]
    fn every_machine_can_be_drawn() {
        let header = "machine dma=16M normal=880M highmem=128M reserve=i386 l1=128";
        let large = drawn(
            &format!("{header}\np = kmalloc(5, GFP_KERNEL);"),
            9,
            Lang::En,
        );
        check(&large);
        assert!(large.len() < 100_000, "{}", large.len());
        let world = "page_cache(clean=5, dirty=7); user_pages(9); dentries(3); p = __get_free_pages(GFP_KERNEL, 0);";
        check(&drawn(world, 1_000, Lang::Zh));
        check(&drawn(
            "machine dma=1M normal=4M highmem=1M nodes=2",
            0,
            Lang::En,
        ));
    }

    #[test]
    fn long_sentences_are_broken() {
        let long = "word ".repeat(60);
        assert!(lines(&long).iter().all(|line| line.len() <= LETTERS));
        assert_eq!(lines(&long).concat(), long);
        let chinese = "内存".repeat(80);
        assert!(
            lines(&chinese)
                .iter()
                .all(|line| line.chars().count() <= LETTERS / 2)
        );
    }
}
