//! Scenario text and links from outside: errors in the student's language, recovery, and laws over random scenarios
//! and random rubbish. What single functions do is tested beside them.

use kmalloc_core::event::Dma;
use kmalloc_core::gfp::Gfp;
use kmalloc_core::profile::{MachineSpec, Reserve};
use kmalloc_core::run::{Bounds, Run};
use kmalloc_core::script::ast::{
    Call, FilePages, Index, Place, Pointer, Scenario, Span, Stmt, StmtKind, Sysctl, Who,
};
use kmalloc_core::script::edit::{append_call, fresh_name, with_machine};
use kmalloc_core::script::link::{
    LinkError, Shared, decode, decode_sequence, encode, encode_sequence, from_fragment, to_fragment,
};
use kmalloc_core::script::parse::{MAX_ERRORS, is_name};
use kmalloc_core::script::{MAX_DEPTH, MAX_STATEMENTS, MAX_TEXT, parse, print};

/// The errors of a text as the command line prints them.
fn errors(text: &str) -> Vec<String> {
    parse(text).errors.iter().map(ToString::to_string).collect()
}

/// The statements of a text as printed.
fn body(text: &str) -> Vec<String> {
    print(&parse(text).scenario)
        .lines()
        .skip(2)
        .map(str::to_owned)
        .collect()
}

#[test]
fn errors_speak_the_students_language() {
    let cases: &[(&str, &[&str])] = &[
        // Calls.
        (
            "p = kmalloc(100, GFP_KERNEL)",
            &["1:29 expected `;`, found end of line"],
        ),
        (
            "p = kmalloc(100 GFP_KERNEL);",
            &["1:17 expected `,`, found `GFP_KERNEL`"],
        ),
        ("p = kmalloc(100;", &["1:16 expected `,`, found `;`"]),
        (
            "p = kmalloc(100, GFP_KERNEL;",
            &["1:12 this `(` is never closed"],
        ),
        (
            "p = kmalloc(100, GFP_KERNEL, 3);",
            &["1:28 expected `|` or `)`, found `,`"],
        ),
        (
            "p = kmalloc(, GFP_KERNEL);",
            &["1:13 expected a number, found `,`"],
        ),
        (
            "p = kmalloc(4K, GFP_KERNEL);",
            &["1:13 expected a number, found `4K`"],
        ),
        (
            "p = kmalloc(010, GFP_KERNEL);",
            &["1:13 expected a number, found `010`"],
        ),
        ("kfree();", &["1:7 expected a name or `NULL`, found `)`"]),
        ("kfree p;", &["1:7 expected `(`, found `p`"]),
        ("kfree(p", &["1:6 this `(` is never closed"]),
        ("p;", &["1:2 expected `=`, `[` or `(`, found `;`"]),
        ("q[0];", &["1:5 expected `=`, found `;`"]),
        ("p = 5;", &["1:5 expected a name or `NULL`, found `5`"]),
        ("spin_lock(lock);", &["1:11 expected `&`, found `lock`"]),
        (
            "p = kfree(q);",
            &[
                "1:5 expected `kmalloc`, `__get_free_pages`, `alloc_pages`, `alloc_pages_node`, `kmap` or `vmalloc`, found `kfree`",
            ],
        ),
        ("*p = q;", &["1:1 expected a statement, found `*`"]),
        ("p = kmalloc(1, 0)；", &["1:18 expected `;`, found `；`"]),
        // Names.
        (
            "p = kmaloc(1, 0);",
            &["1:5 no call is named `kmaloc`; did you mean `kmalloc`?"],
        ),
        ("vmalloc_user(1);", &["1:1 no call is named `vmalloc_user`"]),
        (
            "sofirq { kfree(p); }",
            &["1:1 no call is named `sofirq`; did you mean `softirq`?"],
        ),
        (
            "p = kmalloc(1, GFP_KERNLE);",
            &["1:16 no flag is named `GFP_KERNLE`; did you mean `GFP_KERNEL`?"],
        ),
        (
            "p = kmalloc(1, __GFP_ZERO | 0);",
            &["1:16 no flag is named `__GFP_ZERO`"],
        ),
        ("NULL = p;", &["1:1 expected a statement, found `NULL`"]),
        ("p = timer;", &["1:5 expected a name, found `timer`"]),
        // Ranges.
        (
            "p = kmalloc(-5, 0);",
            &["1:13 expected a number from 0 to 4294967295, found `-5`"],
        ),
        (
            "p = kmalloc(0x100000000, 0);",
            &["1:13 expected a number from 0 to 4294967295, found `0x100000000`"],
        ),
        (
            "alloc_pages(0, 65);",
            &["1:16 expected a number from 0 to 64, found `65`"],
        ),
        (
            "memset(p, 256, 1);",
            &["1:11 expected a number from 0 to 255, found `256`"],
        ),
        (
            "kfree(q[1000000]);",
            &["1:9 expected a number from 0 to 999999, found `1000000`"],
        ),
        (
            "for (i = 0; i < 1000001; i++) ;",
            &["1:17 expected a number from 0 to 1000000, found `1000001`"],
        ),
        // Loops, tests, blocks. A counter that could not be read is not complained of again.
        (
            "for (1; i < 3; i++) kfree(q[i]);",
            &["1:6 expected a name, found `1`"],
        ),
        (
            "for (i = 1; i < 3; i++) ;",
            &["1:10 expected `0`, found `1`"],
        ),
        (
            "for (i = 0; i <= 3; i++) ;",
            &["1:15 expected `<`, found `<=`"],
        ),
        (
            "for (i = 0; j < 3; i++) ;",
            &["1:13 `j` is not the counter of a loop around this line"],
        ),
        (
            "for i = 0; i < 3; i++ { kfree(p); }",
            &["1:5 expected `(`, found `i`"],
        ),
        (
            "for (i = 0; i < 3; i++)",
            &["1:24 expected a statement, found end of line"],
        ),
        (
            "for (i = 0; i < 3; i++) for (i = 0; i < 3; i++) ;",
            &["1:30 expected a counter that no outer loop uses, found `i`"],
        ),
        (
            "for (i = 0; i < 3; i++) kfree(i);",
            &["1:31 expected a name, found `i`"],
        ),
        (
            "kfree(q[i]);",
            &["1:9 `i` is not the counter of a loop around this line"],
        ),
        ("if (p > q) kfree(p);", &["1:7 expected `)`, found `>`"]),
        ("if (p { kfree(p); }", &["1:4 this `(` is never closed"]),
        (
            "else kfree(p);",
            &["1:1 expected a statement, found `else`"],
        ),
        ("irq kfree(p);", &["1:5 expected `{`, found `kfree`"]),
        ("irq {\nkfree(p);", &["1:5 this `{` is never closed"]),
        ("kfree(p); }", &["1:11 expected a statement, found `}`"]),
        ("{ kfree(p); }", &["1:1 expected a statement, found `{`"]),
        (
            "kfree(p); /* why",
            &["1:11 expected `*/`, found end of line"],
        ),
        // The header.
        (
            "kernel 2.4.20\nkfree(p);",
            &["1:8 header: expected `2.6.10`, found `2.4.20`"],
        ),
        (
            "kernel",
            &["1:7 header: expected `2.6.10`, found end of line"],
        ),
        (
            "machine dma=1M l1=48",
            &["1:19 header: expected `32`, `64` or `128`, found `48`"],
        ),
        (
            "machine dma=1m",
            &["1:13 header: expected a size such as 512K, 4M or 0, found `1m`"],
        ),
        (
            "machine dma=6K",
            &["1:13 header: expected a multiple of the page size, found `6K`"],
        ),
        (
            "machine page=8K dma=4K",
            &["1:21 header: expected a multiple of the page size, found `4K`"],
        ),
        (
            "machine dma=1M dma=1M",
            &[
                "1:16 header: expected `normal`, `highmem`, `reserve`, `l1`, `page`, `debug`, `preempt`, `nodes` or end of line, \
                 found `dma`",
            ],
        ),
        (
            "machine dma=0 normal=64K",
            &["1:1 the machine needs 32 free pages in DMA and Normal together"],
        ),
        (
            "machine normal=99999999999999999999G",
            &["1:1 the machine has more than 1048576 pages"],
        ),
        (
            "kfree(p);\nmachine dma=1M",
            &["2:1 header: expected a statement, found `machine`"],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(errors(text), *expected, "{text}");
    }
}

/// Everything good around the bad lines is read.
#[test]
fn the_other_lines_still_parse() {
    let text = "\
kernel 2.6.10
p = kmaloc(100, GFP_KERNEL); q = NULL;
r = kmalloc(100, GFP_KERNEL
s = kmalloc(200,
t = kmalloc(300, GFP_KERNEL)
irq { bad bad; kfree(q); worse }
for (i = 0; i < x; i++) { kfree(q[i]); kfree(q[j]); }
for (i = 0; i <
hardirq {
    kfree(;
    kfree(q);
}
if (p) { kfre(p); kfree(p); }
if p kfree(p);
} kfree(p);
softirq {
    kfree(s);
";
    let expected = [
        "2:5 no call is named `kmaloc`; did you mean `kmalloc`?",
        "3:12 this `(` is never closed",
        "4:17 expected a flag, found end of line",
        "5:29 expected `;`, found end of line",
        "6:11 expected `=`, `[` or `(`, found `bad`",
        "6:32 expected `=`, `[` or `(`, found `}`",
        "7:17 expected a number, found `x`",
        "7:48 `j` is not the counter of a loop around this line",
        "8:16 expected a number, found end of line",
        "9:1 no call is named `hardirq`",
        "10:11 expected a name or `NULL`, found `;`",
        "13:10 no call is named `kfre`; did you mean `kfree`?",
        "14:4 expected `(`, found `p`",
        "15:1 expected a statement, found `}`",
        "16:9 this `{` is never closed",
    ];
    assert_eq!(errors(text), expected);
    assert_eq!(
        body(text),
        [
            "q = NULL;",
            "irq {",
            "    kfree(q);",
            "}",
            "if (p) {",
            "    kfree(p);",
            "}",
            "kfree(p);",
            "softirq {",
            "    kfree(s);",
            "}",
        ]
    );
}

#[test]
fn what_c_allows_reads_the_same() {
    let lines = [
        (
            "void *p = kmalloc(0x10, (GFP_KERNEL | (__GFP_NOWARN)));",
            "p = kmalloc(16, GFP_KERNEL | __GFP_NOWARN);",
        ),
        (
            "struct page *page = alloc_pages(0xd0, 0);",
            "page = alloc_pages(GFP_KERNEL, 0);",
        ),
        (
            "unsigned long a = __get_free_pages(0, 64);",
            "a = __get_free_pages(0, 64);",
        ),
        (
            "p = kmalloc(100,\n    GFP_KERNEL |\n    GFP_DMA);",
            "p = kmalloc(100, GFP_KERNEL | __GFP_DMA);",
        ),
        (
            "for (int i = 0; i < 2; i++)\n    kfree(q[i]);",
            "for (i = 0; i < 2; i++) kfree(q[i]);",
        ),
        (";; kfree(NULL) /* nothing */;;", "kfree(NULL);"),
        ("memset(p,0X41,1);memset(p, 0x0, 1);", "memset(p, 0, 1);"),
    ];
    for (written, printed) in lines {
        assert_eq!(body(written), [printed], "{written}");
    }
    let tests = [
        "if (!p) kfree(p);",
        "if (p == NULL) { kfree(p); }",
        "if (!p)\n{\nkfree(p);\n}",
    ];
    for text in tests {
        assert_eq!(body(text), ["if (!p) {", "    kfree(p);", "}"]);
        assert!(parse(text).errors.is_empty());
    }
    assert_eq!(body("if (p != NULL) ; else ;"), ["if (p) {", "}"]);
    let dangling = "if (p) if (q) kfree(p); else kfree(q);";
    assert_eq!(body(dangling)[2..4], ["        kfree(p);", "    } else {"]);
}

#[test]
fn the_header_in_any_order_and_with_usual_values() {
    let machine = |text: &str| {
        let parsed = parse(text);
        assert_eq!(parsed.errors, [], "{text}");
        parsed.scenario.machine
    };
    assert_eq!(machine(""), MachineSpec::default());
    assert_eq!(
        machine("// only\n\nkernel 2.6.10 // a comment\n"),
        MachineSpec::default()
    );
    let expected = MachineSpec {
        zone_pages: [2048, 512, 0],
        reserve: Reserve::I386,
        l1_cache_bytes: 128,
        page_size: 8192,
        debug_slab: true,
        preempt: true,
        ..MachineSpec::default()
    };
    let text = "machine highmem=0 preempt=on debug=slab dma=16M page=8K l1=128 reserve=i386";
    assert_eq!(machine(text), expected);
    assert_eq!(
        machine("machine preempt=off debug=none page=4K"),
        MachineSpec::default()
    );
}

#[test]
fn spans_point_at_the_statement() {
    let text = "kfree(p);  irq { /* 内存 */ kfree(p); q = NULL; }\n  for (i = 0; i < 2; i++)\n    kfree(r);\n";
    let scenario = parse(text).scenario;
    let place = |statement: &Stmt| {
        (
            statement.span.line,
            statement.span.column,
            statement.span.length,
        )
    };
    assert_eq!(place(&scenario.body[0]), (1, 1, 9));
    assert_eq!(place(&scenario.body[1]), (1, 12, 36));
    assert_eq!(place(&scenario.body[2]), (2, 3, 23));
    let StmtKind::Within { body, .. } = &scenario.body[1].kind else {
        panic!("irq")
    };
    assert_eq!(place(&body[0]), (1, 27, 9));
}

#[test]
fn reading_is_bounded() {
    assert_eq!(
        errors(&" ".repeat(MAX_TEXT + 1)),
        ["1:1 the text is longer than 256 KiB"]
    );
    let nested = |open: &str, inner: &str, close: &str, depth: usize| {
        [&open.repeat(depth), inner, &close.repeat(depth)].concat()
    };
    assert_eq!(
        parse(&nested("irq {", "kfree(p);", "}", MAX_DEPTH)).errors,
        []
    );
    let deep = [
        nested("irq {", "kfree(p);", "}", MAX_DEPTH + 1),
        nested("irq {\n", "kfree(p);", "\n}", 30_000),
        nested("if (p) ", "kfree(p);", "", 30_000),
        nested("if (p) kfree(p); else ", "kfree(p);", "", 11_000),
    ];
    for text in deep {
        let told = errors(&text);
        assert!(
            told[0].ends_with("nested deeper than 32 blocks"),
            "{told:?}"
        );
    }
    for fragment in [
        "(",
        "{",
        "irq {",
        "if (",
        "for (",
        "x",
        "p = kmalloc(1, ((",
        "/*",
        ")",
        "}",
    ] {
        parse(&fragment.repeat(MAX_TEXT / fragment.len()));
    }
    assert_eq!(parse(&"x;".repeat(1000)).errors.len(), MAX_ERRORS);
    // One statement too many is the only error: what stands behind it, and the block's missing end, are not looked at.
    let many = |count: usize, rest: &str| ["irq {", &"a=b;".repeat(count), rest].concat();
    assert_eq!(parse(&many(MAX_STATEMENTS - 1, "}")).errors, []);
    assert_eq!(
        errors(&many(MAX_STATEMENTS - 1, "kfree(a);+ }")),
        ["1:131074 more than 32768 statements"]
    );
    let long = errors(&"x".repeat(10_000));
    assert!(long[0].len() < 100, "{long:?}");
}

/// xorshift64: the same scenarios on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.roll() % bound
    }

    fn one_in(&mut self, chances: u64) -> bool {
        self.below(chances) == 0
    }

    fn pick<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize].clone()
    }

    /// Any length of number is as likely as any other.
    fn number(&mut self, most: u32) -> u32 {
        let shift = self.below(33);
        (((self.roll() & 0xffff_ffff) >> shift) as u32).min(most)
    }

    fn name(&mut self) -> String {
        let letters = [
            "p",
            "q",
            "buffer",
            "x1",
            "_y",
            "kmalloc_cache",
            "lock",
            "u8",
        ];
        let name = self.pick(&letters).to_owned() + ["", "2", "_3"][self.below(3) as usize];
        assert!(is_name(&name));
        name
    }

    fn place(&mut self, scope: &[String]) -> Place {
        let index = match self.below(4) {
            0 => Some(Index::Number(self.number(999_999))),
            1 if !scope.is_empty() => Some(Index::Var(self.pick(scope))),
            _ => None,
        };
        Place {
            name: self.name(),
            index,
        }
    }

    fn pointer(&mut self, scope: &[String]) -> Pointer {
        if self.one_in(5) {
            Pointer::Null
        } else {
            Pointer::Place(self.place(scope))
        }
    }

    fn gfp(&mut self) -> Gfp {
        match self.below(3) {
            0 => self.pick(&[
                Gfp::KERNEL,
                Gfp::ATOMIC,
                Gfp::NOFS,
                Gfp::HIGHUSER,
                Gfp::NONE,
            ]),
            1 => Gfp(self.roll() as u32 & 0x7fff),
            _ => Gfp(self.number(u32::MAX)),
        }
    }

    fn call(&mut self, scope: &[String]) -> Call {
        let to = if self.one_in(4) {
            None
        } else {
            Some(self.place(scope))
        };
        let gfp = self.gfp();
        let pointer = self.pointer(scope);
        let order = self.number(64);
        match self.below(36) {
            34 => Call::RunOnNode(self.number(3)),
            35 => Call::AllocPagesNode {
                to,
                node: self.number(3),
                gfp,
                order,
            },
            14 => Call::SpinLockIrqsave(self.name()),
            15 => Call::SpinUnlockIrqrestore(self.name()),
            16 => Call::LocalIrqDisable,
            17 => Call::LocalIrqEnable,
            18 => Call::Down(self.name()),
            19 => Call::Up(self.name()),
            20 => Call::Schedule,
            21 => {
                let first = self.below(7) as usize;
                let kinds = FilePages::ALL[first..].iter();
                Call::PageCache(kinds.map(|&kind| (kind, self.number(1 << 20))).collect())
            }
            22 => Call::UserPages(self.number(1 << 20)),
            23 => Call::Swap(self.number(1 << 20)),
            24 => Call::Dentries(self.number(1 << 20)),
            25 => Call::Inodes(self.number(1 << 20)),
            26 => Call::Disk(self.number(3_600_000)),
            27 => Call::Sync,
            28 => Call::CopyToUser {
                pointer,
                length: self.number(u32::MAX),
            },
            29 => Call::Dma {
                dma: self.pick(&[Dma::ToPci, Dma::FromPci, Dma::ToIsa, Dma::FromIsa]),
                pointer,
                length: self.number(u32::MAX),
            },
            30 => Call::Kmap { to, page: pointer },
            31 => Call::Kunmap(pointer),
            32 => Call::Vmalloc {
                to,
                size: self.number(u32::MAX),
            },
            33 => Call::Vfree(pointer),
            0 | 1 => Call::Kmalloc {
                to,
                size: self.number(u32::MAX),
                gfp,
            },
            2 => Call::Kfree(pointer),
            3 => Call::Ksize(pointer),
            4 => Call::GetFreePages { to, gfp, order },
            5 => Call::FreePages { pointer, order },
            6 => Call::AllocPages { to, gfp, order },
            7 => Call::FreePageStructs { pointer, order },
            8 => Call::Memset {
                pointer,
                byte: self.roll() as u8,
                length: self.number(u32::MAX),
            },
            9 => Call::SpinLock(self.name()),
            10 => Call::SpinUnlock(self.name()),
            11 => Call::Msleep(self.number(3_600_000)),
            12 => Call::Sysctl {
                name: Sysctl::ALL[self.below(2) as usize],
                value: self.number(u32::MAX),
            },
            _ => Call::Assign {
                to: self.place(scope),
                from: pointer,
            },
        }
    }

    fn block(&mut self, depth: u64, scope: &mut Vec<String>) -> Vec<Stmt> {
        let length = self.below(5);
        (0..length).map(|_| self.statement(depth, scope)).collect()
    }

    fn statement(&mut self, depth: u64, scope: &mut Vec<String>) -> Stmt {
        let kind = match self.below(4 + 2 * depth) {
            0 if depth < 5 => {
                let var = format!("n{}{}", scope.len(), self.pick(&["", "x"]));
                let count = self.number(1_000_000);
                scope.push(var.clone());
                let body = self.block(depth + 1, scope);
                scope.pop();
                StmtKind::For { var, count, body }
            }
            1 if depth < 5 => StmtKind::If {
                place: self.place(scope),
                negated: self.one_in(2),
                body: self.block(depth + 1, scope),
                otherwise: if self.one_in(2) {
                    self.block(depth + 1, scope)
                } else {
                    Vec::new()
                },
            },
            2 if depth < 5 => StmtKind::Within {
                who: self.pick(Who::ALL),
                body: self.block(depth + 1, scope),
            },
            _ => StmtKind::Call(self.call(scope)),
        };
        Stmt {
            kind,
            span: Span::default(),
        }
    }

    fn machine(&mut self) -> MachineSpec {
        let machine = MachineSpec {
            zone_pages: [4096, 28_672, self.number(1 << 20)].map(|most| self.number(most)),
            reserve: self.pick(&[Reserve::None, Reserve::I386]),
            l1_cache_bytes: self.pick(&[32, 64, 128]),
            page_size: self.pick(&[4096, 8192]),
            debug_slab: self.one_in(2),
            nodes: 1 + self.below(4) as u8,
            debug_sleep: self.one_in(2),
            preempt: self.one_in(2),
            ..MachineSpec::default()
        };
        if machine.check().is_ok() {
            machine
        } else {
            MachineSpec::default()
        }
    }

    fn scenario(&mut self) -> Scenario {
        Scenario {
            machine: self.machine(),
            body: self.block(0, &mut Vec::new()),
        }
    }
}

fn without_spans(mut scenario: Scenario) -> Scenario {
    fn strip(body: &mut [Stmt]) {
        for statement in body {
            statement.span = Span::default();
            match &mut statement.kind {
                StmtKind::Call(_) => {}
                StmtKind::For { body, .. } | StmtKind::Within { body, .. } => strip(body),
                StmtKind::If {
                    body, otherwise, ..
                } => {
                    strip(body);
                    strip(otherwise);
                }
            }
        }
    }
    strip(&mut scenario.body);
    scenario
}

const SCENARIOS: u64 = 20_000;

#[test]
fn printed_scenarios_parse_to_themselves() {
    let mut dice = Dice(0x2610);
    for turn in 0..SCENARIOS {
        let scenario = dice.scenario();
        let text = print(&scenario);
        let parsed = parse(&text);
        assert_eq!(parsed.errors, [], "scenario {turn}:\n{text}");
        assert_eq!(print(&parsed.scenario), text, "scenario {turn}");
        assert_eq!(
            without_spans(parsed.scenario),
            scenario,
            "scenario {turn}:\n{text}"
        );
    }
}

/// A link gives back the scenario but for its names; sent again, it is the same link.
#[test]
fn links_carry_scenarios() {
    let mut dice = Dice(0xc0de);
    for turn in 0..SCENARIOS {
        let scenario = dice.scenario();
        let cursor = dice.number(u32::MAX);
        let link = encode(&scenario, cursor);
        let fragment = to_fragment(&link);
        assert_eq!(
            from_fragment(&fragment).as_ref(),
            Ok(&link),
            "scenario {turn}"
        );
        let shared = decode(&link).expect("a whole link");
        assert_eq!(shared.cursor, cursor);
        assert_eq!(shared.scenario.machine, scenario.machine);
        assert_eq!(encode(&shared.scenario, cursor), link, "scenario {turn}");
        let text = print(&shared.scenario);
        let parsed = parse(&text);
        assert_eq!(parsed.errors, [], "scenario {turn}:\n{text}");
        assert_eq!(
            without_spans(parsed.scenario),
            shared.scenario,
            "scenario {turn}"
        );
        // But for names, indices and locks included, the two texts are one.
        assert_eq!(shape(&text), shape(&print(&scenario)), "scenario {turn}");
    }
}

/// A text with every name that the author chose replaced by `?`.
fn shape(text: &str) -> String {
    let mut shape = String::new();
    let in_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest
            .find(|c: char| in_word(c) != in_word(first))
            .unwrap_or(rest.len());
        let word = &rest[..end];
        let keys = [
            "none", "i386", "dma", "normal", "highmem", "reserve", "l1", "page", "debug",
        ];
        let is_free = is_name(word) && Gfp::by_name(word).is_none() && !keys.contains(&word);
        shape.push_str(if is_free { "?" } else { word });
        rest = &rest[end..];
    }
    shape
}

/// Each edit does to the scenario what it does to the text.
#[test]
fn edits_keep_what_they_do_not_change() {
    let mut dice = Dice(0xed17);
    for turn in 0..2_000 {
        let scenario = dice.scenario();
        let text = print(&scenario) + dice.pick(&["", "// end", "\n\n/* a\nb */ // c", ";"]);
        let machine = dice.machine();
        let moved = parse(&with_machine(&text, &machine)).scenario;
        assert_eq!(moved.machine, machine);
        assert_eq!(without_spans(moved).body, scenario.body, "scenario {turn}");

        let name = fresh_name(&scenario);
        let in_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        assert!(
            print(&scenario)
                .split(|c| !in_word(c))
                .all(|word| word != name)
        );
        let call = Call::Assign {
            to: Place { name, index: None },
            from: Pointer::Null,
        };
        let longer = parse(&append_call(&text, Some(Who::Irq), Some("lock"), &call));
        assert_eq!(longer.errors, []);
        let StmtKind::Within { body, .. } = &longer.scenario.body[scenario.body.len()].kind else {
            panic!("an irq block at the end of scenario {turn}");
        };
        assert_eq!(body[1].kind, StmtKind::Call(call));
    }
}

#[test]
fn twenty_calls_fit_in_two_hundred_characters() {
    let text = "\
a = kmalloc(100, GFP_KERNEL);
b = kmalloc(8, GFP_ATOMIC);
c = kmalloc(4096, GFP_KERNEL | __GFP_NOWARN);
d = kmalloc(65536, GFP_KERNEL | __GFP_NORETRY | __GFP_COLD);
e = kmalloc(131072, GFP_NOFS);
kfree(a);
irq {
    f = kmalloc(512, GFP_ATOMIC);
    g = kmalloc(1000, GFP_ATOMIC);
    kfree(f);
}
kfree(c);
h = kmalloc(2000, GFP_KERNEL);
m = kmalloc(100, GFP_KERNEL | __GFP_NORETRY | __GFP_COLD);
softirq {
    n = kmalloc(4096, GFP_ATOMIC);
    kfree(g);
    o = kmalloc(512, GFP_ATOMIC);
}
kfree(d);
for (i = 0; i < 30; i++) q[i] = kmalloc(4096, GFP_KERNEL);
kfree(q[7]);
kfree(e);
kfree(h);
";
    let parsed = parse(text);
    assert_eq!(parsed.errors, []);
    let link = to_fragment(&encode(&parsed.scenario, 123_456));
    assert!(link.len() <= 200, "{} characters", link.len());
}

const RUBBISH: u64 = 200_000;

#[test]
fn rubbish_is_no_scenario_and_no_panic() {
    let words = [
        "kmalloc",
        "kfree",
        "for",
        "if",
        "else",
        "irq",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        ";",
        ",",
        "=",
        "==",
        "!",
        "|",
        "&",
        "++",
        "<",
        "0",
        "1",
        "-1",
        "0x",
        "p",
        "q",
        "i",
        "NULL",
        "GFP_KERNEL",
        "memset",
        "spin_lock",
        "kernel",
        "machine",
        "dma",
        "1M",
        "2.6.10",
        "\n",
        "//",
        "/*",
        "*/",
        "*",
        "void",
        "struct",
        "é",
        "內",
        "\u{feff}",
        "\r",
        "\0",
        "i = 0; i < 2; i++",
        "p = kmalloc(1, 0);",
    ];
    let mut dice = Dice(0xbad);
    for _ in 0..RUBBISH {
        let mut text = String::new();
        for _ in 0..dice.below(24) {
            text.push_str(dice.pick(&words));
            if dice.one_in(2) {
                text.push(' ');
            }
        }
        let bytes: Vec<u8> = (0..dice.below(32)).map(|_| dice.roll() as u8).collect();
        let scenario = parse(&text).scenario;
        assert_eq!(scenario.machine.check(), Ok(()));
        let printed = print(&scenario);
        assert_eq!(print(&parse(&printed).scenario), printed, "{text}");
        with_machine(&text, &scenario.machine);

        parse(&String::from_utf8_lossy(&bytes));
        assert!(decode(&bytes).is_err() || bytes.len() > 4);
        let _ = from_fragment(&String::from_utf8_lossy(&bytes));
        let _ = from_fragment(&text);
    }
}

/// Behind a right checksum, anything may stand: what opens must be a scenario like any other.
#[test]
fn forged_links_open_to_sound_scenarios_or_not_at_all() {
    let mut dice = Dice(0xf0f0);
    let mut opened = 0;
    for _ in 0..RUBBISH {
        let seed = dice.scenario();
        let link = encode(
            &Scenario {
                machine: MachineSpec::default(),
                ..seed
            },
            1,
        );
        let mut payload = link[varint_end(&link)..link.len() - 2].to_vec();
        for _ in 0..=dice.below(2) {
            let at = dice.below(payload.len() as u64) as usize;
            match dice.below(3) {
                0 => payload[at] = dice.roll() as u8,
                1 => payload.insert(at, dice.below(256) as u8),
                _ if payload.len() > 1 => drop(payload.remove(at)),
                _ => {}
            }
        }
        if let Ok(Shared { scenario, cursor }) = decode(&framed(link[0], &payload)) {
            opened += 1;
            assert_eq!(scenario.machine.check(), Ok(()));
            let text = print(&scenario);
            assert_eq!(parse(&text).errors, [], "{text}");
            assert_eq!(
                decode(&encode(&scenario, cursor)),
                Ok(Shared { scenario, cursor })
            );
        }
    }
    assert!(
        opened > RUBBISH / 100,
        "only {opened} forgeries opened: the test lost its point"
    );
}

/// Where the payload of a link begins: behind the version and the length.
fn varint_end(link: &[u8]) -> usize {
    2 + link[1..]
        .iter()
        .position(|byte| byte & 0x80 == 0)
        .expect("an end of the length")
}

/// A payload with version, length and checksum, written from the format's page, not from the code.
fn framed(version: u8, payload: &[u8]) -> Vec<u8> {
    let mut link = vec![version];
    let mut length = payload.len();
    while length > 127 {
        link.push((length % 128) as u8 + 128);
        length /= 128;
    }
    link.push(length as u8);
    link.extend(payload);
    let mut sum = 0xffffu32;
    for bit in link
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |shift| u32::from(byte >> shift) & 1))
    {
        let carry = (sum >> 15) ^ bit;
        sum = ((sum << 1) ^ (carry * 0x1021)) & 0xffff;
    }
    link.extend([(sum >> 8) as u8, sum as u8]);
    link
}

#[test]
fn a_cut_or_changed_link_is_noticed() {
    let mut dice = Dice(0xcafe);
    for _ in 0..300 {
        let link = encode(&dice.scenario(), dice.number(u32::MAX));
        assert_eq!(
            framed(link[0], &link[varint_end(&link)..link.len() - 2]),
            link
        );
        for length in 0..link.len() {
            assert_eq!(decode(&link[..length]), Err(LinkError::Truncated));
        }
        let fragment = to_fragment(&link);
        for length in 0..fragment.len() {
            assert!(
                from_fragment(&fragment[..length])
                    .and_then(|bytes| decode(&bytes))
                    .is_err()
            );
        }
        for at in 0..link.len() {
            let mut changed = link.clone();
            changed[at] ^= 1 + dice.below(255) as u8;
            assert!(decode(&changed).is_err(), "byte {at} of {link:02x?}");
        }
    }
}

/// Links that were given away open for ever: these files only ever grow.
#[test]
fn links_of_versions_1_and_2_open() {
    let files = [include_str!("links_v1.txt"), include_str!("links_v2.txt")];
    let mut opened = 0;
    for entry in files.iter().flat_map(|file| file.split("\n== ").skip(1)) {
        let (link, rest) = entry.split_once('\n').expect("a link's line");
        let (cursor, text) = rest.split_once('\n').expect("a cursor's line");
        let cursor = cursor
            .strip_prefix("cursor ")
            .expect("cursor")
            .parse()
            .expect("a number");
        let shared = from_fragment(link)
            .and_then(|bytes| decode(&bytes))
            .expect(link);
        assert_eq!(shared.cursor, cursor, "{link}");
        // Parsed, not compared as text: the printer may yet change its mind about spaces, a link may not.
        let parsed = parse(text);
        assert_eq!(parsed.errors, [], "{link}");
        assert_eq!(shared.scenario, without_spans(parsed.scenario), "{link}");
        assert_eq!(to_fragment(&encode(&shared.scenario, cursor)), link);
        opened += 1;
    }
    assert!(opened >= 13, "{opened} links opened");
}

/// A sequence opens for ever, too. An entry: `==` and the letters, then for every scenario `--` and its sentence, the
/// cursor, the text.
#[test]
fn sequences_open() {
    let file = include_str!("links_v3.txt");
    let mut opened = 0;
    for entry in file.split("\n== ").skip(1) {
        let (link, rest) = entry.split_once('\n').expect("a link's line");
        let parts = from_fragment(link)
            .and_then(|bytes| decode_sequence(&bytes))
            .expect(link);
        let written: Vec<&str> = rest.split("-- ").skip(1).collect();
        assert_eq!(parts.len(), written.len(), "{link}");
        for (part, written) in parts.iter().zip(written) {
            let (sentence, rest) = written.split_once('\n').expect("a sentence's line");
            let (cursor, text) = rest.split_once('\n').expect("a cursor's line");
            assert_eq!(part.sentence, sentence, "{link}");
            assert_eq!(format!("cursor {}", part.shared.cursor), cursor, "{link}");
            let parsed = parse(text);
            assert_eq!(parsed.errors, [], "{link}");
            assert_eq!(part.shared.scenario, without_spans(parsed.scenario));
        }
        assert_eq!(to_fragment(&encode_sequence(&parts)), link);
        let first = from_fragment(link).and_then(|bytes| decode(&bytes));
        assert_eq!(first, Ok(parts[0].shared.clone()));
        opened += 1;
    }
    assert!(opened >= 2, "{opened} links opened");
}

/// The measure that a link is held to: twenty calls of eight sizes and five sets of flags in two contexts, six frees, and a
/// position. And a loop costs what its text costs, however often it turns.
#[test]
fn a_link_is_short() {
    let text = include_str!("measure.kms");
    let parsed = parse(text);
    assert_eq!(parsed.errors, []);
    let run = Run::new(&parsed.scenario, Bounds::default()).expect("it boots");
    let names = |name: &str| text.matches(name).count();
    assert_eq!((names("= kmalloc("), names("kfree(")), (20, 6));
    let calls = run.calls();
    let mut sizes: Vec<u32> = Vec::new();
    let mut masks: Vec<u32> = Vec::new();
    for call in calls {
        if let Call::Kmalloc { size, gfp, .. } = &call.call {
            sizes.push(*size);
            masks.push(gfp.0);
        }
    }
    let contexts: Vec<u32> = calls.iter().map(|call| call.context.0.into()).collect();
    let distinct = |mut values: Vec<u32>| {
        values.sort_unstable();
        values.dedup();
        values.len()
    };
    let all = [sizes, masks, contexts].map(distinct);
    assert_eq!(all, [8, 5, 2]);
    let address = "https://kmalloc-lab.example.org/#s=";
    let link = to_fragment(&encode(&parsed.scenario, run.len() as u32));
    assert!(
        address.len() + link.len() <= 200,
        "{} letters: {link}",
        link.len()
    );
    let looped = |turns: u32| {
        let text = format!("for (i = 0; i < {turns}; i++) q[i] = kmalloc(4096, GFP_KERNEL);");
        to_fragment(&encode(&parse(&text).scenario, 12_345)).len()
    };
    assert!(looped(1_000_000) <= looped(2) + 4 && looped(1_000_000) < 40);
}

/// The worked example and the examples of the two pages are what the code does.
#[test]
fn the_pages_tell_the_truth() {
    let text = include_str!("../../docs/scenario-text.md");
    for block in text.split("```c\n").skip(1) {
        let example = block.split("```").next().expect("an end");
        assert_eq!(errors(example), [""; 0], "{example}");
    }
    assert!(text.split("```c\n").count() > 3);

    let page = include_str!("../../docs/link-format.md");
    let example = page
        .split("```c\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    let link = encode(&parse(example.expect("an example")).scenario, 7);
    assert!(
        page.contains(&format!("`{}`", to_fragment(&link))),
        "{}",
        to_fragment(&link)
    );
    let hex: Vec<String> = link.iter().map(|byte| format!("{byte:02x}")).collect();
    let written: String = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .filter(|cell| {
            cell.split(' ')
                .all(|byte| byte.len() == 2 && u8::from_str_radix(byte, 16).is_ok())
        })
        .collect::<Vec<_>>()
        .join(" ");
    assert_eq!(written, hex.join(" "), "the bytes of the table, in order");
}

/// Whatever a text says, running it ends within its bounds, never panics, and leaves a sound machine.
#[test]
fn any_scenario_runs() {
    let bounds = Bounds {
        calls: 300,
        events: 20_000,
        steps: 2_000,
    };
    let mut dice = Dice(0x5ce0);
    let mut calls = 0;
    for _ in 0..3_000 {
        let mut scenario = dice.scenario();
        // A large machine takes long to boot and says nothing more about the text.
        if scenario.machine.total_pages() > 4096 {
            scenario.machine = MachineSpec::default();
        }
        let mut run =
            Run::new(&scenario, bounds).expect("the generator makes machines that can be built");
        calls += run.calls().len();
        run.end()
            .validate()
            .unwrap_or_else(|broken| panic!("{broken}\n{}", print(&scenario)));
        let len = run.len();
        assert!(run.at(len) == *run.end(), "{}", print(&scenario));
        run.variables(len);
    }
    assert!(calls > 3_000, "only {calls} calls were made");
}
