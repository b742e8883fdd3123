//! Comments of an exercise's scenarios in every language: behind the English one stands its Chinese twin, on the same line,
//! `p = kmalloc(100, GFP_KERNEL); // one page //zh 一页`.
//!
//! The file stays a scenario as it is, for a twin is part of a comment; and since no line comes or goes, a line has the same
//! number in the file and on the page of each language. What stands in `/* … */` has no twin, so it is not for exercises.

use crate::LANGUAGES;

/// A line in its parts: the code, the comment in each language.
struct Line<'t> {
    code: &'t str,
    comments: [Option<&'t str>; 2],
}

impl Line<'_> {
    fn of(line: &str) -> Line<'_> {
        let Some((code, comment)) = line.split_once("//") else {
            return Line {
                code: line,
                comments: [None; 2],
            };
        };
        let twin = format!("//{}", LANGUAGES[1]);
        // The word ends there: `//zhang` is not meant, `//zh` is.
        let ends = |at: usize| {
            let next = line[at + twin.len()..].chars().next();
            next.is_none_or(char::is_whitespace)
        };
        let mut places = line.match_indices(&twin).map(|(at, _)| at);
        let comments = match places.find(|at| ends(*at)) {
            Some(at) => [line.get(code.len() + 2..at), line.get(at + twin.len()..)],
            None => [Some(comment), None],
        };
        Line {
            code,
            comments: comments
                .map(|comment| comment.map(str::trim).filter(|said| !said.is_empty())),
        }
    }
}

/// The text as a page in this language shows it. A comment without a twin stands in both.
pub fn spoken(text: &str, language: usize) -> String {
    let lines = text.split_inclusive('\n').map(|whole| {
        let line = whole.trim_end_matches(['\n', '\r']);
        let Line { code, comments } = Line::of(line);
        match comments[language].or(comments[0]).or(comments[1]) {
            Some(comment) => format!("{code}// {comment}{}", &whole[line.len()..]),
            None => whole.to_string(),
        }
    });
    lines.collect()
}

/// Lines whose comment is not there in every language, and what is wrong with each.
pub fn unpaired(text: &str) -> Vec<(usize, String)> {
    let [_, twin] = LANGUAGES;
    let mut wrong = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let Line { code, comments } = Line::of(line);
        let what = match comments {
            [Some(_), None] => format!("this comment has no twin: `// … //{twin} …`"),
            [None, Some(_)] => format!("the twin of no comment: `// … //{twin} …`"),
            [None, None] if line.contains("//") => "nothing stands in this comment".into(),
            _ if code.contains("/*") => {
                "a comment is `// …` here: what stands in `/* … */` is English on every page".into()
            }
            _ => continue,
        };
        wrong.push((at + 1, what));
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "kernel 2.6.10\n// A driver. //zh 一个驱动。\np = kmalloc(1, GFP_KERNEL); // small  //zh 很小 \n    // in a block //zh 在块里\nkfree(p);\n";

    #[test]
    fn a_page_has_the_comments_of_its_own_language() {
        assert_eq!(
            spoken(TEXT, 0),
            "kernel 2.6.10\n// A driver.\np = kmalloc(1, GFP_KERNEL); // small\n    // in a block\nkfree(p);\n"
        );
        assert_eq!(
            spoken(TEXT, 1),
            "kernel 2.6.10\n// 一个驱动。\np = kmalloc(1, GFP_KERNEL); // 很小\n    // 在块里\nkfree(p);\n"
        );
        assert!(unpaired(TEXT).is_empty());
    }

    #[test]
    fn lines_keep_their_numbers_and_their_ends() {
        for text in [
            TEXT,
            "",
            "a();",
            "a(); // b //zh c\r\n\r\nd();",
            "//\n",
            "//zh\n",
        ] {
            for language in 0..LANGUAGES.len() {
                let spoken = spoken(text, language);
                assert_eq!(spoken.lines().count(), text.lines().count(), "{text:?}");
                assert_eq!(spoken.ends_with('\n'), text.ends_with('\n'), "{text:?}");
                assert_eq!(spoken.contains('\r'), text.contains('\r'), "{text:?}");
            }
        }
    }

    #[test]
    fn a_comment_alone_is_told() {
        for (text, wanted) in [
            ("\n// only English\n", "no twin"),
            ("\np(); // see //zhang and //english\n", "no twin"),
            ("\n// English //zh\n", "no twin"),
            ("\n//zh 只有中文\n", "twin of no comment"),
            ("\np(); // //zh 只有中文\n", "twin of no comment"),
            ("\np(); //\n", "nothing stands"),
            ("\np(); /* aside */\n", "`// …` here"),
        ] {
            let found = unpaired(text);
            assert_eq!(found.len(), 1, "{text:?}");
            assert!(found[0].0 == 2 && found[0].1.contains(wanted), "{found:?}");
        }
    }

    #[test]
    fn what_has_no_twin_stands_in_both_languages() {
        assert_eq!(spoken("// only English\n", 1), "// only English\n");
        assert_eq!(spoken("//zh 只有中文\n", 0), "// 只有中文\n");
    }
}
