//! What the lesson says of questions, goals and verdicts, in both languages.
//!
//! The sentences are made of the core's data, so that a writer of exercises needs no Rust; a writer may put own questions in
//! place of these.

use kmalloc_core::event::Temperature;
use kmalloc_core::exercise::{
    Amount, CallRef, Calls, Counterexample, Filter, Finding, Foresight, Found, Goal, Kind,
    Quantity, Question, What, Who,
};
use kmalloc_core::run::Run;

use super::happenings::happening;
use super::{Arg, Lang, fill, sentences};

type Both = [&'static str; 2];

fn say(lang: Lang, both: Both, args: &[Arg<'_>]) -> String {
    fill(both[lang as usize], args)
}

/// Everything that the lesson says by itself. `{0}` and so on are filled where they are used.
pub struct Texts {
    /// The list of all chapters.
    pub contents: &'static str,
    /// Button: from the contents to the open page.
    pub back: &'static str,
    /// Section `{0}`, page `{1}` of `{2}`, `{3}` minutes.
    pub page: &'static str,
    /// The buttons to the pages before and after.
    pub pages: &'static str,
    /// The page is being fetched.
    pub coming: &'static str,
    /// It could not be fetched.
    pub failed: &'static str,
    /// Button: fetch it again.
    pub again: &'static str,
    /// `{0}` minutes.
    pub minutes: &'static str,
    /// Head of the teacher's notes.
    pub for_teachers: &'static str,
    /// `{0}` of `{1}` exercises.
    pub solved_of: &'static str,
    /// Head of the list of what went wrong.
    pub to_review: &'static str,
    /// The list is empty.
    pub nothing_to_review: &'static str,
    /// Head of the progress.
    pub kept_here: &'static str,
    /// Button: the progress as a file.
    pub export: &'static str,
    /// Field: the progress of a file.
    pub import: &'static str,
    /// What opens the question below.
    pub reset: &'static str,
    /// Before everything is forgotten.
    pub reset_sure: &'static str,
    /// Button: forget it.
    pub reset_yes: &'static str,
    /// An import failed.
    pub no_progress_file: &'static str,
    /// A link's moment is not in the run.
    pub no_such_moment: &'static str,
    /// An exercise, aloud.
    pub solved: &'static str,
    /// An exercise, aloud.
    pub begun: &'static str,
    /// An exercise, aloud.
    pub not_begun: &'static str,
    /// The questions of an exercise.
    pub predict: &'static str,
    /// Beside it, while they are open.
    pub open: &'static str,
    /// Beside it, when they are not.
    pub closed: &'static str,
    /// The questions about a run that is there already.
    pub your_answer: &'static str,
    /// Button.
    pub run_and_compare: &'static str,
    /// Button.
    pub check_answer: &'static str,
    /// Goals `{0}` of `{1}`.
    pub goals: &'static str,
    /// A goal, aloud.
    pub met: &'static str,
    /// A goal, aloud.
    pub not_yet: &'static str,
    /// A prediction, aloud.
    pub missed: &'static str,
    /// The guess, beside what happened.
    pub your_guess: &'static str,
    /// What happened.
    pub the_kernel: &'static str,
    /// Every goal is reached.
    pub passed: &'static str,
    /// Head of what is said afterwards.
    pub explanation: &'static str,
    /// Button: hint `{0}` of `{1}`.
    pub hint: &'static str,
    /// Button.
    pub solution: &'static str,
    /// Button.
    pub start_again: &'static str,
    /// The text on the page is not the open exercise's.
    pub another_scenario: &'static str,
    /// Button.
    pub to_the_exercise: &'static str,
    /// Link to a page of its own.
    pub sheet: &'static str,
    /// Link to a page of its own.
    pub glossary: &'static str,
    /// Button: read in the stage's place.
    pub wide: &'static str,
    /// Button: beside the stage again.
    pub narrow: &'static str,
    /// What golf counts in the writer's solution: `{0}`.
    pub par: &'static str,
}

impl Lang {
    /// The texts of the lesson.
    #[inline(never)]
    pub const fn course(self) -> &'static Texts {
        match self {
            Lang::En => &EN,
            Lang::Zh => &ZH,
        }
    }
}

const EN: Texts = Texts {
    contents: "Contents",
    back: "Back to the page",
    page: "{0} · {1}/{2} · {3}\u{a0}min",
    pages: "Pages",
    coming: "The page is being fetched …",
    failed: "This part of the course could not be fetched. The lab itself works without it.",
    again: "Try again",
    minutes: "{0} min",
    for_teachers: "For teachers",
    solved_of: "{0} of {1} exercises solved",
    to_review: "Review what went wrong",
    nothing_to_review: "Nothing yet.",
    kept_here: "Kept in this browser",
    export: "Save my progress as a file",
    import: "Take it from a file",
    reset: "Forget my progress",
    reset_sure: "Everything that you solved and every hint that you read is forgotten. It cannot be taken back.",
    reset_yes: "Yes, forget everything",
    no_progress_file: "This file holds no progress of the lab; yours is as it was.",
    no_such_moment: "What is on the page now has no such moment. Run the page's scenario first.",
    solved: "solved",
    begun: "begun",
    not_begun: "not begun",
    predict: "Predict",
    open: "before it runs",
    closed: "it has run",
    your_answer: "Your answer",
    run_and_compare: "Run it and compare",
    check_answer: "That is my answer",
    goals: "goals {0} of {1}",
    met: "reached",
    not_yet: "not yet",
    missed: "not so",
    your_guess: "your guess",
    the_kernel: "the kernel",
    passed: "Solved.",
    explanation: "Why",
    hint: "Hint {0} of {1}",
    solution: "Show the solution",
    start_again: "Start again",
    another_scenario: "This is another scenario. The exercise waits, as you left it.",
    to_the_exercise: "Back to the exercise",
    sheet: "Cheat sheet",
    glossary: "Glossary",
    wide: "Read wide",
    narrow: "Beside the lab",
    par: "our solution: {0}",
};

const ZH: Texts = Texts {
    contents: "目录",
    back: "回到本页",
    page: "{0} · {1}/{2} · {3}\u{a0}分钟",
    pages: "翻页",
    coming: "正在读取这一页……",
    failed: "课程的这一部分读取失败，不影响使用实验室本身。",
    again: "再试一次",
    minutes: "{0} 分钟",
    for_teachers: "教师参考",
    solved_of: "已完成 {0} / {1} 个练习",
    to_review: "回顾做错的练习",
    nothing_to_review: "暂时没有。",
    kept_here: "保存在本浏览器",
    export: "把进度保存为文件",
    import: "从文件读取",
    reset: "清除进度",
    reset_sure: "已完成的练习和看过的提示都会清除，无法恢复。",
    reset_yes: "是，全部清除",
    no_progress_file: "这个文件里没有实验室的进度；你的进度没有改变。",
    no_such_moment: "当前的运行里没有这个时刻。请先运行本页的脚本。",
    solved: "已完成",
    begun: "已开始",
    not_begun: "未开始",
    predict: "先预测",
    open: "运行之前",
    closed: "已经运行",
    your_answer: "你的答案",
    run_and_compare: "运行并对照",
    check_answer: "这就是我的答案",
    goals: "目标 {0} / {1}",
    met: "已达到",
    not_yet: "尚未达到",
    missed: "不对",
    your_guess: "你的预测",
    the_kernel: "内核",
    passed: "完成了。",
    explanation: "为什么",
    hint: "提示 {0} / {1}",
    solution: "查看解答",
    start_again: "重新开始",
    another_scenario: "现在打开的是另一个脚本。练习还保持着你离开时的样子。",
    to_the_exercise: "回到练习",
    sheet: "速查表",
    glossary: "术语表",
    wide: "展开阅读",
    narrow: "收起",
    par: "参考答案：{0}",
};

/// A kind of exercise.
pub const fn kind(lang: Lang, kind: Kind) -> &'static str {
    let both = match kind {
        Kind::Predict => ["Predict", "预测"],
        Kind::Do => ["Do", "动手"],
        Kind::Repair => ["Repair", "修复"],
        Kind::Golf => ["Golf", "精简"],
        Kind::Diagnose => ["Diagnose", "诊断"],
    };
    both[lang as usize]
}

// ── questions ─────────────────────────────────────────────────────────────────────────────────────────────────────

/// A question.
pub fn question(lang: Lang, question: &Question) -> String {
    let about = |both: Both, by: &CallRef| say(lang, both, &[Arg::Text(&call(lang, by))]);
    match question {
        Question::Bytes(by) => about(
            ["How many bytes does {0} get?", "{0} 实际得到多少字节？"],
            by,
        ),
        Question::Zone(by) => about(["In which zone does {0} lie?", "{0} 落在哪个内存区？"], by),
        Question::Outcome(by) => about(["What becomes of {0}?", "{0} 的结果是什么？"], by),
        Question::Reason(by) => about(["Why is {0} `NULL`?", "{0} 为什么是 `NULL`？"], by),
        Question::Sleep(by) => about(
            [
                "Does the call for {0} sleep?",
                "分配 {0} 的这次调用会睡眠吗？",
            ],
            by,
        ),
        Question::Complaint(by) => about(
            [
                "Does the kernel complain about the call for {0}?",
                "分配 {0} 的这次调用会招来内核的警告吗？",
            ],
            by,
        ),
        Question::Pfn(by) => about(
            [
                "Which is the first page of {0}, as a pfn?",
                "{0} 的第一页，pfn 是多少？",
            ],
            by,
        ),
        Question::Mode(by) => about(
            [
                "Which number are the flags of {0}, in hexadecimal?",
                "{0} 的分配标志，写成十六进制是多少？",
            ],
            by,
        ),
        Question::Alignment(by) => about(
            [
                "What is the largest power of two that divides the address of {0}?",
                "能整除 {0} 的地址的 2 的幂，最大是多少？",
            ],
            by,
        ),
        Question::Need {
            call: by,
            zone: None,
        } => about(
            [
                "How many free pages does the first test for {0} ask for?",
                "分配 {0} 时，第一次检查要求有多少空闲页？",
            ],
            by,
        ),
        Question::Need {
            call: by,
            zone: Some(zone),
        } => say(
            lang,
            [
                "How many free pages does the first test of {1} for {0} ask for?",
                "分配 {0} 时，对 {1} 的第一次检查要求有多少空闲页？",
            ],
            &[Arg::Text(&call(lang, by)), Arg::Name(zone.name())],
        ),
        Question::Walk(by) => about(
            [
                "Which zones are tested for {0}, in which order?",
                "分配 {0} 时，依次检查了哪些内存区？",
            ],
            by,
        ),
        Question::Rule(by) => about(
            [
                "By which rule was the size of {0} chosen?",
                "{0} 的大小按什么规则取整？",
            ],
            by,
        ),
        Question::Byte { offset, call: by } => say(
            lang,
            [
                "What does byte {0} of {1} hold?",
                "{1} 的第 {0} 个字节（从 0 数起）是什么？",
            ],
            &[Arg::Code((*offset).into()), Arg::Text(&call(lang, by))],
        ),
        Question::Foreign(by) => about(
            [
                "How many bytes of a former owner does {0} hand out?",
                "{0} 泄露了多少前一个主人的字节？",
            ],
            by,
        ),
        Question::Same(one, other) => say(
            lang,
            [
                "Do {0} and {1} have the same address?",
                "{0} 和 {1} 的地址相同吗？",
            ],
            &[Arg::Text(&call(lang, one)), Arg::Text(&call(lang, other))],
        ),
        Question::Order(_) => say(
            lang,
            [
                "Which lies where in memory, from the lowest address up?",
                "按地址从低到高，它们的顺序是什么？",
            ],
            &[],
        ),
        Question::Measure { quantity, after } => {
            let what = quantity_text(lang, quantity);
            match after {
                Some(by) => say(
                    lang,
                    [
                        "{0} after the call for {1}: how many?",
                        "分配 {1} 之后，{0}是多少？",
                    ],
                    &[Arg::Text(&what), Arg::Text(&call(lang, by))],
                ),
                None => say(
                    lang,
                    ["{0} at the end: how many?", "到最后，{0}是多少？"],
                    &[Arg::Text(&what)],
                ),
            }
        }
        Question::Count { name, filter } => say(
            lang,
            [
                "How many times does this happen{1}: {0}?",
                "{0}{1}：发生几次？",
            ],
            &[
                Arg::Text(&happening(lang, name)),
                Arg::Text(&filter_text(lang, filter)),
            ],
        ),
        Question::Next { name, call: by, .. } => say(
            lang,
            [
                "While {1} is served, what follows this: {0}?",
                "分配 {1} 时，在下面这件事之后发生什么：{0}？",
            ],
            &[
                Arg::Text(&happening(lang, name)),
                Arg::Text(&call(lang, by)),
            ],
        ),
        Question::LineOf(name) => say(
            lang,
            [
                "Which line is the first to cause this: {0}?",
                "下面的事最先由哪一行引起：{0}？",
            ],
            &[Arg::Text(&happening(lang, name))],
        ),
    }
}

/// Why a call answers NULL, in words.
fn reason(word: &str) -> Option<Both> {
    Some(match word {
        "no-area" => [
            "no addresses are left for `vmalloc`",
            "`vmalloc` 的地址空间已用完",
        ],
        "too-large" => ["larger than the largest size class", "超过最大的大小类"],
        "may-not-wait" => [
            "every zone is below its mark, and the call may not wait",
            "各区都低于水位线，而这次调用不能等待",
        ],
        "no-retry" => [
            "one reclaim did not help, and `__GFP_NORETRY` forbids a second try",
            "回收一次仍不够，而 `__GFP_NORETRY` 不许再试",
        ],
        "costly-order" => [
            "the order is above 3, and one reclaim did not help",
            "高于 3 阶，回收一次仍不够",
        ],
        "order-too-large" => ["the order is above 10", "高于 10 阶"],
        "empty-zonelist" => [
            "no zone of this request has memory",
            "这次请求可用的内存区都没有内存",
        ],
        _ => return None,
    })
}

/// What a choice of a question says. Names of the kernel, of events and of variables speak for themselves.
pub fn choice(lang: Lang, question: &Question, word: &str) -> String {
    if let Some(both) = reason(word) {
        return both[lang as usize].into();
    }
    let both: Both = match word {
        "yes" => ["yes", "是"],
        "no" => ["no", "否"],
        "null" => ["`NULL`", "`NULL`"],
        "served" => ["an address, at once", "立刻得到地址"],
        "served-after-sleep" => ["an address, after a sleep", "睡眠之后得到地址"],
        "stopped" => ["it never returns", "不会返回"],
        "exact" => [
            "not at all: you get what you ask for",
            "不取整：要多少给多少",
        ],
        "power-of-two" => ["the next power of two", "下一个 2 的幂"],
        "first-class-that-fits" => [
            "the first of the kernel's size classes that fits",
            "第一个装得下的大小类",
        ],
        "whole-pages" => ["whole pages", "整页"],
        _ => {
            let parts: Vec<String> = word.split(' ').map(|part| format!("`{part}`")).collect();
            let arrow = match question {
                Question::Order(_) => " < ",
                _ => " → ",
            };
            return parts.join(arrow);
        }
    };
    both[lang as usize].into()
}

/// How a question stands: nothing when there is nothing to add.
pub fn foresight(lang: Lang, question: &Question, foresight: &Foresight) -> String {
    let told = |truth: &str| match question {
        _ if truth.parse::<u32>().is_ok() => format!("`{truth}`"),
        _ => choice(lang, question, truth),
    };
    match foresight {
        Foresight::Unguessed => say(lang, ["no prediction yet", "还没有预测"], &[]),
        Foresight::NotRun => String::new(),
        Foresight::Right { truth } => say(
            lang,
            ["so it is: {0}", "正是这样：{0}"],
            &[Arg::Text(&told(truth))],
        ),
        Foresight::Wrong {
            counterexample:
                Some(Counterexample {
                    size,
                    rule_gives,
                    kernel_gives,
                }),
            ..
        } => say(
            lang,
            [
                "by that rule {0 byte} would get {1}, but the kernel gives {2}",
                "按这条规则，申请 {0} 字节会得到 {1} 字节，而内核给 {2} 字节",
            ],
            &[
                Arg::Number((*size).into()),
                Arg::Number((*rule_gives).into()),
                Arg::Number((*kernel_gives).into()),
            ],
        ),
        Foresight::Wrong { truth, .. } => say(
            lang,
            ["the kernel: {0}", "内核的结果：{0}"],
            &[Arg::Text(&told(truth))],
        ),
    }
}

// ── goals ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/// A goal.
pub fn goal(lang: Lang, goal: &Goal) -> String {
    match goal {
        Goal::Event {
            name,
            filter,
            amount,
        } => say(
            lang,
            ["{0}{1}: {2}", "{0}{1}：{2}"],
            &[
                Arg::Text(&happening(lang, name)),
                Arg::Text(&filter_text(lang, filter)),
                Arg::Text(&times(lang, *amount)),
            ],
        ),
        Goal::Answers { who, what } => {
            let what = what_text(lang, what);
            let (both, name): (Both, String) = match who {
                Who::One(by) => (["{0} is {1}", "{0} 是{1}"], call(lang, by)),
                Who::Some(calls) => (
                    ["a call of {0} returns {1}", "{0} 至少有一次得到{1}"],
                    calls_text(lang, calls),
                ),
                Who::Every(calls) => (
                    ["every call of {0} returns {1}", "{0} 每次都得到{1}"],
                    calls_text(lang, calls),
                ),
            };
            say(lang, both, &[Arg::Text(&name), Arg::Text(&what)])
        }
        Goal::Measure { quantity, amount } => say(
            lang,
            ["{0}: {1}", "{0}：{1}"],
            &[
                Arg::Text(&quantity_text(lang, quantity)),
                Arg::Text(&amount_text(lang, *amount)),
            ],
        ),
        Goal::NoSin => say(
            lang,
            ["no mistake is made, to the end", "从头到尾没有犯错"],
            &[],
        ),
        Goal::NoRiskyWait => say(
            lang,
            [
                "no call that may sleep stands in atomic context",
                "原子上下文里没有可能睡眠的调用",
            ],
            &[],
        ),
        Goal::Bytes { of, byte } => say(
            lang,
            ["every byte of {0} is {1}", "{0} 的每个字节都是 {1}"],
            &[Arg::Name(of), Arg::Hex((*byte).into())],
        ),
    }
}

/// Why a goal stands as it does; nothing when there is nothing to add.
pub fn finding(lang: Lang, goal: &Goal, finding: &Finding, run: &Run) -> String {
    let at_line = |index: usize, text: &str| {
        say(
            lang,
            ["line {0}: {1}", "第 {0} 行：{1}"],
            &[
                Arg::Number(run.calls()[index].span.line.into()),
                Arg::Text(text),
            ],
        )
    };
    match finding.found {
        Found::Plain => String::new(),
        Found::NoCall => say(lang, ["no such call was made yet", "还没有这样的调用"], &[]),
        Found::Number { value, .. } => say(lang, ["now {0}", "现在是 {0}"], &[Arg::Number(value)]),
        Found::Answered { call } => {
            let answer = sentences::answer(lang, &run.calls()[call], run);
            at_line(call, &answer)
        }
        Found::Wrong { call } if *goal == Goal::NoRiskyWait => at_line(
            call,
            [
                "this call may sleep, and nobody may here",
                "这次调用可能睡眠，而这里不允许睡眠",
            ][lang as usize],
        ),
        Found::Wrong { call } if *goal == Goal::NoSin => {
            let call = (call, &run.calls()[call]);
            let lost = sentences::leak(lang, call.1, run);
            let what = lost.unwrap_or_else(|| sentences::answer(lang, call.1, run));
            at_line(call.0, &what)
        }
        Found::Wrong { call } => {
            let answer = sentences::answer(lang, &run.calls()[call], run);
            at_line(call, &answer)
        }
        Found::Ended => match run.ended() {
            Some(why) => sentences::ended(lang, why).into(),
            None => String::new(),
        },
    }
}

/// A line of the start that had to stay is gone.
pub fn line_gone(lang: Lang, line: u32) -> String {
    say(
        lang,
        [
            "Line {0} of the start must stay as it is.",
            "起始脚本的第 {0} 行必须保持原样。",
        ],
        &[Arg::Number(line.into())],
    )
}

/// What golf counts, and how many.
pub fn score(lang: Lang, quantity: &Quantity, value: u64) -> String {
    say(
        lang,
        ["{0}: {1}", "{0}：{1}"],
        &[
            Arg::Text(&quantity_text(lang, quantity)),
            Arg::Number(value),
        ],
    )
}

// ── parts ─────────────────────────────────────────────────────────────────────────────────────────────────────────

fn call(lang: Lang, by: &CallRef) -> String {
    match by {
        CallRef::For(name) => format!("`{name}`"),
        CallRef::Line(line) => say(
            lang,
            ["the call in line {0}", "第 {0} 行的调用"],
            &[Arg::Number((*line).into())],
        ),
    }
}

fn calls_text(lang: Lang, calls: &Calls) -> String {
    match calls.size {
        None => format!("`{}`", calls.name),
        Some(size) => say(
            lang,
            ["{0} for {1 byte}", "申请 {1} 字节的 {0}"],
            &[Arg::Name(&calls.name), Arg::Number(size.into())],
        ),
    }
}

fn what_text(lang: Lang, what: &What) -> String {
    let (both, zone): (Both, _) = match what {
        What::Object { class: None, zone } => (["an object", "一个对象"], zone),
        What::Object {
            class: Some(_),
            zone,
        } => (["an object of {0} bytes", "一个 {0} 字节的对象"], zone),
        What::Pages { order: None, zone } => (["a block of pages", "一个页块"], zone),
        What::Pages {
            order: Some(_),
            zone,
        } => (["a block of order {0}", "一个 {0} 阶的块"], zone),
        What::Address { zone } => (["an address", "一个地址"], zone),
        What::Null { .. } => (["`NULL`", " `NULL`"], &None),
    };
    let number = match what {
        What::Object { class, .. } => *class,
        What::Pages { order, .. } => *order,
        _ => None,
    };
    let mut text = say(lang, both, &[Arg::Number(number.unwrap_or(0).into())]);
    if let Some(zone) = zone {
        text += &say(lang, [" in {0}", "（在 {0}）"], &[Arg::Name(zone.name())]);
    }
    if let What::Null {
        because: Some(because),
    } = what
    {
        let why = match reason(because) {
            Some(both) => both[lang as usize].into(),
            None => format!("`{because}`"),
        };
        text += &say(lang, [": {0}", "，因为{0}"], &[Arg::Text(&why)]);
    }
    text
}

fn quantity_text(lang: Lang, quantity: &Quantity) -> String {
    let (both, zone, number): (Both, _, u32) = match quantity {
        Quantity::FreePages(zone) => (["free pages", "空闲页数"], *zone, 0),
        Quantity::FreeBlocks { order, zone } => (
            ["free blocks of order {0}", "空闲块数（{0} 阶）"],
            *zone,
            *order,
        ),
        Quantity::Live => (["allocations not given back", "尚未释放的分配数"], None, 0),
        Quantity::Slabs { class } => (
            [
                "slabs of the class of {0} bytes",
                "{0} 字节大小类的 slab 数",
            ],
            None,
            *class,
        ),
        Quantity::PagesMin(zone) => (["`pages_min`", "`pages_min`"], Some(*zone), 0),
        Quantity::Calls => (["your calls", "你的调用次数"], None, 0),
        Quantity::Waste => (
            ["bytes given beyond those asked for", "多给的字节数"],
            None,
            0,
        ),
    };
    let text = say(lang, both, &[Arg::Number(number.into())]);
    match zone {
        None => text,
        Some(zone) => say(
            lang,
            ["{0} in {1}", "{1} 的{0}"],
            &[Arg::Text(&text), Arg::Name(zone.name())],
        ),
    }
}

fn amount_text(lang: Lang, amount: Amount) -> String {
    let (both, number): (Both, _) = match amount {
        Amount { least, most } if least == most => (["exactly {0}", "恰好 {0}"], least),
        Amount {
            least,
            most: u32::MAX,
        } => (["at least {0}", "至少 {0}"], least),
        Amount { most, .. } => (["at most {0}", "至多 {0}"], most),
    };
    say(lang, both, &[Arg::Number(number.into())])
}

/// How often something has to happen.
fn times(lang: Lang, amount: Amount) -> String {
    let once = |both: Both| say(lang, both, &[]);
    match amount {
        Amount::NONE => once(["never", "从不"]),
        Amount::SOME => once(["at least once", "至少 1 次"]),
        Amount { least: 1, most: 1 } => once(["exactly once", "恰好 1 次"]),
        Amount { least: 0, most: 1 } => once(["at most once", "至多 1 次"]),
        amount => {
            let amount = amount_text(lang, amount);
            say(lang, ["{0} times", "{0} 次"], &[Arg::Text(&amount)])
        }
    }
}

/// Which events are meant; it stands behind the name of the event.
fn filter_text(lang: Lang, filter: &Filter) -> String {
    let mut text = String::new();
    let mut add = |both: Both, arg: Arg<'_>| text += &say(lang, both, &[arg]);
    if let Some(order) = filter.order {
        add([" of order {0}", "，{0} 阶"], Arg::Number(order.into()));
    }
    if let Some(class) = filter.class {
        add(
            [" of the class of {0} bytes", "，{0} 字节的大小类"],
            Arg::Number(class.into()),
        );
    }
    if let Some(zone) = filter.zone {
        add([" in {0}", "，在 {0}"], Arg::Name(zone.name()));
    }
    match filter.granted {
        Some(true) => add([", passed", "，通过"], Arg::Text("")),
        Some(false) => add([", refused", "，未通过"], Arg::Text("")),
        None => {}
    }
    match filter.list {
        Some(Temperature::Hot) => add([", the hot list", "，热链表"], Arg::Text("")),
        Some(Temperature::Cold) => add([", the cold list", "，冷链表"], Arg::Text("")),
        None => {}
    }
    match filter.printed {
        Some(true) => add([", printed", "，打印出来"], Arg::Text("")),
        Some(false) => add([", not printed", "，没有打印"], Arg::Text("")),
        None => {}
    }
    if let Some(because) = filter.because {
        let why = match because {
            "cache-grow-bug" => ["`BUG()` in `cache_grow`", "`cache_grow` 里的 `BUG()`"],
            "repeat" => ["`__GFP_REPEAT`", "`__GFP_REPEAT`"],
            "no-fail" => ["`__GFP_NOFAIL`", "`__GFP_NOFAIL`"],
            _ => ["", ""],
        }[lang as usize];
        let arg = if why.is_empty() {
            Arg::Name(because)
        } else {
            Arg::Text(why)
        };
        add([", because of {0}", "，原因是 {0}"], arg);
    }
    if let Some(by) = &filter.by {
        let by = call(lang, by);
        add([" while {0} is served", "，分配 {0} 期间"], Arg::Text(&by));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use kmalloc_core::exercise::{Attempt, Exercise, verdict};
    use kmalloc_core::run::Bounds;
    use kmalloc_core::script::parse;

    /// Every form of goal and question has its sentence in both languages, with no place left open.
    #[test]
    fn every_form_is_said_in_both_languages() {
        let goals = [
            "event split",
            "event split at least 3 in Normal by p",
            "no zone-tested refused in DMA because no-retry",
            "event object-got of class 128 exactly 2",
            "event pcp-got cold in Normal by p",
            "event pcp-got hot in Normal by p",
            "event warned printed at most 1",
            "event warned unprinted at most 1",
            "call p answers object of class 128 in DMA",
            "call line 3 answers pages of order 2",
            "some kmalloc of 100 answers null because too-large",
            "every q answers address",
            "free pages at least 3",
            "free blocks of order 3 in DMA exactly 2",
            "live exactly 0",
            "slabs of class 64 at most 1",
            "pages_min in Normal at least 60",
            "calls at most 5",
            "waste at most 5",
            "no sin",
            "no wait in atomic context",
            "bytes of p are 0",
        ];
        let questions = [
            "bytes of p",
            "zone of p",
            "outcome of p",
            "reason of p",
            "sleep of p",
            "complaint of line 4",
            "pfn of p",
            "alignment of p",
            "mode of p",
            "need of p",
            "need of p in DMA",
            "walk of p",
            "rule of p",
            "byte 0 of p",
            "foreign of line 7",
            "same p q",
            "order of p q r",
            "free pages in Normal after p",
            "live",
            "count split by p",
            "next after taken by p : split listed",
            "line of might-sleep",
        ];
        for lang in Lang::ALL {
            let mut said = Vec::new();
            for line in goals {
                said.push(goal(lang, &Goal::parse(line).expect(line)));
            }
            for line in questions {
                said.push(question(lang, &Question::parse(line).expect(line)));
            }
            for text in &said {
                assert!(!text.is_empty() && !text.contains(['{', '}']), "{text}");
            }
            let mut once = said.clone();
            once.sort();
            once.dedup();
            assert_eq!(once.len(), said.len(), "two of them say the same");
        }
    }

    /// A call that loses an object answers as if all were well; the verdict tells what it lost.
    #[test]
    fn a_verdict_names_the_leak() {
        let text = "p = kmalloc(200, GFP_KERNEL);\np = kmalloc(400, GFP_KERNEL);\nkfree(p);\n";
        let exercise = Exercise::parse("kind do\ngoal no sin\n").expect("an exercise");
        let mut run = Run::new(&parse(text).scenario, Bounds::default()).expect("it boots");
        let attempt = Attempt {
            start: "",
            text,
            run: &mut run,
            guesses: &[],
        };
        let found = verdict(&exercise, attempt);
        for (lang, word) in [(Lang::En, "A leak."), (Lang::Zh, "内存泄漏")] {
            let why = finding(lang, &Goal::NoSin, &found.goals[0], &run);
            assert!(why.contains(word) && why.contains('2'), "{why}");
        }
    }

    /// Every word that can be chosen is said in words, in both languages, or is a name.
    #[test]
    fn every_choice_is_said() {
        let machine = kmalloc_core::lab::Lab::boot(parse("").scenario.machine).expect("it boots");
        for line in [
            "outcome of p",
            "reason of p",
            "sleep of p",
            "rule of p",
            "zone of p",
            "walk of p",
        ] {
            let question = Question::parse(line).expect(line);
            for word in question.choices(machine.machine()).expect("choices") {
                for lang in Lang::ALL {
                    let text = choice(lang, &question, &word);
                    assert!(
                        !text.contains('-') || text.contains(' ') || text.contains('`'),
                        "{text}"
                    );
                }
            }
        }
    }
}
