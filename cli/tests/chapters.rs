//! `check`: the chapters of the course are right, and each thing that can be wrong with one is said with its place.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn check(folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kmalloc-lab"))
        .arg("check")
        .arg(folder)
        .output()
        .expect("the command starts")
}

/// What the course as a whole lacks is wrong, too.
fn check_all(folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kmalloc-lab"))
        .args(["check", "--complete"])
        .arg(folder)
        .output()
        .expect("the command starts")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Every start, solution, wrong answer, goal, question, card and link of the course; and the course has enough of everything:
/// exercises of each kind, for each claim and misconception, long ones.
#[test]
fn the_course_is_right() {
    let chapters = concat!(env!("CARGO_MANIFEST_DIR"), "/../static/chapters");
    let output = check_all(Path::new(chapters));
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}

const COURSE: &str = "[[section]]\nnumber = \"8.1\"\nen = \"Story\"\nzh = \"内幕\"\n";
const CHAPTER: &str = "section = \"8.1\"\nminutes = 2\nclaims = [1]\nexercises = [\"one\"]\n";
const PAGE_EN: &str =
    "# One\n\nProse.\n\n## Teacher\n\n### Show\n\nThis.\n\n### Mistakes\n\nThat.\n";
const PAGE_ZH: &str = "# 一\n\n正文。\n\n## 教师\n\n### 演示\n\n这个。\n\n### 常见错误\n\n那个。\n";
const EXERCISE: &str = "kind = \"do\"\nclaims = [18]\nminutes = 2\ngoals = [\n  \"call p answers object of class 128\",\n  \"calls at most 3\",\n]\n";
const START: &str = "q = kmalloc(64, GFP_KERNEL);\n";
const SOLUTION: &str = "q = kmalloc(64, GFP_KERNEL);\np = kmalloc(100, GFP_KERNEL);\n";
const WRONG: &str = "q = kmalloc(64, GFP_KERNEL);\np = kmalloc(96, GFP_KERNEL);\n";
const TEXT_EN: &str = "# One\n\n## Task\n\nDo.\n\n## Hints\n\n1. a\n2. b\n3. c\n\n## Explanation\n\nSo.\n\n## Teacher\n\n### Show\n\nThis.\n\n### Mistakes\n\nThat.\n";
const TEXT_ZH: &str = "# 一\n\n## 任务\n\n做。\n\n## 提示\n\n1. 甲\n2. 乙\n3. 丙\n\n## 讲解\n\n如此。\n\n## 教师\n\n### 演示\n\n这个。\n\n### 常见错误\n\n那个。\n";

const ONE: &str = "01-one/exercises/one";

/// A small course that nothing is wrong with.
fn course(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("course-{name}"));
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(root.join(ONE)).expect("a folder");
    for (file, text) in [
        ("course.toml".to_string(), COURSE),
        ("01-one/chapter.toml".into(), CHAPTER),
        ("01-one/en.md".into(), PAGE_EN),
        ("01-one/zh.md".into(), PAGE_ZH),
        (format!("{ONE}/exercise.toml"), EXERCISE),
        (format!("{ONE}/start.kms"), START),
        (format!("{ONE}/solution.kms"), SOLUTION),
        (format!("{ONE}/wrong.kms"), WRONG),
        (format!("{ONE}/en.md"), TEXT_EN),
        (format!("{ONE}/zh.md"), TEXT_ZH),
    ] {
        fs::write(root.join(file), text).expect("a file");
    }
    root
}

#[test]
fn a_small_course_that_is_right_passes() {
    let output = check(&course("right"));
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(
        said(&output).contains("\n0 problems\n"),
        "{}",
        said(&output)
    );
}

/// What is changed in the course that is right, and what has to be said about it.
struct Complaint {
    name: &'static str,
    /// Below the exercise's folder, unless it begins with a slash.
    file: &'static str,
    /// What is replaced, and by what; the empty text stands for the whole file.
    change: (&'static str, &'static str),
    /// The line, 0 for none.
    line: u32,
    said: &'static str,
}

const fn complaint(
    name: &'static str,
    file: &'static str,
    change: (&'static str, &'static str),
    line: u32,
    said: &'static str,
) -> Complaint {
    Complaint {
        name,
        file,
        change,
        line,
        said,
    }
}

const ASK: &str = "\n[[ask]]\nquestion = \"bytes of p\"\nwrong = \"100\"\n";

const COMPLAINTS: &[Complaint] = &[
    complaint(
        "goal",
        "exercise.toml",
        ("calls at most 3", "no sined"),
        6,
        "did you mean `sinned`?",
    ),
    complaint(
        "event",
        "exercise.toml",
        ("calls at most 3", "event splitt"),
        6,
        "did you mean `split`?",
    ),
    complaint(
        "always",
        "exercise.toml",
        ("calls at most 3", "calls at least 0"),
        6,
        "cannot fail",
    ),
    complaint(
        "unsolved",
        "exercise.toml",
        ("class 128", "class 64"),
        5,
        "the solution does not reach this goal",
    ),
    complaint(
        "kind",
        "exercise.toml",
        ("\"do\"", "\"play\""),
        1,
        "`kind` is one of",
    ),
    complaint(
        "claim",
        "exercise.toml",
        ("[18]", "[23]"),
        2,
        "there is no claim 23",
    ),
    complaint(
        "claims",
        "exercise.toml",
        ("[18]", "[]"),
        0,
        "`claims` is empty",
    ),
    complaint(
        "minutes",
        "exercise.toml",
        ("minutes = 2", "minutes = 90"),
        3,
        "from 1 to 15 minutes",
    ),
    complaint(
        "field",
        "exercise.toml",
        ("minutes", "minuts"),
        3,
        "unknown field `minuts`",
    ),
    complaint(
        "golf",
        "exercise.toml",
        ("\"do\"", "\"golf\""),
        0,
        "golf counts something",
    ),
    complaint(
        "repair",
        "exercise.toml",
        ("\"do\"", "\"repair\""),
        0,
        "which lines of start.kms may be changed",
    ),
    complaint(
        "predict",
        "exercise.toml",
        ("\"do\"", "\"predict\""),
        0,
        "a `[[ask]]` is missing",
    ),
    complaint(
        "may-change",
        "exercise.toml",
        ("minutes", "may-change = [\"7\"]\nminutes"),
        3,
        "start.kms has 1 lines",
    ),
    complaint(
        "start",
        "start.kms",
        ("", SOLUTION),
        0,
        "the start passes already",
    ),
    complaint(
        "script",
        "start.kms",
        ("kmalloc", "kmaloc"),
        1,
        "did you mean `kmalloc`?",
    ),
    complaint(
        "comment",
        "start.kms",
        ("KERNEL);\n", "KERNEL); // small //zh 很小\n// one more\n"),
        2,
        "this comment has no twin",
    ),
    complaint(
        "twin",
        "solution.kms",
        ("q = ", "//zh 先申请 q。\nq = "),
        1,
        "the twin of no comment",
    ),
    complaint("no-start", "start.kms", ("", ""), 0, "this file is missing"),
    complaint(
        "solution",
        "solution.kms",
        ("", WRONG),
        5,
        "the solution does not reach this goal",
    ),
    complaint(
        "no-solution",
        "solution.kms",
        ("", ""),
        0,
        "this file is missing",
    ),
    complaint(
        "gone",
        "solution.kms",
        ("q = kmalloc(64", "q = kmalloc(65"),
        0,
        "line 1 of start.kms is gone",
    ),
    complaint(
        "wrong",
        "wrong.kms",
        ("", SOLUTION),
        0,
        "the wrong answer passes",
    ),
    complaint(
        "wrong-gone",
        "wrong.kms",
        ("", "p = kmalloc(100, GFP_KERNEL);\n"),
        0,
        "fails only because line 1",
    ),
    complaint("no-wrong", "wrong.kms", ("", ""), 0, "this file is missing"),
    complaint(
        "title",
        "en.md",
        ("# One", "One"),
        1,
        "the first line is no `# title`",
    ),
    complaint(
        "heading",
        "en.md",
        ("## Explanation", "## Expl"),
        0,
        "the heading `## Explanation` is missing",
    ),
    complaint(
        "unknown-heading",
        "en.md",
        ("## Explanation", "## Expl"),
        13,
        "only these headings are known",
    ),
    complaint(
        "hints",
        "en.md",
        ("3. c\n", ""),
        7,
        "three hints are wanted",
    ),
    complaint(
        "show",
        "en.md",
        ("### Show", "### View"),
        17,
        "the teacher's notes have no `### Show`",
    ),
    complaint(
        "empty",
        "zh.md",
        ("做。", ""),
        3,
        "nothing stands below `## 任务`",
    ),
    complaint("language", "zh.md", ("", ""), 0, "this file is missing"),
    complaint(
        "html",
        "en.md",
        ("Do.", "<b>Do</b>."),
        5,
        "raw HTML is not allowed",
    ),
    complaint(
        "dead",
        "en.md",
        ("Do.", "[a](lab:two)"),
        5,
        "no exercise `two`",
    ),
    complaint(
        "dead-chapter",
        "en.md",
        ("Do.", "[a](chapter:02-two)"),
        5,
        "there is no chapter `02-two`",
    ),
    complaint(
        "dead-term",
        "en.md",
        ("Do.", "[a](term:nothing)"),
        5,
        "has no term `nothing`",
    ),
    complaint(
        "scheme",
        "en.md",
        ("Do.", "[a](two.md)"),
        5,
        "a link begins with",
    ),
    complaint(
        "moment",
        "en.md",
        ("Do.", "[a](lab:one#call=9)"),
        5,
        "the scenario has no moment `call=9`",
    ),
    complaint(
        "moment-event",
        "en.md",
        ("Do.", "[a](lab:event=splitt)"),
        5,
        "did you mean `split`?",
    ),
    complaint(
        "card",
        "en.md",
        ("Do.", "```kms\nkfre(p);\n```"),
        6,
        "did you mean `kfree`?",
    ),
    complaint(
        "card-fence",
        "en.md",
        (
            "Do.",
            "```kms With `code`.\np = kmalloc(1, GFP_KERNEL);\n```",
        ),
        5,
        "begin and end its fence with ~~~",
    ),
    complaint(
        "card-at",
        "en.md",
        (
            "Do.",
            "```kms event=split:99 So.\np = kmalloc(1, GFP_KERNEL);\n```",
        ),
        5,
        "no moment `event=split:99`",
    ),
    complaint(
        "book",
        "en.md",
        ("Do.", "> [!book]\n> - a\n> - b"),
        5,
        "a list of three",
    ),
    complaint(
        "ask",
        "exercise.toml",
        (
            "3\",\n]\n",
            "3\",\n]\n\n[[ask]]\nquestion = \"bytess of p\"\nwrong = \"1\"\n",
        ),
        10,
        "expected a question",
    ),
    complaint(
        "page-language",
        "/01-one/zh.md",
        ("", ""),
        0,
        "this file is missing",
    ),
    complaint(
        "page-teacher",
        "/01-one/en.md",
        ("## Teacher", "## Teach"),
        0,
        "the heading `## Teacher` is missing",
    ),
    complaint(
        "here",
        "en.md",
        ("Do.", "[a](lab:event=joined)"),
        5,
        "neither the start nor the solution has the moment `event=joined`",
    ),
    complaint(
        "page-here",
        "/01-one/zh.md",
        ("正文。", "[a](lab:event=split)"),
        3,
        "no card of this page has the moment `event=split`",
    ),
    complaint(
        "section",
        "/01-one/chapter.toml",
        ("\"8.1\"", "\"9\""),
        1,
        "no section `9`",
    ),
    complaint(
        "folder",
        "/01-one/chapter.toml",
        ("\"one\"", "\"one\", \"two\""),
        4,
        "no folder exercises/two",
    ),
    complaint(
        "unlisted",
        "/01-one/chapter.toml",
        ("\"one\"", ""),
        0,
        "does not list this exercise",
    ),
];

#[test]
fn every_mistake_is_said_with_its_place() {
    let mut unsaid = String::new();
    for Complaint {
        name,
        file,
        change: (from, to),
        line,
        said: wanted,
    } in COMPLAINTS
    {
        let root = course(name);
        let file = match file.strip_prefix('/') {
            Some(file) => file.to_string(),
            None => format!("{ONE}/{file}"),
        };
        let path = root.join(&file);
        let text = fs::read_to_string(&path).expect("a file of the course");
        if from.is_empty() && to.is_empty() {
            fs::remove_file(&path).expect("it goes");
        } else if from.is_empty() {
            fs::write(&path, to).expect("it is written");
        } else {
            assert!(text.contains(from), "{name}");
            fs::write(&path, text.replacen(from, to, 1)).expect("it is written");
        }
        let output = check(&root);
        let all = said(&output);
        let place = match (line, *name) {
            // The place is the goal that the changed solution misses.
            (5, "solution") => format!("{}:5: ", root.join(ONE).join("exercise.toml").display()),
            (0, "unlisted") => format!("{}: ", root.join(ONE).display()),
            (0, _) => format!("{}: ", path.display()),
            (line, _) => format!("{}:{line}: ", path.display()),
        };
        let found = all
            .lines()
            .any(|said| said.starts_with(&place) && said.contains(wanted));
        if !found || output.status.code() != Some(1) {
            unsaid += &format!("{name}: nothing says `{place}… {wanted}`:\n{all}\n");
        }
    }
    assert!(unsaid.is_empty(), "{unsaid}");
}

/// A question that the start answers, a guess that is right, a guess that is none, and a question that nothing answers.
#[test]
fn questions_are_asked_of_the_run() {
    for (name, start, question, wrong, wanted) in [
        ("open", START, "bytes of p", "100", None),
        (
            "answered",
            START,
            "bytes of q",
            "100",
            Some((7, "the start already answers this question")),
        ),
        (
            "right",
            START,
            "bytes of p",
            "0x80",
            Some((8, "`0x80` is the right answer")),
        ),
        (
            "no-number",
            START,
            "bytes of p",
            "many",
            Some((8, "is no number")),
        ),
        (
            "no-choice",
            START,
            "zone of p",
            "Low",
            Some((8, "is none of the choices: DMA, Normal, HighMem, null")),
        ),
        (
            "silent",
            START,
            "reason of p",
            "no-retry",
            Some((7, "does not answer this question")),
        ),
        (
            "told",
            START,
            "count class-chosen by p",
            "0",
            Some((4, "this goal tells what a question asks")),
        ),
    ] {
        let root = course(&format!("ask-{name}"));
        let goal = match name {
            "told" => "event class-chosen by p",
            _ => "some kmalloc of 100 answers object",
        };
        let toml = EXERCISE
            .replace("\"do\"", "\"predict\"")
            .replace("call p answers object of class 128", goal)
            .replace("  \"calls at most 3\",\n", "");
        let ask = ASK.replace("bytes of p", question).replace("100", wrong);
        fs::write(
            root.join(ONE).join("exercise.toml"),
            toml.replace("[\n  ", "[").replace(",\n]", "]") + &ask,
        )
        .expect("it is written");
        fs::write(root.join(ONE).join("start.kms"), start).expect("it is written");
        fs::remove_file(root.join(ONE).join("wrong.kms")).expect("it goes");
        let output = check(&root);
        let all = said(&output);
        match wanted {
            None => assert_eq!(output.status.code(), Some(0), "{name}:\n{all}"),
            Some((line, wanted)) => {
                let found = all.lines().any(|said| {
                    said.contains(&format!("exercise.toml:{line}: ")) && said.contains(wanted)
                });
                assert!(found, "{name}: line {line}, {wanted}:\n{all}");
            }
        }
    }
}

#[test]
fn two_exercises_may_not_be_one() {
    let root = course("twice");
    let two = root.join("01-one/exercises/two");
    fs::create_dir_all(&two).expect("a folder");
    for entry in fs::read_dir(root.join(ONE)).expect("the exercise") {
        let path = entry.expect("a file").path();
        fs::copy(&path, two.join(path.file_name().expect("a name"))).expect("it is copied");
    }
    fs::write(
        root.join("01-one/chapter.toml"),
        CHAPTER.replace("[\"one\"]", "[\"one\", \"two\"]"),
    )
    .expect("it is written");
    let all = said(&check(&root));
    assert!(
        all.contains("the same claim (18), kind and start as"),
        "{all}"
    );
}

/// Within a chapter exercises go from short to long.
#[test]
fn a_short_exercise_does_not_stand_behind_a_long_one() {
    let root = course("order");
    let two = root.join("01-one/exercises/two");
    fs::create_dir_all(&two).expect("a folder");
    for file in [
        "exercise.toml",
        "start.kms",
        "solution.kms",
        "wrong.kms",
        "en.md",
        "zh.md",
    ] {
        let text = fs::read_to_string(root.join(ONE).join(file)).expect("a file of the course");
        let text = text.replace("minutes = 2", "minutes = 1");
        let text = text.replace("claims = [18]", "claims = [19]");
        fs::write(two.join(file), text).expect("it is written");
    }
    let chapter = root.join("01-one/chapter.toml");
    fs::write(
        &chapter,
        CHAPTER.replace("\"one\"", "\n  \"one\",\n  \"two\",\n"),
    )
    .expect("it is written");
    let all = said(&check(&root));
    let wanted = format!(
        "{}:6: exercises go from short to long: `two` (1 min) stands behind `one` (2 min)",
        chapter.display()
    );
    assert!(all.contains(&wanted), "{all}");
    fs::write(&chapter, CHAPTER.replace("\"one\"", "\"two\", \"one\"")).expect("it is written");
    let all = said(&check(&root));
    assert!(all.contains("\n0 problems\n"), "{all}");
}

/// Whoever copies the worked example of README.md, file by file, has an exercise that nothing is wrong with.
#[test]
fn the_worked_example_works() {
    let readme = fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../static/chapters/README.md"
    ))
    .expect("the writers' page");
    let root = course("example");
    let folder = root.join("01-one/exercises/last-pages");
    fs::create_dir_all(&folder).expect("a folder");
    // Each file stands in a fence, below a line that ends in its name.
    let mut name = None;
    let mut files = Vec::new();
    let mut lines = readme.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            let text: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            if let Some(name) = name.take() {
                fs::write(folder.join(name), text.join("\n") + "\n").expect("it is written");
                files.push(name);
            }
        } else if let Some(word) = line
            .strip_suffix("`:")
            .and_then(|line| line.rsplit('`').next())
        {
            name = Some(word);
        }
    }
    assert_eq!(
        files,
        [
            "exercise.toml",
            "start.kms",
            "solution.kms",
            "wrong.kms",
            "en.md",
            "zh.md"
        ]
    );
    let chapter = CHAPTER.replace("\"one\"", "\"one\", \"last-pages\"");
    fs::write(root.join("01-one/chapter.toml"), chapter).expect("it is written");
    let all = said(&check(&root));
    assert!(all.contains("\n0 problems\n"), "{all}");
    assert!(all.starts_with("1 chapters, 2 exercises"), "{all}");
}

/// What the course as a whole lacks is a summary; only `--complete` makes it a failure.
#[test]
fn gaps_are_told() {
    let root = course("gaps");
    let all = said(&check(&root));
    assert!(all.contains("an exercise for claim 1, 2"), "{all}");
    assert!(all.contains("an exercise for misconception 1, 2"), "{all}");
    let complete = check_all(&root);
    assert_eq!(complete.status.code(), Some(1), "{}", said(&complete));
}
