//! Goals and questions against runs: what is met, what is not, and what was found.

use kmalloc_core::exercise::{
    Attempt, Exercise, Foresight, Found, Goal, Place, Question, Verdict, builds_on, verdict,
};
use kmalloc_core::run::{Bounds, Run};
use kmalloc_core::script::parse;

fn run(text: &str) -> Run {
    let parsed = parse(text);
    assert_eq!(parsed.errors, [], "{text}");
    Run::new(&parsed.scenario, Bounds::default()).expect("its machine boots")
}

fn judge(lines: &str, start: &str, text: &str, guesses: &[&str]) -> Verdict {
    let exercise = Exercise::parse(lines).expect(lines);
    let guesses: Vec<String> = guesses.iter().map(ToString::to_string).collect();
    let attempt = Attempt {
        start,
        text,
        run: &mut run(text),
        guesses: &guesses,
    };
    verdict(&exercise, attempt)
}

const GROW: &str = "for (i = 0; i < 70; i++) q[i] = kmalloc(4000, GFP_KERNEL);\n";
const IRQ: &str = "irq { p = kmalloc(64, GFP_KERNEL); }\n";
const LOCKED: &str = "spin_lock(&l);\np = kmalloc(64, GFP_KERNEL);\nspin_unlock(&l);\n";
const TWICE: &str = "p = kmalloc(64, GFP_KERNEL);\nkfree(p);\nkfree(p);\n";
const BIG: &str = "p = kmalloc(131073, GFP_KERNEL);\n";
const ZERO: &str = "p = kmalloc(10, GFP_KERNEL);\nmemset(p, 0, 10);\n";
const COLD: &str =
    "a = alloc_pages(GFP_KERNEL, 0);\nb = alloc_pages(GFP_KERNEL | __GFP_COLD, 0);\n";
const RATION: &str = "for (i = 0; i < 12; i++) p = __get_free_pages(GFP_ATOMIC, 10);\n";
const DMA: &str = "p = kmalloc(64, GFP_DMA);\nh = __get_free_pages(GFP_KERNEL, 2);\n";

/// A scenario, a goal that it reaches, and one like it that it misses.
const GOALS: &[(&str, &str, &str)] = &[
    (
        GROW,
        "event slab-grew of class 4096 at least 10",
        "event slab-grew of class 128 at least 10",
    ),
    (
        GROW,
        "event zone-tested granted in Normal",
        "event zone-tested refused in Normal",
    ),
    (
        GROW,
        "event split of order 3",
        "event split of order 3 in DMA",
    ),
    (GROW, "no warned", "no split"),
    (
        COLD,
        "event pcp-got cold in Normal by b exactly 1",
        "event pcp-got hot by b",
    ),
    (
        RATION,
        "event warned printed exactly 10",
        "event warned printed exactly 12",
    ),
    (
        RATION,
        "event warned unprinted exactly 2",
        "event split unprinted",
    ),
    (
        GROW,
        "event class-chosen by q[3] exactly 1",
        "event class-chosen by q[3] at least 2",
    ),
    (IRQ, "event might-sleep by line 1", "no might-sleep"),
    (DMA, "no wait in atomic context", "calls at most 1"),
    (IRQ, "no sin", "no wait in atomic context"),
    (LOCKED, "no might-sleep", "no wait in atomic context"),
    (TWICE, "event sinned because double-free", "no sin"),
    (
        BIG,
        "call p answers null because too-large",
        "call p answers null because no-retry",
    ),
    (
        BIG,
        "some kmalloc of 131073 answers null",
        "some kmalloc of 131072 answers null",
    ),
    (BIG, "no sin", "call q answers null"),
    (ZERO, "bytes of p are 0", "bytes of p are 1"),
    (
        ZERO,
        "call p answers object of class 32",
        "call p answers object of class 64",
    ),
    (
        ZERO,
        "call line 1 answers address",
        "call line 2 answers address",
    ),
    (ZERO, "waste exactly 22", "waste at most 21"),
    (
        DMA,
        "call p answers object in DMA",
        "call p answers object in Normal",
    ),
    (
        DMA,
        "call h answers pages of order 2 in Normal",
        "call h answers pages of order 1",
    ),
    (
        DMA,
        "every kmalloc answers address in DMA",
        "every __get_free_pages answers address in DMA",
    ),
    (
        GROW,
        "every q answers object of class 4096",
        "every q answers object of class 4096 in DMA",
    ),
    (GROW, "live exactly 70", "live at most 69"),
    (TWICE, "live exactly 0", "live at least 1"),
    (
        GROW,
        "slabs of class 4096 at least 70",
        "slabs of class 4096 at most 69",
    ),
    (
        GROW,
        "pages_min in Normal exactly 56",
        "pages_min in DMA exactly 56",
    ),
    (
        GROW,
        "free pages in Normal at most 960",
        "free pages in DMA at most 240",
    ),
    (
        DMA,
        "free blocks of order 9 in Normal exactly 1",
        "free blocks of order 9 in DMA exactly 1",
    ),
];

#[test]
fn goals_are_met_and_missed() {
    for (text, met, missed) in GOALS {
        let verdict = judge(&format!("goal {met}\ngoal {missed}"), "", text, &[]);
        assert!(
            verdict.goals[0].met,
            "{met}: {:?}\n{text}",
            verdict.goals[0]
        );
        assert!(
            !verdict.goals[1].met,
            "{missed}: {:?}\n{text}",
            verdict.goals[1]
        );
        assert!(!verdict.passed());
    }
}

#[test]
fn a_finding_says_where() {
    let found = |text, goal: &str| {
        judge(&format!("goal {goal}"), "", text, &[]).goals[0]
            .found
            .clone()
    };
    assert_eq!(found(TWICE, "no sin"), Found::Wrong { call: 2 });
    assert_eq!(
        found(LOCKED, "no wait in atomic context"),
        Found::Wrong { call: 1 }
    );
    assert_eq!(
        found(BIG, "call p answers object"),
        Found::Answered { call: 0 }
    );
    let Found::Number {
        value: 0,
        cursor: None,
    } = found(ZERO, "event sinned")
    else {
        panic!("nothing sinned")
    };
}

/// A scenario, a question, its answer, and one that is wrong.
const QUESTIONS: &[(&str, &str, &str, &str)] = &[
    (ZERO, "bytes of p", "32", "10"),
    (DMA, "zone of p", "DMA", "Normal"),
    (BIG, "zone of p", "null", "Normal"),
    (BIG, "outcome of p", "null", "served"),
    (BIG, "reason of p", "too-large", "no-retry"),
    (ZERO, "sleep of p", "no", "yes"),
    (IRQ, "complaint of p", "yes", "no"),
    (ZERO, "mode of p", "0xd0", "0x20"),
    (ZERO, "mode of p", "208", "210"),
    (DMA, "need of h", "74", "71"),
    (DMA, "walk of h", "Normal", "Normal DMA"),
    (ZERO, "rule of p", "first-class-that-fits", "power-of-two"),
    (TWICE, "count class-chosen by p", "1", "2"),
    (TWICE, "line of sinned", "3", "2"),
    (TWICE, "live", "0", "1"),
    (GROW, "live after q[9]", "10", "70"),
    (GROW, "slabs of class 4096 after q[0]", "1", "2"),
    (GROW, "order of q[0] q[69]", "q[0] q[69]", "q[69] q[0]"),
    (
        "p = kmalloc(9, GFP_KERNEL);\nkfree(p);\nq = kmalloc(9, GFP_KERNEL);\n",
        "same p q",
        "yes",
        "no",
    ),
    (
        "p = kmalloc(9, GFP_KERNEL);\nmemset(p, 0x41, 9);\nkfree(p);\nq = kmalloc(9, GFP_KERNEL);\n",
        "byte 0 of q",
        "0x41",
        "0",
    ),
    (
        "p = kmalloc(9, GFP_KERNEL);\nmemset(p, 0x41, 9);\nkfree(p);\nq = kmalloc(9, GFP_KERNEL);\ncopy_to_user(q, 9);\n",
        "foreign of line 5",
        "9",
        "0",
    ),
    (
        GROW,
        "next after class-chosen by q[0] : array-empty zone-tested slab-grew",
        "array-empty",
        "slab-grew",
    ),
];

#[test]
fn questions_are_answered_by_the_run() {
    for (text, line, right, wrong) in QUESTIONS {
        let question = Question::parse(line).expect(line);
        let mut run = run(text);
        let truth = question
            .truth(&mut run)
            .unwrap_or_else(|| panic!("{line}: no answer\n{text}"));
        assert!(
            question.agrees(right, &truth),
            "{line}: {truth}, not {right}\n{text}"
        );
        assert!(!question.agrees(wrong, &truth), "{line}: {truth}\n{text}");
        if let Some(choices) = question.choices(run.start()) {
            for word in [right, wrong] {
                assert!(
                    choices.iter().any(|choice| choice == word),
                    "{line}: {word} of {choices:?}"
                );
            }
        }
        let judged = judge(&format!("ask {line}"), "", text, &[right]);
        assert!(judged.passed(), "{line}: {judged:?}");
        let judged = judge(&format!("ask {line}"), "", text, &[wrong]);
        assert!(
            matches!(judged.questions[0], Foresight::Wrong { .. }),
            "{line}: {judged:?}"
        );
        assert_eq!(
            judge(&format!("ask {line}"), "", text, &[]).questions,
            [Foresight::Unguessed]
        );
        assert_eq!(
            judge(&format!("ask {line}"), "", "", &[right]).questions[0] == Foresight::NotRun,
            *line != "live"
        );
    }
}

/// Only the rule of the kernel holds for every size; each other one is refuted near to what was asked.
#[test]
fn a_rule_is_tried_on_every_size() {
    let text = "p = kmalloc(100, GFP_KERNEL);\n";
    for (rule, size) in [("exact", 100), ("power-of-two", 96), ("whole-pages", 100)] {
        let judged = judge("ask rule of p", "", text, &[rule]);
        let Foresight::Wrong {
            counterexample: Some(found),
            ..
        } = &judged.questions[0]
        else {
            panic!("{rule}: {judged:?}")
        };
        assert_eq!(found.size, size, "{rule}");
        assert_ne!(found.rule_gives, found.kernel_gives);
    }
}

/// The lines of the start stay, in their order; only the learner's own calls are counted.
#[test]
fn the_start_stays() {
    let start = "a = kmalloc(1, GFP_KERNEL);\n// here\nb = kmalloc(2, GFP_KERNEL);\n";
    let own = "a = kmalloc(1, GFP_KERNEL);\nc = kmalloc(3, GFP_KERNEL);\n\n  b=kmalloc(2,   GFP_KERNEL); // so\n";
    let judged = judge("score calls\ngoal calls at most 1", start, own, &[]);
    assert_eq!((judged.gone, judged.score), (None, Some(1)));
    assert!(judged.passed());
    let changed = "b = kmalloc(2, GFP_KERNEL);\na = kmalloc(1, GFP_KERNEL);\n";
    assert!(
        judge("", start, changed, &[]).gone.is_some(),
        "another order"
    );
    let without = "b = kmalloc(2, GFP_KERNEL);\n";
    assert_eq!(judge("", start, without, &[]).gone, Some(1));
    assert!(!judge("", start, without, &[]).passed());
    assert_eq!(judge("change 1", start, without, &[]).gone, None);
    assert_eq!(judge("change 2-3", start, without, &[]).gone, Some(1));
}

#[test]
fn what_cannot_be_read_is_said() {
    for (line, said) in [
        (
            "event splt",
            "expected the name of an event, found `splt`; did you mean `split`?",
        ),
        (
            "event split in Low",
            "expected DMA, Normal or HighMem, found `Low`",
        ),
        (
            "event split at least many",
            "expected a number, found `many`",
        ),
        ("event split often", "expected the end, found `often`"),
        ("call p is null", "expected `answers`, found `is`"),
        (
            "calls",
            "expected `at least`, `at most` or `exactly` and a number, found the end",
        ),
        (
            "bytes of p are 256",
            "expected a number from 0 to 255, found `256`",
        ),
        (
            "no split at most 3",
            "expected no number after `no`, found `3`",
        ),
    ] {
        let error = Goal::parse(line).expect_err(line);
        assert_eq!(error.to_string(), said, "{line}");
    }
    assert!(Question::parse("calls").is_err());
    let error = Exercise::parse("kind do\n\ngoal nothing\n").expect_err("it is no goal");
    assert_eq!(error.line, 3);
}

#[test]
fn moments_are_found() {
    let run = run(TWICE);
    let cursor = |text: &str| Place::parse(text).expect(text).cursor(&run);
    let calls = run.calls();
    assert_eq!(cursor("call=2"), Some(calls[1].first));
    assert_eq!(cursor("after=2"), Some(calls[1].end));
    assert_eq!(cursor("line=3"), Some(calls[2].first));
    assert_eq!(cursor("end"), Some(run.len()));
    let third = cursor("event=called:3").expect("three calls were made");
    assert_eq!(
        run.event(third - 1).map(|event| event.name()),
        Some("called")
    );
    assert_eq!(third, calls[2].first + 1);
    assert_eq!(cursor("event=called:4"), None);
    assert_eq!(cursor("call=9"), None);
    for text in ["", "call", "call=0", "call=x", "at=3", "event=splt"] {
        assert!(Place::parse(text).is_err(), "{text}");
    }
}

#[test]
fn a_text_that_kept_what_must_stay_is_known_for_the_exercises_own() {
    let start =
        "a = kmalloc(9, GFP_KERNEL);\np = kmalloc(64, GFP_KERNEL);\nmemset(p, 0, 64);\nkfree(p);\n";
    let solved = "a = kmalloc(9, GFP_KERNEL);\np = alloc_pages(GFP_HIGHUSER, 0);\n";
    let known = |lines: &str, text: &str| {
        let exercise = Exercise::parse(lines).expect(lines);
        builds_on(&exercise, start, text)
    };
    assert!(known("change 2-4\ngoal no sin", solved));
    assert!(!known(
        "change 2-4\ngoal no sin",
        "p = alloc_pages(GFP_HIGHUSER, 0);\n"
    ));
    assert!(
        !known("goal no sin", solved),
        "three of four lines had to stay"
    );
    assert!(known(
        "goal no sin",
        &start.replace("memset(p, 0, 64);\nkfree(p);", "")
    ));
}
