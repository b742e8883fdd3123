//! `check DIR`: whether every chapter and exercise of a folder is complete and right, with file and line of what is not.
//!
//! The files by themselves are `kmalloc-course`'s; here every scenario is run and every goal, question, solution and wrong
//! answer is put to the core. What is missing in the course as a whole is a summary, not a complaint, unless it is asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use kmalloc_core::exercise::{
    self as core, Attempt, Finding, Foresight, Found, Goal, Kind, Place, Question, Verdict, What,
    Who, verdict,
};
use kmalloc_core::run::{Bounds, Run};
use kmalloc_core::script::parse;
use kmalloc_course::{
    Ask, CLAIMS, Card, Chapter, Course, Exercise, LANGUAGES, Link, Located, MISCONCEPTIONS,
    Problem, Target, scenario_of,
};

/// What was found: what is wrong, and what the course covers.
pub struct Report {
    /// What is wrong, in the order of the files.
    pub problems: Vec<Problem>,
    /// What the course covers, as text.
    pub summary: String,
    /// What the course as a whole still lacks.
    pub gaps: Vec<String>,
}

/// Exercises of each kind, and exercises of three calls or more, that the finished course has at least.
const OF_EACH_KIND: usize = 5;
const OF_THREE_CALLS: usize = 12;
const IN_ALL: usize = 36;
/// The misconception that Linux 2.6.10 cannot show: it has no zone DMA32.
const NOT_SHOWN: u32 = 17;

/// Looks at every chapter of a folder.
pub fn check(root: &Path) -> Report {
    let (course, problems) = kmalloc_course::read(root);
    let mut checker = Checker { problems, long: 0 };
    for chapter in &course.chapters {
        checker.places(&course, chapter);
        for exercise in &chapter.exercises {
            checker.exercise(exercise);
        }
    }
    checker.duplicates(&course);
    checker.problems.sort();
    checker.problems.dedup();
    let (summary, gaps) = coverage(&course, checker.long);
    Report {
        problems: checker.problems,
        summary,
        gaps,
    }
}

/// Prints a report; returns the exit code.
pub fn print(root: &Path, complete: bool) -> std::io::Result<u8> {
    let report = check(root);
    let mut text = String::new();
    for problem in &report.problems {
        writeln!(text, "{problem}").expect("writing to a String cannot fail");
    }
    text += &report.summary;
    for gap in &report.gaps {
        writeln!(text, "still missing: {gap}").expect("writing to a String cannot fail");
    }
    let count = report.problems.len();
    writeln!(text, "{count} problem{}", if count == 1 { "" } else { "s" })
        .expect("writing to a String cannot fail");
    crate::print(&text)?;
    let bad = count > 0 || (complete && !report.gaps.is_empty());
    Ok(u8::from(bad))
}

struct Checker {
    problems: Vec<Problem>,
    /// Exercises whose solution makes three calls or more of its own.
    long: usize,
}

/// A scenario that runs.
struct Ran<'t> {
    text: &'t str,
    run: Run,
}

impl Checker {
    fn wrong(&mut self, file: PathBuf, line: usize, what: impl Into<String>) {
        self.problems.push(Problem {
            file,
            line,
            what: what.into(),
        });
    }

    /// Runs a text; what cannot be read of it is a problem.
    fn run<'t>(&mut self, file: &Path, first_line: usize, text: &'t str) -> Option<Ran<'t>> {
        let parsed = parse(text);
        for error in &parsed.errors {
            let line = first_line + error.span.line as usize;
            self.wrong(file.into(), line, error.to_string());
        }
        if !parsed.errors.is_empty() {
            return None;
        }
        let run = Run::new(&parsed.scenario, Bounds::default()).ok()?;
        Some(Ran { text, run })
    }

    // ── an exercise ───────────────────────────────────────────────────────────────────────────────────────────────

    fn exercise(&mut self, exercise: &Exercise) {
        let file = exercise.file();
        let kind = Kind::named(&exercise.kind.text);
        if kind.is_none() {
            let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
            let what = format!("`kind` is one of {}", kinds.join(", "));
            self.wrong(file.clone(), exercise.kind.line, what);
        }
        let before = self.problems.len();
        let goals: Vec<&Located> = exercise.goals.iter().collect();
        for goal in &goals {
            self.read(&file, goal, |text| Goal::parse(text).map(drop));
        }
        for ask in &exercise.asks {
            self.read(&file, &ask.question, |text| Question::parse(text).map(drop));
        }
        if let Some(score) = &exercise.score {
            self.read(&file, score, |text| core::read_score(text).map(drop));
        }
        for lines in &exercise.may_change {
            self.read(&file, lines, |text| core::read_lines(text).map(drop));
        }
        match kind {
            Some(Kind::Golf) if exercise.score.is_none() => {
                self.wrong(
                    file.clone(),
                    0,
                    "golf counts something: `score = \"calls\"` or \"waste\"",
                );
            }
            Some(Kind::Repair) if exercise.may_change.is_empty() => {
                let what = "a repair says which lines of start.kms may be changed: `may-change = [\"5-7\"]`";
                self.wrong(file.clone(), 0, what);
            }
            Some(Kind::Predict | Kind::Diagnose) if exercise.asks.is_empty() => {
                self.wrong(
                    file.clone(),
                    0,
                    "this kind asks something: a `[[ask]]` is missing",
                );
            }
            _ => {}
        }
        if self.problems.len() > before {
            return;
        }
        let Ok(read) = core::Exercise::parse(&exercise.lines()) else {
            return;
        };
        let path = |name: &str| exercise.folder.join(name);
        let start = self.run(&path("start.kms"), 0, &exercise.start);
        let solution = match &exercise.solution {
            Some(text) => self.run(&path("solution.kms"), 0, text),
            None => self.run(&path("start.kms"), 0, &exercise.start),
        };
        let wrong = exercise.wrong.as_deref();
        let wrong = wrong.and_then(|text| self.run(&path("wrong.kms"), 0, text));
        let (Some(mut start), Some(mut solution)) = (start, solution) else {
            return;
        };
        for (lines, (_, last)) in exercise.may_change.iter().zip(&read.may_change) {
            let there = exercise.start.lines().count();
            if *last as usize > there {
                let what = format!("start.kms has {there} lines");
                self.wrong(file.clone(), lines.line, what);
            }
        }
        let at_start = judge(&read, exercise, &mut start, &[]);
        if at_start.passed() {
            self.wrong(
                path("start.kms"),
                0,
                "the start passes already: there is nothing to do",
            );
        }
        if kind == Some(Kind::Predict) {
            for (ask, question) in exercise.asks.iter().zip(&read.questions) {
                if question.truth(&mut start.run).is_some() {
                    let what = "the start already answers this question: what decides belongs into solution.kms only";
                    self.wrong(file.clone(), ask.question.line, what);
                }
            }
        }
        if matches!(kind, Some(Kind::Predict | Kind::Diagnose)) {
            self.goals_that_tell(exercise, &read);
        }
        let Some(truths) = self.truths(exercise, &read, &mut solution) else {
            return;
        };
        let solved = judge(&read, exercise, &mut solution, &truths);
        self.solution(exercise, &solution.run, &solved);
        let own = solution
            .run
            .calls()
            .len()
            .saturating_sub(start.run.calls().len());
        self.long += usize::from(own >= 3);

        let mut tried = vec![at_start];
        if let Some(mut wrong) = wrong {
            let truths = guesses(&read, &mut wrong.run);
            let judged = judge(&read, exercise, &mut wrong, &truths);
            let open = judged.goals.iter().any(|finding| !finding.met);
            if judged.passed() {
                self.wrong(path("wrong.kms"), 0, "the wrong answer passes");
            } else if !open && exercise.asks.is_empty() {
                let line = judged.gone.unwrap_or_default();
                let what = format!(
                    "the wrong answer fails only because line {line} of start.kms is gone from it"
                );
                self.wrong(path("wrong.kms"), 0, what);
            }
            tried.push(judged);
        }
        self.goals_that_cannot_fail(exercise, &read, &solution, tried);
    }

    fn read(
        &mut self,
        file: &Path,
        line: &Located,
        read: impl Fn(&str) -> Result<(), core::Unread>,
    ) {
        if let Err(why) = read(&line.text) {
            let what = format!("`{}`: {why}", line.text);
            self.wrong(file.into(), line.line, what);
        }
    }

    /// The right answers, read off the run of the solution.
    fn truths(
        &mut self,
        exercise: &Exercise,
        read: &core::Exercise,
        solution: &mut Ran<'_>,
    ) -> Option<Vec<String>> {
        let file = exercise.file();
        let before = self.problems.len();
        let mut truths = Vec::new();
        for (ask, question) in exercise.asks.iter().zip(&read.questions) {
            let Some(truth) = question.truth(&mut solution.run) else {
                let what = "the solution's run does not answer this question";
                self.wrong(file.clone(), ask.question.line, what);
                continue;
            };
            self.guess(&file, ask, question, &truth, &solution.run);
            truths.push(truth);
        }
        (self.problems.len() == before).then_some(truths)
    }

    fn guess(&mut self, file: &Path, ask: &Ask, question: &Question, truth: &str, run: &Run) {
        let Ask {
            question: at,
            wrong,
        } = ask;
        match question.choices(run.start()) {
            Some(choices) => {
                let among =
                    |guess: &str| choices.iter().any(|choice| question.agrees(choice, guess));
                if !among(truth) {
                    let what = format!(
                        "the answer, `{truth}`, is none of the choices: {}",
                        choices.join(", ")
                    );
                    self.wrong(file.into(), at.line, what);
                }
                if !among(&wrong.text) {
                    let what = format!(
                        "`{}` is none of the choices: {}",
                        wrong.text,
                        choices.join(", ")
                    );
                    self.wrong(file.into(), wrong.line, what);
                }
            }
            None => {
                let digits = wrong.text.strip_prefix("0x").unwrap_or(&wrong.text);
                if u64::from_str_radix(digits, 16).is_err() {
                    let what = format!("`{}` is no number, and a number is asked for", wrong.text);
                    self.wrong(file.into(), wrong.line, what);
                }
            }
        }
        if question.agrees(&wrong.text, truth) {
            let what = format!("`{}` is the right answer", wrong.text);
            self.wrong(file.into(), wrong.line, what);
        }
    }

    fn solution(&mut self, exercise: &Exercise, run: &Run, solved: &Verdict) {
        for (goal, finding) in exercise.goals.iter().zip(&solved.goals) {
            if !finding.met {
                let what = format!(
                    "the solution does not reach this goal: {}",
                    why(finding, run)
                );
                self.wrong(exercise.file(), goal.line, what);
            }
        }
        for (ask, foresight) in exercise.asks.iter().zip(&solved.questions) {
            if !matches!(foresight, Foresight::Right { .. }) {
                let what = "the run's own answer does not pass";
                self.wrong(exercise.file(), ask.question.line, what);
            }
        }
        if let Some(line) = solved.gone {
            let what = format!(
                "line {line} of start.kms is gone: it must stay, or `may-change` in exercise.toml names it"
            );
            self.wrong(exercise.folder.join("solution.kms"), 0, what);
        }
    }

    /// Goals stand on the page before anything is answered: none of them may say what is asked.
    fn goals_that_tell(&mut self, exercise: &Exercise, read: &core::Exercise) {
        for (line, goal) in exercise.goals.iter().zip(&read.goals) {
            if read.questions.iter().any(|question| tells(goal, question)) {
                let what = "this goal tells what a question asks, and it is read before the answer";
                self.wrong(exercise.file(), line.line, what);
            }
        }
    }

    /// A goal is proved to be one by an attempt that misses it: the start, the wrong answer, or the solution with a line
    /// changed.
    fn goals_that_cannot_fail(
        &mut self,
        exercise: &Exercise,
        read: &core::Exercise,
        solution: &Ran<'_>,
        tried: Vec<Verdict>,
    ) {
        let missed = |verdict: &Verdict| -> Vec<bool> {
            verdict.goals.iter().map(|finding| !finding.met).collect()
        };
        let mut can_fail = vec![false; exercise.goals.len()];
        let mut learn = |verdict: &Verdict| {
            for (known, missed) in can_fail.iter_mut().zip(missed(verdict)) {
                *known |= missed;
            }
            can_fail.iter().all(|known| *known)
        };
        if tried.iter().fold(false, |_, verdict| learn(verdict)) {
            return;
        }
        for text in mutants(solution.text) {
            let parsed = parse(&text);
            if !parsed.errors.is_empty() {
                continue;
            }
            let Ok(run) = Run::new(&parsed.scenario, Bounds::default()) else {
                continue;
            };
            let mut mutant = Ran { text: &text, run };
            if learn(&judge(read, exercise, &mut mutant, &[])) {
                return;
            }
        }
        for (goal, can_fail) in exercise.goals.iter().zip(can_fail) {
            if !can_fail {
                let what = "this goal cannot fail: neither the start, nor the wrong answer, nor the solution with one \
                            line changed misses it";
                self.wrong(exercise.file(), goal.line, what);
            }
        }
    }

    // ── the prose ─────────────────────────────────────────────────────────────────────────────────────────────────

    /// Every card runs, and every moment that a link or a card names is there.
    fn places(&mut self, course: &Course, chapter: &Chapter) {
        for (at, language) in LANGUAGES.iter().enumerate() {
            let page = &chapter.pages[at];
            let file = chapter.folder.join(format!("{language}.md"));
            let runs = self.cards(&file, &page.cards);
            self.here(&file, &page.links, &runs, "no card of this page has");
            for link in &page.links {
                self.place_of_link(course, chapter, &file, link, &page.cards);
            }
            for exercise in &chapter.exercises {
                let text = &exercise.texts[at];
                let file = exercise.folder.join(format!("{language}.md"));
                let mut runs = self.cards(&file, &text.cards);
                if text.links.iter().any(|link| link.to == Target::Here) {
                    let texts = [Some(&exercise.start), exercise.solution.as_ref()];
                    runs.extend(texts.into_iter().flatten().filter_map(|text| run_of(text)));
                }
                let nowhere = "neither the start nor the solution has";
                self.here(&file, &text.links, &runs, nowhere);
                let all: Vec<Card> = text.cards.iter().chain(&page.cards).cloned().collect();
                for link in &text.links {
                    self.place_of_link(course, chapter, &file, link, &all);
                }
            }
        }
    }

    /// Runs the cards of a page; each has the moment it opens at.
    fn cards(&mut self, file: &Path, cards: &[Card]) -> Vec<Run> {
        let mut runs = Vec::new();
        for card in cards {
            let Some(Ran { run, .. }) = self.run(file, card.line, &card.text) else {
                continue;
            };
            if !card.at.is_empty() {
                self.place(file, card.line, &card.at, Some(&run));
            }
            runs.push(run);
        }
        runs
    }

    /// A link that moves in what is on the page leads to a moment that something on this page has.
    fn here(&mut self, file: &Path, links: &[Link], runs: &[Run], nowhere: &str) {
        for link in links.iter().filter(|link| link.to == Target::Here) {
            match Place::parse(&link.at) {
                Ok(place) if !runs.iter().any(|run| place.cursor(run).is_some()) => {
                    let what = format!("{nowhere} the moment `{}`", link.at);
                    self.wrong(file.into(), link.line, what);
                }
                _ => {}
            }
        }
    }

    fn place_of_link(
        &mut self,
        course: &Course,
        chapter: &Chapter,
        file: &Path,
        link: &Link,
        cards: &[Card],
    ) {
        if link.at.is_empty() {
            return;
        }
        match &link.to {
            Target::Lab(name) => {
                let text = scenario_of(course, chapter, cards, name);
                if let Some(run) = text.and_then(run_of) {
                    self.place(file, link.line, &link.at, Some(&run));
                }
            }
            _ => self.place(file, link.line, &link.at, None),
        }
    }

    fn place(&mut self, file: &Path, line: usize, at: &str, run: Option<&Run>) {
        match Place::parse(at) {
            Err(why) => self.wrong(file.into(), line, format!("`{at}`: {why}")),
            Ok(place) => {
                if run.is_some_and(|run| place.cursor(run).is_none()) {
                    let what = format!("the scenario has no moment `{at}`");
                    self.wrong(file.into(), line, what);
                }
            }
        }
    }

    // ── the course ────────────────────────────────────────────────────────────────────────────────────────────────

    /// No two exercises are about the same claim in the same way from the same start.
    fn duplicates(&mut self, course: &Course) {
        let mut seen: BTreeMap<(u32, &str, String), &Path> = BTreeMap::new();
        for exercise in exercises(course) {
            let start = kmalloc_core::script::print(&parse(&exercise.start).scenario);
            for claim in exercise.claims.iter().collect::<BTreeSet<_>>() {
                let same = (*claim, exercise.kind.text.as_str(), start.clone());
                match seen.get(&same) {
                    Some(other) => {
                        let what = format!(
                            "the same claim ({claim}), kind and start as {}",
                            other.display()
                        );
                        self.wrong(exercise.file(), exercise.kind.line, what);
                    }
                    None => {
                        seen.insert(same, &exercise.folder);
                    }
                }
            }
        }
    }
}

/// The run of a text that is right; what is wrong with one is said where it stands.
fn run_of(text: &str) -> Option<Run> {
    let parsed = parse(text);
    let right = parsed.errors.is_empty().then_some(parsed.scenario)?;
    Run::new(&right, Bounds::default()).ok()
}

fn exercises(course: &Course) -> impl Iterator<Item = &Exercise> {
    course
        .chapters
        .iter()
        .flat_map(|chapter| &chapter.exercises)
}

/// Whether a goal says, in whole or in part, what a question asks.
fn tells(goal: &Goal, question: &Question) -> bool {
    if let (
        Goal::Event { name, filter, .. },
        Question::Count {
            name: asked,
            filter: about,
        },
    ) = (goal, question)
    {
        return name == asked && filter == about;
    }
    let Goal::Answers {
        who: Who::One(told),
        what,
    } = goal
    else {
        return false;
    };
    match question {
        Question::Outcome(asked) | Question::Reason(asked) => told == asked,
        Question::Bytes(asked) => {
            let class = matches!(what, What::Object { class: Some(_), .. });
            told == asked && (class || matches!(what, What::Null { .. }))
        }
        Question::Zone(asked) => {
            let zone = match what {
                What::Object { zone, .. } | What::Pages { zone, .. } | What::Address { zone } => {
                    zone.is_some()
                }
                What::Null { .. } => true,
            };
            told == asked && zone
        }
        _ => false,
    }
}

fn judge(
    read: &core::Exercise,
    exercise: &Exercise,
    ran: &mut Ran<'_>,
    guesses: &[String],
) -> Verdict {
    let attempt = Attempt {
        start: &exercise.start,
        text: ran.text,
        run: &mut ran.run,
        guesses,
    };
    verdict(read, attempt)
}

fn guesses(read: &core::Exercise, run: &mut Run) -> Vec<String> {
    let questions = read.questions.iter();
    questions
        .map(|question| question.truth(run).unwrap_or_default())
        .collect()
}

/// The text with one thing changed, in every way that is tried.
fn mutants(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let is_header = |line: &str| line.starts_with("kernel ") || line.starts_with("machine ");
    let with = |at: usize, new: &[String]| {
        let before = lines[..at].iter().map(|line| (*line).to_string());
        let after = lines[at + 1..].iter().map(|line| (*line).to_string());
        let all: Vec<String> = before.chain(new.iter().cloned()).chain(after).collect();
        all.join("\n") + "\n"
    };
    let header: Vec<&str> = lines
        .iter()
        .copied()
        .filter(|line| is_header(line))
        .collect();
    let mut mutants = vec![header.join("\n") + "\n"];
    for (at, line) in lines.iter().enumerate() {
        if is_header(line) || line.trim().is_empty() || line.trim().starts_with("//") {
            continue;
        }
        let line = (*line).to_string();
        mutants.push(with(at, &[]));
        mutants.push(with(at, &[line.clone(), line.clone()]));
        mutants.push(with(at, &vec![line.clone(); 50]));
        for (from, to) in [
            ("GFP_KERNEL", "GFP_ATOMIC"),
            ("GFP_ATOMIC", "GFP_KERNEL"),
            ("GFP_KERNEL", "GFP_DMA"),
        ] {
            if line.contains(from) {
                mutants.push(with(at, &[line.replace(from, to)]));
            }
        }
        let scales: [fn(u32) -> u32; 4] = [
            |n| n.saturating_mul(2),
            |n| n / 2,
            |n| n.saturating_mul(40),
            |n| n.saturating_add(1),
        ];
        for scale in scales {
            let changed = with_numbers(&line, scale);
            if changed != line {
                mutants.push(with(at, &[changed]));
            }
        }
    }
    mutants
}

/// A line with every decimal number changed that stands by itself.
fn with_numbers(line: &str, change: impl Fn(u32) -> u32) -> String {
    let mut out = String::new();
    let mut digits = String::new();
    let mut last = ' ';
    for letter in line.chars().chain(['\n']) {
        if letter.is_ascii_digit() && !last.is_ascii_alphabetic() && last != '_' {
            digits.push(letter);
            continue;
        }
        match digits.parse() {
            Ok(number) => {
                write!(out, "{}", change(number)).expect("writing to a String cannot fail")
            }
            Err(_) => out.push_str(&digits),
        }
        digits.clear();
        out.push(letter);
        last = letter;
    }
    out.trim_end_matches('\n').to_string()
}

/// Why a goal was missed, in words.
fn why(finding: &Finding, run: &Run) -> String {
    let line = |call: usize| run.calls()[call].span.line;
    match finding.found {
        Found::Plain => "it is not so".into(),
        Found::NoCall => "no such call is made".into(),
        Found::Number { value, .. } => format!("it is {value}"),
        Found::Answered { call } => {
            format!("line {} answers {:?}", line(call), run.calls()[call].answer)
        }
        Found::Wrong { call } => format!("line {} is wrong", line(call)),
        Found::Ended => format!("the run ends early: {:?}", run.ended()),
    }
}

/// What the course covers by claim, kind and misconception, and what it lacks.
fn coverage(course: &Course, long: usize) -> (String, Vec<String>) {
    let all: Vec<&Exercise> = exercises(course).collect();
    let count =
        |fits: &dyn Fn(&Exercise) -> bool| all.iter().filter(|exercise| fits(exercise)).count();
    let row = |name: &str, most: u32, numbers: &dyn Fn(&Exercise) -> &[u32]| {
        let counts = (1..=most).map(|number| {
            let times = count(&|exercise| numbers(exercise).contains(&number));
            format!(
                "{number}:{}",
                if times == 0 {
                    "-".into()
                } else {
                    times.to_string()
                }
            )
        });
        format!("{name:<15}{}\n", counts.collect::<Vec<_>>().join(" "))
    };
    let lacking = |most: u32, numbers: &dyn Fn(&Exercise) -> &[u32]| -> Vec<String> {
        let none = |number: &u32| count(&|exercise| numbers(exercise).contains(number)) == 0;
        (1..=most)
            .filter(none)
            .map(|number| number.to_string())
            .collect()
    };
    let minutes: u32 = all.iter().map(|exercise| exercise.minutes).sum();
    let mut text = format!(
        "{} chapters, {} exercises, {minutes} minutes of exercises, {long} with three calls or more\n",
        course.chapters.len(),
        all.len(),
    );
    let mut gaps = Vec::new();
    if all.len() < IN_ALL {
        gaps.push(format!("{} exercises of {IN_ALL}", IN_ALL - all.len()));
    }
    if long < OF_THREE_CALLS {
        gaps.push(format!(
            "{} exercises of three calls or more",
            OF_THREE_CALLS - long
        ));
    }
    let kinds: Vec<String> = Kind::ALL
        .iter()
        .map(|kind| {
            let times = count(&|exercise| exercise.kind.text == kind.name());
            if times < OF_EACH_KIND {
                gaps.push(format!("{} of kind {}", OF_EACH_KIND - times, kind.name()));
            }
            format!("{}:{times}", kind.name())
        })
        .collect();
    writeln!(text, "{:<15}{}", "kinds", kinds.join(" ")).expect("writing to a String cannot fail");
    text += &row("claims", CLAIMS, &|exercise| &exercise.claims);
    text += &row("misconceptions", MISCONCEPTIONS, &|exercise| {
        &exercise.misconceptions
    });
    let treated = |claim: &u32| {
        let mut chapters = course.chapters.iter();
        chapters.any(|chapter| chapter.claims.contains(claim))
    };
    let untreated: Vec<String> = (1..=CLAIMS)
        .filter(|claim| !treated(claim))
        .map(|claim| claim.to_string())
        .collect();
    if !untreated.is_empty() {
        gaps.push(format!("prose for claim {}", untreated.join(", ")));
    }
    let claims = lacking(CLAIMS, &|exercise| &exercise.claims);
    if !claims.is_empty() {
        gaps.push(format!("an exercise for claim {}", claims.join(", ")));
    }
    let mut misconceptions = lacking(MISCONCEPTIONS, &|exercise| &exercise.misconceptions);
    misconceptions.retain(|number| *number != NOT_SHOWN.to_string());
    if !misconceptions.is_empty() {
        gaps.push(format!(
            "an exercise for misconception {}",
            misconceptions.join(", ")
        ));
    }
    (text, gaps)
}
