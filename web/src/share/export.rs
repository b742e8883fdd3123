//! A run as data: JSON or CSV, made piece by piece so that the page stays alive while it is long.
//!
//! An event is told by its name, its place and its sentence; what it did to the machine is in the sentence's numbers.

use std::fmt::Write as _;
use std::rc::Rc;

use kmalloc_core::script::print_call;

use crate::lang::{Lang, plain, sentences};
use crate::view::SharedRun;

/// Events of a piece: some milliseconds.
const PIECE: usize = 2_000;

/// The form of the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// An object with the scenario, its calls and its events.
    Json,
    /// A line an event.
    Csv,
}

impl Format {
    /// The end of the file's name.
    pub const fn extension(self) -> &'static str {
        match self {
            Format::Json => "json",
            Format::Csv => "csv",
        }
    }

    /// The file's type.
    pub const fn mime(self) -> &'static str {
        match self {
            Format::Json => "application/json",
            Format::Csv => "text/csv;charset=utf-8",
        }
    }
}

/// What comes next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Head,
    Call(usize),
    Event(usize),
    End,
}

/// A file on its way.
pub struct Export {
    run: SharedRun,
    text: Rc<str>,
    lang: Lang,
    format: Format,
    next: Next,
}

impl Export {
    /// Of a run and its text.
    pub fn new(run: SharedRun, text: Rc<str>, lang: Lang, format: Format) -> Export {
        Export {
            run,
            text,
            lang,
            format,
            next: Next::Head,
        }
    }

    /// How far it is: the share that is done.
    pub fn done(&self) -> f64 {
        let run = self.run.borrow();
        let all = (run.calls().len() + run.len()).max(1);
        let done = match self.next {
            Next::Head => 0,
            Next::Call(at) => at,
            Next::Event(at) => run.calls().len() + at,
            Next::End => all,
        };
        done as f64 / all as f64
    }

    /// The next piece of the file; None when all were given.
    pub fn piece(&mut self) -> Option<String> {
        let mut piece = String::new();
        self.next = match (self.next, self.format) {
            (Next::End, _) => return None,
            (Next::Head, Format::Json) => {
                piece.push_str("{\"format\":\"kmalloc-lab run\",\"version\":1,\"lang\":");
                quoted(&mut piece, self.lang.code());
                piece.push_str(",\"text\":");
                quoted(&mut piece, &self.text);
                piece.push_str(",\"calls\":[");
                Next::Call(0)
            }
            (Next::Head, Format::Csv) => {
                piece.push_str("cursor,call,line,code,event,effect,zone,sentence\r\n");
                Next::Event(0)
            }
            (Next::Call(from), _) => self.calls(from, &mut piece),
            (Next::Event(from), _) => self.events(from, &mut piece),
        };
        Some(piece)
    }

    fn calls(&self, from: usize, piece: &mut String) -> Next {
        let run = self.run.borrow();
        let to = (from + PIECE).min(run.calls().len());
        for (index, call) in run.calls().iter().enumerate().take(to).skip(from) {
            piece.push_str(if index == 0 { "\n" } else { ",\n" });
            number(piece, "{\"call\":", index + 1);
            number(piece, ",\"line\":", call.span.line as usize);
            piece.push_str(",\"code\":");
            quoted(piece, &print_call(&call.call));
            piece.push_str(",\"answer\":");
            let answer = sentences::answer(self.lang, call, &run);
            quoted(piece, &plain(&answer));
            number(piece, ",\"first\":", call.first);
            number(piece, ",\"end\":", call.end);
            if let Some(inside) = call.inside {
                number(piece, ",\"inside\":", inside + 1);
            }
            piece.push('}');
        }
        if to < run.calls().len() {
            return Next::Call(to);
        }
        piece.push_str("],\"events\":[");
        Next::Event(0)
    }

    fn events(&self, from: usize, piece: &mut String) -> Next {
        let run = self.run.borrow();
        let to = (from + PIECE).min(run.len());
        // The text of a call is the same for all its events.
        let mut last = (usize::MAX, String::new());
        for (index, event) in (from..to).zip(run.events(from, to)) {
            let cursor = index + 1;
            let call = run.call_at(cursor).unwrap_or(0);
            let zone = event.zone().map_or("", |zone| zone.label());
            let sentence = plain(&sentences::sentence(self.lang, &event, &run));
            match self.format {
                Format::Json => {
                    piece.push_str(if index == 0 { "\n" } else { ",\n" });
                    number(piece, "{\"cursor\":", cursor);
                    number(piece, ",\"call\":", call + 1);
                    piece.push_str(",\"event\":");
                    quoted(piece, event.name());
                    let effect = event.is_effect();
                    write!(piece, ",\"effect\":{effect},\"zone\":").expect("a String");
                    quoted(piece, zone);
                    piece.push_str(",\"sentence\":");
                    quoted(piece, &sentence);
                    piece.push('}');
                }
                Format::Csv => {
                    if last.0 != call
                        && let Some(record) = run.calls().get(call)
                    {
                        let line = record.span.line;
                        let code = cell(&print_call(&record.call));
                        last = (call, format!("{},{line},{code}", call + 1));
                    }
                    let (call, name, effect) = (&last.1, event.name(), event.is_effect());
                    let (zone, sentence) = (cell(zone), cell(&sentence));
                    write!(
                        piece,
                        "{cursor},{call},{name},{effect},{zone},{sentence}\r\n"
                    )
                    .expect("a String");
                }
            }
        }
        if to < run.len() {
            return Next::Event(to);
        }
        if self.format == Format::Json {
            piece.push_str("]}\n");
        }
        Next::End
    }
}

fn number(piece: &mut String, before: &str, number: usize) {
    piece.push_str(before);
    piece.push_str(&number.to_string());
}

/// A string as JSON writes it.
fn quoted(piece: &mut String, text: &str) {
    piece.push('"');
    for sign in text.chars() {
        match sign {
            '"' => piece.push_str("\\\""),
            '\\' => piece.push_str("\\\\"),
            '\n' => piece.push_str("\\n"),
            sign if sign < ' ' => {
                write!(piece, "\\u{:04x}", u32::from(sign)).expect("a String");
            }
            sign => piece.push(sign),
        }
    }
    piece.push('"');
}

/// A cell of CSV (RFC 4180): quoted where it must be.
fn cell(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::tests::run;
    use crate::view::Shared;
    use std::cell::RefCell;

    fn exported(text: &str, lang: Lang, format: Format) -> (String, usize) {
        let shared = Shared::new(RefCell::new(run(text)));
        let mut export = Export::new(shared.clone(), text.into(), lang, format);
        let (mut file, mut done, mut pieces) = (String::new(), 0.0, 0);
        while let Some(piece) = export.piece() {
            assert!(export.done() >= done, "it goes forward");
            done = export.done();
            file.push_str(&piece);
            pieces += 1;
            assert!(piece.len() < 2_000_000);
        }
        assert_eq!(done, 1.0);
        let events = shared.borrow().len();
        assert!(pieces > events / PIECE);
        (file, events)
    }

    #[test]
    fn a_run_is_a_line_an_event() {
        let text = "p = kmalloc(100, GFP_KERNEL | __GFP_DMA);\n// \"x\", \u{1}\nkfree(p);";
        for lang in Lang::ALL {
            let (csv, events) = exported(text, lang, Format::Csv);
            let lines: Vec<&str> = csv.split("\r\n").collect();
            assert_eq!(lines.len(), events + 2);
            assert!(
                lines[1].starts_with(
                    "1,1,1,\"p = kmalloc(100, GFP_KERNEL | __GFP_DMA);\",called,false,,"
                ) || lines[1].starts_with(
                    "1,1,1,\"p = kmalloc(100, GFP_KERNEL | __GFP_DMA)\",called,false,,"
                ),
                "{}",
                lines[1]
            );
            let (json, _) = exported(text, lang, Format::Json);
            let quotes = json.replace("\\\\", "").replace("\\\"", "");
            assert_eq!(quotes.matches('"').count() % 2, 0);
            assert_eq!(json.matches("\"cursor\":").count(), events);
            assert!(json.contains("\\\"x\\\", \\u0001\\n"));
            assert!(json.ends_with("}]}\n") && !json.contains('`'));
        }
    }

    #[test]
    fn a_long_run_comes_in_pieces() {
        let text = "for (i = 0; i < 600; i++) q[i] = kmalloc(2048, GFP_KERNEL);";
        let (json, events) = exported(text, Lang::En, Format::Json);
        assert!(events > 2 * PIECE, "{events}");
        assert_eq!(json.matches("\"cursor\":").count(), events);
    }

    #[test]
    fn nothing_happened_is_a_file_too() {
        let (json, _) = exported("", Lang::En, Format::Json);
        assert!(json.ends_with("\"calls\":[],\"events\":[]}\n"), "{json}");
    }
}
