//! The two languages. Every text of the page is a field of a table that both languages fill: a missing one does not compile.
//!
//! What gives such a table is never inlined: where the compiler knows the table, every use of a text is a choice between two
//! addresses and two lengths in place of one reading.

pub mod app;
pub mod compare;
pub mod course;
pub mod embed;
pub mod errors;
pub mod gallery;
mod happenings;
pub mod remedies;
pub mod running;
pub mod sentences;
pub mod share;
pub mod stage;
pub mod standing;
pub mod world;

use yew::prelude::*;

/// A language of the page.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

impl Lang {
    /// Both.
    pub const ALL: [Lang; 2] = [Lang::En, Lang::Zh];

    /// For the `lang` attribute.
    pub const fn code(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Zh => "zh-Hans",
        }
    }

    /// What a browser or the storage asks for; any Chinese is ours.
    pub fn of(code: &str) -> Lang {
        if code
            .get(..2)
            .is_some_and(|prefix| prefix.eq_ignore_ascii_case("zh"))
        {
            Lang::Zh
        } else {
            Lang::En
        }
    }
}

/// A value in a sentence.
#[derive(Clone, Copy)]
pub enum Arg<'a> {
    /// A count or size. Prose groups thousands from 10,000 on.
    Number(u64),
    /// A number as code: it stands in backticks, ungrouped.
    Code(u64),
    /// A pfn, an address or a mask, as code.
    Hex(u32),
    /// A name that the kernel gave, as code.
    Name(&'a str),
    /// A text of this language.
    Text(&'a str),
}

/// The template with `{0}` … `{9}` replaced. `{0 page}` adds the English noun, in the plural where it must be. One small
/// function instead of hundreds of formatting calls: the page is downloaded.
pub fn fill(template: &str, args: &[Arg<'_>]) -> String {
    let mut text = String::with_capacity(template.len() + 16);
    for (at, part) in template.split('{').enumerate() {
        let (place, literal) = match part.split_once('}') {
            Some(pair) if at > 0 => pair,
            _ => ("", part),
        };
        if let Some(digit) = place.bytes().next() {
            let arg = args[usize::from(digit - b'0')];
            arg.write(&mut text);
            text.push_str(&place[1..]);
            if place.len() > 1 && !matches!(arg, Arg::Number(1)) {
                text.push('s');
            }
        }
        text.push_str(literal);
    }
    text
}

impl Arg<'_> {
    fn write(self, text: &mut String) {
        match self {
            Arg::Number(number) => text.push_str(&grouped(number)),
            Arg::Code(number) => code(text, &number.to_string()),
            Arg::Hex(number) => code(text, &format!("{number:#x}")),
            Arg::Name(name) => code(text, name),
            Arg::Text(own) => text.push_str(own),
        }
    }
}

fn code(text: &mut String, inner: &str) {
    text.push('`');
    text.push_str(inner);
    text.push('`');
}

/// `1536`, `10,000`: in prose, thousands are set apart from five digits on.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A text whose `backticks` mark what the kernel calls by that name.
pub fn rich(text: &str) -> Html {
    let parts = text.split('`').enumerate().map(|(at, part)| {
        if at % 2 == 0 {
            html! { <span key={at}>{ part }</span> }
        } else {
            html! { <code key={at}>{ part }</code> }
        }
    });
    parts.collect()
}

/// The same for places that hold only letters.
pub fn plain(text: &str) -> String {
    text.replace('`', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_filled() {
        let args = [
            Arg::Number(12345),
            Arg::Hex(0x180),
            Arg::Name("size-128"),
            Arg::Text("so"),
        ];
        assert_eq!(
            fill("{3}: {1} of {2}, {0}", &args),
            "so: `0x180` of `size-128`, 12,345"
        );
        assert_eq!(fill("nothing", &[]), "nothing");
        let pages = |count| fill("{0 page}.", &[Arg::Number(count)]);
        assert_eq!((pages(1), pages(2)), ("1 page.".into(), "2 pages.".into()));
    }

    #[test]
    fn thousands() {
        assert_eq!(grouped(9999), "9999");
        assert_eq!(grouped(10_000), "10,000");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }

    #[test]
    fn any_chinese_is_ours() {
        assert_eq!(Lang::of("zh-TW"), Lang::Zh);
        assert_eq!(Lang::of("ZH"), Lang::Zh);
        assert_eq!(Lang::of("de"), Lang::En);
        assert_eq!(Lang::of(""), Lang::En);
        assert_eq!(Lang::of("é"), Lang::En);
    }
}
