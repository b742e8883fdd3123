//! What was wrong with a text or a link, in both languages. Where an error arises is the core's matter.

use kmalloc_core::profile::{MAX_LOW_BYTES, MAX_PAGES, MIN_LOW_PAGES, SpecError};
use kmalloc_core::script::ast::ScriptErrorKind;
use kmalloc_core::script::error::{
    CLASSES, END_OF_LINE, FLAG, FREE_COUNTER, NAME, NUMBER, SIZE, STATEMENT, WHOLE_PAGES,
};
use kmalloc_core::script::link::LinkError;
use kmalloc_core::script::{MAX_DEPTH, MAX_STATEMENTS, MAX_TEXT};

use super::{Arg, Lang, fill};

/// One text in both languages.
type Both = [&'static str; 2];

/// What was wrong at a place of the text, and what was expected.
pub fn script_error(lang: Lang, kind: &ScriptErrorKind) -> String {
    let say = |both: Both, args: &[Arg<'_>]| closed_up(fill(both[lang as usize], args));
    match kind {
        ScriptErrorKind::Expected { expected, found } => say(
            ["Expected {0}, found {1}.", "此处应为{0}，实际是{1}。"],
            &[
                Arg::Text(&either(lang, expected)),
                Arg::Text(&shown(lang, found)),
            ],
        ),
        ScriptErrorKind::UnknownCall {
            name,
            closest: None,
        } => say(
            ["No call is named {0}.", "没有名为 {0} 的调用。"],
            &[Arg::Name(name)],
        ),
        ScriptErrorKind::UnknownCall {
            name,
            closest: Some(closest),
        } => say(
            [
                "No call is named {0}; did you mean {1}?",
                "没有名为 {0} 的调用，是不是 {1}？",
            ],
            &[Arg::Name(name), Arg::Name(closest)],
        ),
        ScriptErrorKind::UnknownFlag {
            name,
            closest: None,
        } => say(
            ["No flag is named {0}.", "没有名为 {0} 的标志。"],
            &[Arg::Name(name)],
        ),
        ScriptErrorKind::UnknownFlag {
            name,
            closest: Some(closest),
        } => say(
            [
                "No flag is named {0}; did you mean {1}?",
                "没有名为 {0} 的标志，是不是 {1}？",
            ],
            &[Arg::Name(name), Arg::Name(closest)],
        ),
        ScriptErrorKind::OutOfRange { text, least, most } => say(
            [
                "Expected a number from {1} to {2}, found {0}.",
                "此处应为 {1} 到 {2} 之间的数，实际是 {0}。",
            ],
            &[Arg::Name(text), Arg::Code(*least), Arg::Code(*most)],
        ),
        ScriptErrorKind::Unclosed { open } => say(
            ["This {0} is never closed.", "这个 {0} 没有配对的闭括号。"],
            &[Arg::Name(open.encode_utf8(&mut [0; 4]))],
        ),
        ScriptErrorKind::UnknownCounter { name } => say(
            [
                "{0} is not the counter of a loop around this line.",
                "{0} 不是外层循环的计数变量。",
            ],
            &[Arg::Name(name)],
        ),
        ScriptErrorKind::BadHeader { word, expected } => say(
            [
                "Header: expected {0}, found {1}.",
                "头部：此处应为{0}，实际是{1}。",
            ],
            &[
                Arg::Text(&either(lang, expected)),
                Arg::Text(&shown(lang, word)),
            ],
        ),
        ScriptErrorKind::BadMachine(reason) => match reason {
            SpecError::TooBig => say(
                [
                    "The machine has more than {0} pages.",
                    "机器的页数超过了 {0}。",
                ],
                &[Arg::Number(MAX_PAGES.into())],
            ),
            SpecError::TooLittleLowMemory => say(
                [
                    "The machine needs {0} free pages in DMA and Normal together.",
                    "DMA 与 Normal 合起来至少要有 {0} 个空闲页。",
                ],
                &[Arg::Number(MIN_LOW_PAGES.into())],
            ),
            SpecError::DmaNotWholeWords => say(
                [
                    "`dma` is a multiple of `128K` when there is a Normal zone.",
                    "有 Normal 区时，`dma` 必须是 `128K` 的整数倍。",
                ],
                &[],
            ),
            SpecError::BadCacheLine => say(
                ["`l1` is 32, 64 or 128.", "`l1` 只能是 32、64 或 128。"],
                &[],
            ),
            SpecError::BadPageSize => say(["`page` is 4K or 8K.", "`page` 只能是 4K 或 8K。"], &[]),
            SpecError::TooMuchLowMemory => say(
                [
                    "`dma` and `normal` are {0} MB at most together: what is beyond is `highmem`.",
                    "`dma` 与 `normal` 合起来最多 {0} MB：再多的内存要放到 `highmem`。",
                ],
                &[Arg::Number(MAX_LOW_BYTES >> 20)],
            ),
            SpecError::BadNodes => say(
                ["`nodes` is 1, 2, 3 or 4.", "`nodes` 只能是 1、2、3 或 4。"],
                &[],
            ),
        },
        ScriptErrorKind::TooDeep => say(
            ["Nested deeper than {0} blocks.", "嵌套超过了 {0} 层。"],
            &[Arg::Number(MAX_DEPTH as u64)],
        ),
        ScriptErrorKind::TooManyStatements => say(
            [
                "More than {0} statements. What repeats can stand in a loop: `for (i = 0; i < 100; i++)`.",
                "语句超过了 {0} 条。重复的部分可以写成循环：`for (i = 0; i < 100; i++)`。",
            ],
            &[Arg::Number(MAX_STATEMENTS as u64)],
        ),
        ScriptErrorKind::TooLong => say(
            ["The text is longer than {0} KiB.", "文本超过了 {0} KiB。"],
            &[Arg::Number(MAX_TEXT as u64 / 1024)],
        ),
    }
}

/// Why a link did not open, in one sentence that also says that nothing is lost.
pub fn link_error(lang: Lang, error: LinkError) -> &'static str {
    let both = match error {
        LinkError::Truncated => [
            "This link is cut off at its end; your work is as it was.",
            "这个链接的末尾被截断；你的内容保持不变。",
        ],
        LinkError::Newer { .. } => [
            "This link was made by a newer version of the lab; your work is as it was.",
            "这个链接由新版实验室生成；你的内容保持不变。",
        ],
        LinkError::TooBig => [
            "This link carries more than the lab takes; your work is as it was.",
            "这个链接的内容超出了实验室的上限；你的内容保持不变。",
        ],
        LinkError::BadCharacter | LinkError::Damaged | LinkError::Malformed => [
            "This link is damaged; your work is as it was.",
            "这个链接已损坏；你的内容保持不变。",
        ],
    };
    both[lang as usize]
}

fn either(lang: Lang, choices: &[&'static str]) -> String {
    let (comma, or) = match lang {
        Lang::En => (", ", " or "),
        Lang::Zh => ("、", "或"),
    };
    let mut text = String::new();
    for (index, choice) in choices.iter().enumerate() {
        text.push_str(match index {
            0 => "",
            _ if index + 1 == choices.len() => or,
            _ => comma,
        });
        text.push_str(&shown(lang, choice));
    }
    text
}

/// The text without the spaces that stand between code and a full-width mark: the mark brings its own. Code stays as it is.
fn closed_up(text: String) -> String {
    const MARKS: &str = "，。、；：？（）";
    let marks = |neighbour: Option<char>| neighbour.is_some_and(|letter| MARKS.contains(letter));
    let mut closed = String::with_capacity(text.len());
    let mut code = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        code ^= letter == '`';
        let loose = letter == ' ' && !code;
        if !(loose && (marks(letters.peek().copied()) || marks(closed.chars().next_back()))) {
            closed.push(letter);
        }
    }
    closed
}

/// A class in the student's language; anything else is what is typed, as code.
fn shown(lang: Lang, word: &str) -> String {
    if !CLASSES.contains(&word) {
        // The student's own text may hold the mark of code; it would end here.
        return match lang {
            Lang::En => format!("`{}`", word.replace('`', "'")),
            Lang::Zh => format!(" `{}` ", word.replace('`', "'")),
        };
    }
    if lang == Lang::En {
        return word.into();
    }
    match word {
        END_OF_LINE => "行尾",
        NUMBER => "一个数",
        NAME => "一个名字",
        FLAG => "一个标志",
        STATEMENT => "一条语句",
        FREE_COUNTER => "外层循环没有用过的计数变量",
        SIZE => " `512K`、`4M`、`0` 这样的大小",
        WHOLE_PAGES => "页大小的整数倍",
        other => other,
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kmalloc_core::script::parse;

    /// Texts that are wrong in every way there is.
    const WRONG: &[&str] = &[
        "p = kmaloc(1, GFP_KERNEL);",
        "p = fritz(1);",
        "p = kmalloc(1, GFP_KERNAL);",
        "p = kmalloc(1, QWERTY);",
        "p = kmalloc(99999999999, GFP_KERNEL);",
        "p = kmalloc(;",
        "irq { kfree(p);",
        "kfree(q[z]);",
        "kernel 9",
        "machine dma=1X",
        "machine dma=1M normal=5K",
        "machine dma=0 normal=0",
        "machine dma=16M normal=200G",
        "machine l1=7",
        "machine dma=132K normal=4M",
        "}",
        "`",
        "for (i = 0; i < 2; i++) for (i = 0; i < 2; i++) kfree(q[i]);",
    ];

    #[test]
    fn every_error_is_said_in_both_languages() {
        let deep = "irq { ".repeat(MAX_DEPTH + 1);
        let long = " ".repeat(MAX_TEXT + 1);
        let many = "a=b;".repeat(MAX_STATEMENTS + 1);
        let bounds = [deep.as_str(), long.as_str(), many.as_str()];
        let texts = WRONG.iter().copied().chain(bounds);
        for text in texts {
            let errors = parse(text).errors;
            assert!(!errors.is_empty(), "{text:.40}");
            for (error, lang) in errors
                .iter()
                .flat_map(|error| Lang::ALL.map(|lang| (error, lang)))
            {
                let said = script_error(lang, &error.kind);
                assert!(
                    !said.contains(['{', '}']) || text.contains(['{', '}']),
                    "{said}"
                );
                let han = said
                    .chars()
                    .any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter));
                assert_eq!(han, lang == Lang::Zh, "{said}");
                assert_eq!(said.matches('`').count() % 2, 0, "{said}");
            }
        }
    }

    #[test]
    fn no_space_stands_beside_a_full_width_mark() {
        assert_eq!(closed_up("应为 `;` 、 `， `。".into()), "应为 `;`、`， `。");
        for text in WRONG {
            for error in parse(text).errors {
                let said = script_error(Lang::Zh, &error.kind);
                for (at, _) in said.match_indices(' ') {
                    let wide = |letter: Option<char>| {
                        letter.is_some_and(|letter| "，。、；：？".contains(letter))
                    };
                    assert!(
                        !wide(said[..at].chars().next_back())
                            && !wide(said[at + 1..].chars().next()),
                        "{said}"
                    );
                }
            }
        }
    }

    #[test]
    fn every_class_is_said_in_chinese() {
        for class in CLASSES {
            assert!(!shown(Lang::Zh, class).is_ascii(), "{class}");
        }
    }
}
