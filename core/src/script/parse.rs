//! Scenario text into a scenario, by recursive descent over the tokens of `lex`. The grammar: `docs/scenario-text.md`.
//!
//! A statement that cannot be read is dropped with an error at its place, and reading goes on behind the next `;`, at
//! the next line or before a `}`. What the calls mean, and whether a pointer was ever given a value, is not asked here.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::ast::{
    Call, FilePages, Index, Place, Pointer, Scenario, ScriptError, ScriptErrorKind, Span, Stmt,
    StmtKind, Sysctl, Who,
};
use super::error::{
    END_OF_LINE, FLAG, FREE_COUNTER, NAME, NUMBER, SIZE, STATEMENT, WHOLE_PAGES, closest,
};
use super::lex::{Kind, Lexer, Token};
use super::{
    MAX_DEPTH, MAX_INDEX, MAX_ORDER, MAX_SLEEP, MAX_STATEMENTS, MAX_TEXT, MAX_TURNS, MOST_NODE,
};
use crate::event::Dma;
use crate::gfp::{Gfp, LEVEL_BITS, MODIFIERS, PRIORITIES};
use crate::profile::{Kernel, MAX_PAGES, MachineSpec, Reserve, ZONES};

/// What a text says, as far as it could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// Every statement that could be read, on a machine that can be built.
    pub scenario: Scenario,
    /// Why the others could not, in the order of the text; at most [`MAX_ERRORS`].
    pub errors: Vec<ScriptError>,
}

/// Errors kept of one text.
pub const MAX_ERRORS: usize = 100;

/// Reads a text. Never fails as a whole: see [`Parsed`].
pub fn parse(text: &str) -> Parsed {
    if text.len() > MAX_TEXT {
        let span = Span {
            line: 1,
            column: 1,
            length: 0,
        };
        let kind = ScriptErrorKind::TooLong;
        return Parsed {
            scenario: Scenario::default(),
            errors: alloc::vec![ScriptError { span, kind }],
        };
    }
    let mut lexer = Lexer::new(text);
    let ahead = [lexer.next(), lexer.next(), lexer.next()];
    let mut parser = Parser {
        text,
        lexer,
        ahead,
        taken: ahead[0],
        parens: 0,
        depth: 0,
        statements: 0,
        counters: Vec::new(),
        errors: Vec::new(),
    };
    let machine = parser.header();
    let mut body = Vec::new();
    loop {
        parser.statements(&mut body);
        if parser.peek().kind == Kind::End {
            break;
        }
        // `statements` stops before a `}`, and here none is open.
        let error = parser.unexpected(&[STATEMENT]);
        parser.report(error);
        parser.bump();
    }
    if let Some(span) = parser.lexer.open_comment {
        let kind = expected(&["*/"], END_OF_LINE);
        // It may have swallowed what the other errors miss.
        parser.errors.truncate(MAX_ERRORS - 1);
        parser.report(ScriptError { span, kind });
    }
    // An unclosed block is found at the end of the text and told at its beginning.
    parser
        .errors
        .sort_by_key(|error| (error.span.line, error.span.column));
    Parsed {
        scenario: Scenario { machine, body },
        errors: parser.errors,
    }
}

/// The name of every call.
pub fn calls() -> impl Iterator<Item = &'static str> {
    ANSWERING.iter().chain(SILENT).copied()
}

/// Calls whose answer may be given a place.
const ANSWERING: &[&str] = &[
    "kmalloc",
    "__get_free_pages",
    "alloc_pages",
    "alloc_pages_node",
    "kmap",
    "vmalloc",
];
/// Calls that answer nothing a scenario could keep.
const SILENT: &[&str] = &[
    "kfree",
    "ksize",
    "free_pages",
    "__free_pages",
    "memset",
    "spin_lock",
    "spin_unlock",
    "msleep",
    "sysctl",
    "spin_lock_irqsave",
    "spin_unlock_irqrestore",
    "local_irq_disable",
    "local_irq_enable",
    "down",
    "up",
    "run_on_node",
    "schedule",
    "page_cache",
    "user_pages",
    "swap",
    "dentries",
    "inodes",
    "disk",
    "sync",
    "copy_to_user",
    "dma_to_device",
    "dma_from_device",
    "kunmap",
    "vfree",
];
/// Words with a meaning of their own.
const KEYWORDS: &[&str] = &[
    "for",
    "if",
    "else",
    "NULL",
    "kernel",
    "machine",
    "irq",
    "softirq",
    "timer",
    "tasklet",
    "realtime",
    "memalloc",
    "meanwhile",
    "writepage",
];
/// Words that begin a C type. A type in front of a name is read over: the lab knows what each call answers.
const TYPE_WORDS: &[&str] = &[
    "void", "char", "int", "long", "short", "unsigned", "struct", "const",
];
/// The keys of the `machine` line.
const MACHINE_KEYS: &[&str] = &[
    "dma", "normal", "highmem", "reserve", "l1", "page", "debug", "preempt", "nodes",
];

/// True when `word` can name a pointer, a counter or a lock: a C identifier that means nothing else here.
pub fn is_name(word: &str) -> bool {
    let spelled = word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    spelled && !word.is_empty() && !word.as_bytes()[0].is_ascii_digit() && !is_reserved(word)
}

fn is_reserved(word: &str) -> bool {
    [ANSWERING, SILENT, KEYWORDS, TYPE_WORDS]
        .iter()
        .any(|words| words.contains(&word))
}

type Read<T> = Result<T, ScriptError>;

struct Parser<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    /// The next three tokens.
    ahead: [Token<'a>; 3],
    /// The last one that was taken and is no line end; at the start, the first.
    taken: Token<'a>,
    /// Open `(` of the current statement: inside of them a line end is only a blank.
    parens: u32,
    /// Open blocks.
    depth: usize,
    /// Statements so far, those in blocks and those that could not be read included.
    statements: usize,
    /// Counters of the loops around; `None` where a loop's header was unreadable, which excuses every counter in it.
    counters: Vec<Option<&'a str>>,
    errors: Vec<ScriptError>,
}

/// Tokens and errors.
impl<'a> Parser<'a> {
    fn peek(&self) -> Token<'a> {
        self.ahead[0]
    }

    /// The token behind the next one.
    fn second(&self) -> Token<'a> {
        self.ahead[1]
    }

    fn is(&self, text: &str) -> bool {
        self.peek().text == text && !text.is_empty()
    }

    /// Takes the next token. Within parentheses a line end goes with it, unless the next line looks like a statement:
    /// then a `)` was forgotten, and the student is told so on the line that misses it.
    fn bump(&mut self) -> Token<'a> {
        let token = self.peek();
        match token.text {
            "(" => self.parens += 1,
            ")" => self.parens = self.parens.saturating_sub(1),
            _ => {}
        }
        self.step();
        if self.parens > 0 && self.peek().kind == Kind::Newline && !self.statement_follows() {
            self.step();
        }
        token
    }

    fn step(&mut self) {
        let [taken, next, second] = self.ahead;
        if !matches!(taken.kind, Kind::Newline | Kind::End) {
            self.taken = taken;
        }
        self.ahead = [next, second, self.lexer.next()];
    }

    /// Whether the line behind this line end begins as a statement does.
    fn statement_follows(&self) -> bool {
        let [_, first, next] = self.ahead;
        match first.kind {
            Kind::Word => ["=", "[", "(", "{"].contains(&next.text),
            Kind::End => true,
            _ => first.text == "}",
        }
    }

    fn take(&mut self, text: &str) -> bool {
        let found = self.is(text);
        if found {
            self.bump();
        }
        found
    }

    fn expect(&mut self, text: &'static str) -> Read<Token<'a>> {
        if self.is(text) {
            Ok(self.bump())
        } else {
            Err(self.unexpected(&[text]))
        }
    }

    fn skip_newlines(&mut self) {
        while self.peek().kind == Kind::Newline {
            self.step();
        }
    }

    /// True where the statement has ended, well or not.
    fn at_break(&self) -> bool {
        let token = self.peek();
        matches!(token.kind, Kind::Newline | Kind::End) || [";", "{", "}"].contains(&token.text)
    }

    fn error(&self, kind: ScriptErrorKind) -> ScriptError {
        ScriptError {
            span: self.peek().span,
            kind,
        }
    }

    fn unexpected(&self, choices: &[&'static str]) -> ScriptError {
        self.error(expected(choices, shown(self.peek())))
    }

    fn report(&mut self, error: ScriptError) {
        // Behind the last statement that may be there nothing was read, so nothing is missing.
        if self.errors.len() < MAX_ERRORS && self.statements <= MAX_STATEMENTS {
            self.errors.push(error);
        }
    }
}

fn expected(choices: &[&'static str], found: &str) -> ScriptErrorKind {
    ScriptErrorKind::Expected {
        expected: choices.into(),
        found: clipped(found),
    }
}

/// The token as an error names it.
fn shown(token: Token<'_>) -> &str {
    if token.text.is_empty() {
        END_OF_LINE
    } else {
        token.text
    }
}

/// An error quotes enough to find the place, not a word of a whole screen.
fn clipped(text: &str) -> String {
    const MOST: usize = 40;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => text[..end].to_owned() + "…",
        None => text.to_owned(),
    }
}

/// The header.
impl<'a> Parser<'a> {
    fn header(&mut self) -> MachineSpec {
        let mut kernel = None;
        let mut machine = None;
        loop {
            self.skip_newlines();
            let word = self.peek();
            let read = match word.text {
                "kernel" if kernel.is_none() => {
                    kernel = Some(Kernel::default());
                    self.kernel_line().map(|named| kernel = Some(named))
                }
                "machine" if machine.is_none() => {
                    machine = Some(MachineSpec::default());
                    self.machine_line()
                        .map(|described| machine = Some(described))
                }
                // A second one is met again as a statement, and refused there.
                _ => break,
            };
            if let Err(error) = read {
                self.report(error);
                self.skip_line();
            }
        }
        MachineSpec {
            kernel: kernel.unwrap_or_default(),
            ..machine.unwrap_or_default()
        }
    }

    fn skip_line(&mut self) {
        while !matches!(self.peek().kind, Kind::Newline | Kind::End) {
            self.step();
        }
    }

    fn bad_header(&self, choices: &[&'static str]) -> ScriptError {
        let word = clipped(shown(self.peek()));
        self.error(ScriptErrorKind::BadHeader {
            word,
            expected: choices.into(),
        })
    }

    /// `kernel 2.6.10`
    fn kernel_line(&mut self) -> Read<Kernel> {
        self.step();
        let word = self.peek().text;
        let Some(&kernel) = Kernel::ALL.iter().find(|kernel| kernel.name() == word) else {
            let names: Vec<&'static str> = Kernel::ALL.iter().map(|known| known.name()).collect();
            return Err(self.bad_header(&names));
        };
        self.step();
        self.line_end(&[END_OF_LINE])?;
        Ok(kernel)
    }

    fn line_end(&self, choices: &[&'static str]) -> Read<()> {
        match self.peek().kind {
            Kind::Newline | Kind::End => Ok(()),
            _ => Err(self.bad_header(choices)),
        }
    }

    /// `machine dma=1M normal=4M highmem=1M reserve=none l1=32`, keys in any order; what is not named is as on the
    /// teaching machine.
    fn machine_line(&mut self) -> Read<MachineSpec> {
        let mut machine = MachineSpec::default();
        // Sizes are turned into pages at the end, for `page=` may stand behind them.
        let usual = u64::from(machine.page_size);
        let mut zones = machine.zone_pages.map(|pages| u64::from(pages) * usual);
        let mut zone_spans = [self.peek().span; ZONES];
        let mut left = MACHINE_KEYS.to_vec();
        let line = self.step_over();
        while left.contains(&self.peek().text) {
            let key = self.peek().text;
            left.retain(|known| *known != key);
            self.step();
            if !self.is("=") {
                return Err(self.bad_header(&["="]));
            }
            self.step();
            let span = self.peek().span;
            match key {
                "dma" => (zones[0], zone_spans[0]) = (self.size()?, span),
                "normal" => (zones[1], zone_spans[1]) = (self.size()?, span),
                "highmem" => (zones[2], zone_spans[2]) = (self.size()?, span),
                "reserve" => {
                    let choices = [("none", Reserve::None), ("i386", Reserve::I386)];
                    machine.reserve = self.choice(&choices)?;
                }
                "l1" => {
                    let choices = [("32", 32), ("64", 64), ("128", 128)];
                    machine.l1_cache_bytes = self.choice(&choices)?;
                }
                "nodes" => {
                    machine.nodes = self.choice(&[("1", 1), ("2", 2), ("3", 3), ("4", 4)])?;
                }
                "page" => machine.page_size = self.choice(&[("4K", 4096), ("8K", 8192)])?,
                "debug" => {
                    let choices = [
                        ("none", (false, false)),
                        ("slab", (true, false)),
                        ("sleep", (false, true)),
                        ("all", (true, true)),
                    ];
                    (machine.debug_slab, machine.debug_sleep) = self.choice(&choices)?;
                }
                _ => machine.preempt = self.choice(&[("off", false), ("on", true)])?,
            }
        }
        left.push(END_OF_LINE);
        self.line_end(&left)?;
        let page_size = u64::from(machine.page_size);
        for zone in 0..ZONES {
            if zones[zone] % page_size != 0 {
                let word = super::print::size(zones[zone]);
                let expected = Box::new([WHOLE_PAGES]);
                let kind = ScriptErrorKind::BadHeader { word, expected };
                return Err(ScriptError {
                    span: zone_spans[zone],
                    kind,
                });
            }
            // More pages than u32 holds are too many for `check` as well.
            machine.zone_pages[zone] = u32::try_from(zones[zone] / page_size).unwrap_or(u32::MAX);
        }
        machine.check().map_err(|reason| ScriptError {
            span: line.span,
            kind: ScriptErrorKind::BadMachine(reason),
        })?;
        Ok(machine)
    }

    fn step_over(&mut self) -> Token<'a> {
        let token = self.peek();
        self.step();
        token
    }

    /// `0`, or a number with its unit.
    fn size(&mut self) -> Read<u64> {
        let text = self.peek().text;
        let units = [("K", 10), ("M", 20), ("G", 30)];
        let bytes = units.iter().find_map(|(unit, shift)| {
            let digits = text.strip_suffix(unit)?;
            let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            // Past u64 the machine is too big, which `check` says of any size as large as this.
            plain.then(|| {
                digits
                    .parse::<u64>()
                    .unwrap_or(u64::MAX >> 30)
                    .min(u64::MAX >> 30)
                    << shift
            })
        });
        match bytes {
            Some(bytes) => {
                self.step();
                Ok(bytes)
            }
            None if text == "0" => {
                self.step();
                Ok(0)
            }
            None => Err(self.bad_header(&[SIZE])),
        }
    }

    fn choice<T: Copy>(&mut self, choices: &[(&'static str, T)]) -> Read<T> {
        let word = self.peek().text;
        match choices.iter().find(|(name, _)| *name == word) {
            Some(&(_, value)) => {
                self.step();
                Ok(value)
            }
            None => {
                let names: Vec<&'static str> = choices.iter().map(|(name, _)| *name).collect();
                Err(self.bad_header(&names))
            }
        }
    }
}

/// Statements.
impl<'a> Parser<'a> {
    /// Statements up to a `}` or the end.
    fn statements(&mut self, body: &mut Vec<Stmt>) {
        loop {
            let token = self.peek();
            match token.kind {
                Kind::End => return,
                Kind::Newline => self.step(),
                _ if token.text == "}" => return,
                _ if token.text == ";" => self.step(),
                _ => body.extend(self.statement()),
            }
        }
    }

    /// One statement; when it cannot be read, reports why and goes on to where the next may begin.
    fn statement(&mut self) -> Option<Stmt> {
        let first = self.peek();
        self.parens = 0;
        if self.statements == MAX_STATEMENTS {
            let error = self.error(ScriptErrorKind::TooManyStatements);
            self.report(error);
            self.lexer.stop();
            self.ahead = [self.lexer.next(); 3];
            self.statements += 1;
            return None;
        }
        self.statements += 1;
        match self.statement_kind() {
            Ok(kind) => kind.map(|kind| Stmt {
                kind,
                span: self.span_from(first),
            }),
            Err(error) => {
                self.report(error);
                self.recover();
                None
            }
        }
    }

    /// What was taken since `first`, on that token's line.
    fn span_from(&self, first: Token<'a>) -> Span {
        let mut last = first;
        if self.taken.span.line == first.span.line {
            last = self.taken;
        } else {
            // It goes on behind the line: all of the line is its.
            let mut line = Lexer::at(self.text, first);
            loop {
                let token = line.next();
                if matches!(token.kind, Kind::Newline | Kind::End) {
                    break;
                }
                last = token;
            }
        }
        Span {
            length: last.span.column + last.span.length - first.span.column,
            ..first.span
        }
    }

    /// Behind the next `;`, at the line's end or before a `}`. A block on the way is read for its own errors and dropped.
    fn recover(&mut self) {
        loop {
            let token = self.peek();
            match token.kind {
                Kind::Newline | Kind::End => return,
                _ if token.text == "}" => return,
                _ if token.text == ";" => {
                    self.step();
                    return;
                }
                _ if token.text == "{" => {
                    self.block();
                }
                _ => {
                    self.bump();
                }
            }
        }
    }

    /// `None`: dropped, and the reason is reported already.
    fn statement_kind(&mut self) -> Read<Option<StmtKind>> {
        let word = self.peek();
        if word.kind != Kind::Word {
            return Err(self.unexpected(&[STATEMENT]));
        }
        match word.text {
            "for" => Ok(self.for_loop()),
            "if" => Ok(self.condition()),
            "kernel" | "machine" => Err(self.bad_header(&[STATEMENT])),
            _ => match Who::ALL.iter().find(|who| who.keyword() == word.text) {
                Some(&who) => self.within(who),
                None => self.line().map(|call| Some(StmtKind::Call(call))),
            },
        }
    }

    /// `irq { … }`
    fn within(&mut self, who: Who) -> Read<Option<StmtKind>> {
        self.bump();
        if self.peek().kind == Kind::Newline && self.second().text == "{" {
            self.step();
        }
        if !self.is("{") {
            return Err(self.unexpected(&["{"]));
        }
        Ok(self.block().map(|body| StmtKind::Within { who, body }))
    }

    /// `for (i = 0; i < 30; i++) …`
    fn for_loop(&mut self) -> Option<StmtKind> {
        self.bump();
        let mut counter = None;
        let count = match self.for_header(&mut counter) {
            Ok(count) => Some(count),
            Err(error) => {
                self.report(error);
                if !self.skip_header() {
                    return None;
                }
                None
            }
        };
        self.counters.push(counter);
        let body = self.body();
        self.counters.pop();
        let var = counter?.to_owned();
        Some(StmtKind::For {
            var,
            count: count?,
            body: body?,
        })
    }

    fn for_header(&mut self, counter: &mut Option<&'a str>) -> Read<u32> {
        let open = self.expect("(")?;
        self.skip_type();
        let var = self.peek();
        if var.kind != Kind::Word || is_reserved(var.text) {
            return Err(self.unexpected(&[NAME]));
        }
        // In C an inner loop on the same counter would end the outer one: nothing a scenario can mean.
        if self.counts(var.text) {
            return Err(self.unexpected(&[FREE_COUNTER]));
        }
        *counter = Some(var.text);
        self.bump();
        self.expect("=")?;
        self.expect("0")?;
        self.expect(";")?;
        self.same_counter(var.text)?;
        self.expect("<")?;
        let count = self.number(MAX_TURNS)?;
        self.expect(";")?;
        self.same_counter(var.text)?;
        self.expect("++")?;
        self.close(open)?;
        Ok(count)
    }

    fn same_counter(&mut self, name: &str) -> Read<()> {
        if self.take(name) {
            return Ok(());
        }
        if self.peek().kind == Kind::Word {
            let name = clipped(self.peek().text);
            return Err(self.error(ScriptErrorKind::UnknownCounter { name }));
        }
        Err(self.unexpected(&[NAME]))
    }

    /// True for the counter of a loop around.
    fn counts(&self, name: &str) -> bool {
        self.counters.contains(&Some(name))
    }

    /// `if (p) …`, `if (!p) …`, `if (p == NULL) …`, `if (p != NULL) …`, each perhaps with `else …`
    fn condition(&mut self) -> Option<StmtKind> {
        self.bump();
        let test = match self.if_header() {
            Ok(test) => Some(test),
            Err(error) => {
                self.report(error);
                if !self.skip_header() {
                    return None;
                }
                None
            }
        };
        let body = self.body();
        self.skip_newlines();
        let otherwise = if self.take("else") {
            self.body()
        } else {
            Some(Vec::new())
        };
        let (place, negated) = test?;
        Some(StmtKind::If {
            place,
            negated,
            body: body?,
            otherwise: otherwise?,
        })
    }

    fn if_header(&mut self) -> Read<(Place, bool)> {
        let open = self.expect("(")?;
        let mut negated = self.take("!");
        let place = self.place()?;
        if !negated && (self.is("==") || self.is("!=")) {
            negated = self.bump().text == "==";
            self.expect("NULL")?;
        }
        self.close(open)?;
        Ok((place, negated))
    }

    /// Behind the `)` of a header that could not be read, where its body begins; false when no body is in sight.
    fn skip_header(&mut self) -> bool {
        // Where even the `(` is missing, only a block can be told from the rest of the header.
        let opened = self.parens > 0;
        loop {
            let token = self.peek();
            match token.kind {
                Kind::Newline | Kind::End => return false,
                _ if token.text == "}" => return false,
                _ if token.text == "{" => return true,
                _ => self.bump(),
            };
            if opened && self.parens == 0 {
                return true;
            }
        }
    }

    /// A block, or one statement.
    fn body(&mut self) -> Option<Vec<Stmt>> {
        self.skip_newlines();
        if self.is("{") {
            return self.block();
        }
        if self.is(";") {
            self.step();
            return Some(Vec::new());
        }
        if self.depth == MAX_DEPTH {
            let error = self.error(ScriptErrorKind::TooDeep);
            self.report(error);
            self.recover();
            return None;
        }
        self.depth += 1;
        let statement = self.statement();
        self.depth -= 1;
        statement.map(|statement| Vec::from([statement]))
    }

    /// `{ … }`. One that is too deep is passed over without a look inside.
    fn block(&mut self) -> Option<Vec<Stmt>> {
        if self.depth == MAX_DEPTH {
            let error = self.error(ScriptErrorKind::TooDeep);
            self.report(error);
            self.skip_block();
            return None;
        }
        let open = self.step_over();
        let mut body = Vec::new();
        self.depth += 1;
        self.statements(&mut body);
        self.depth -= 1;
        if self.is("}") {
            self.step();
        } else {
            let kind = ScriptErrorKind::Unclosed { open: '{' };
            self.report(ScriptError {
                span: open.span,
                kind,
            });
        }
        self.parens = 0;
        Some(body)
    }

    fn skip_block(&mut self) {
        let mut open = 0;
        loop {
            let token = self.step_over();
            match token.text {
                "{" => open += 1,
                "}" => open -= 1,
                _ => {}
            }
            if open == 0 || token.kind == Kind::End {
                return;
            }
        }
    }
}

/// Calls and what stands in them.
impl<'a> Parser<'a> {
    /// A call or an assignment, with its `;`.
    fn line(&mut self) -> Read<Call> {
        self.skip_type();
        let call = if self.peek().kind == Kind::Word && !is_name(self.peek().text)
            || ["(", "{"].contains(&self.second().text)
        {
            self.call(None)?
        } else {
            let to = self.place()?;
            if !self.is("=") {
                return Err(match to.index {
                    None => self.unexpected(&["=", "[", "("]),
                    Some(_) => self.unexpected(&["="]),
                });
            }
            self.bump();
            if self.second().text == "(" {
                self.call(Some(to))?
            } else {
                Call::Assign {
                    to,
                    from: self.pointer()?,
                }
            }
        };
        self.expect(";")?;
        Ok(call)
    }

    /// `void *`, `unsigned long`, `struct page *`
    fn skip_type(&mut self) {
        let typed = TYPE_WORDS.contains(&self.peek().text);
        while TYPE_WORDS.contains(&self.peek().text) {
            if self.bump().text == "struct" && self.peek().kind == Kind::Word {
                self.bump();
            }
        }
        while typed && self.take("*") {}
    }

    fn call(&mut self, to: Option<Place>) -> Read<Call> {
        let name = self.peek();
        let known = ANSWERING.contains(&name.text) || SILENT.contains(&name.text);
        if !known && KEYWORDS.contains(&name.text) {
            return Err(self.unexpected(&[if to.is_some() { NAME } else { STATEMENT }]));
        }
        if name.kind != Kind::Word {
            return Err(self.unexpected(&[NAME]));
        }
        if !known {
            let closest = match self.second().text {
                "{" => closest(name.text, Who::ALL.iter().map(|who| who.keyword())),
                _ => closest(
                    name.text,
                    ANSWERING
                        .iter()
                        .chain(SILENT)
                        .chain(&["for", "if"])
                        .copied(),
                ),
            };
            let name = clipped(name.text);
            return Err(self.error(ScriptErrorKind::UnknownCall { name, closest }));
        }
        if to.is_some() && !ANSWERING.contains(&name.text) {
            return Err(self.unexpected(ANSWERING));
        }
        self.bump();
        if name.text == "sysctl" && !self.is("(") {
            // As it is typed into a shell: `sysctl min_free_kbytes 2048`.
            let name = self.sysctl()?;
            let value = self.number(u32::MAX)?;
            return Ok(Call::Sysctl { name, value });
        }
        let open = self.expect("(")?;
        let call = match name.text {
            "kmalloc" => {
                let size = self.number(u32::MAX)?;
                self.expect(",")?;
                Call::Kmalloc {
                    to,
                    size,
                    gfp: self.gfp(")")?,
                }
            }
            "__get_free_pages" => {
                let (gfp, order) = self.gfp_and_order()?;
                Call::GetFreePages { to, gfp, order }
            }
            "alloc_pages" => {
                let (gfp, order) = self.gfp_and_order()?;
                Call::AllocPages { to, gfp, order }
            }
            "kfree" => Call::Kfree(self.pointer()?),
            "ksize" => Call::Ksize(self.pointer()?),
            "free_pages" => {
                let (pointer, order) = self.pointer_and_order()?;
                Call::FreePages { pointer, order }
            }
            "__free_pages" => {
                let (pointer, order) = self.pointer_and_order()?;
                Call::FreePageStructs { pointer, order }
            }
            "memset" => {
                let pointer = self.pointer()?;
                self.expect(",")?;
                let byte = self.number(u32::from(u8::MAX))? as u8;
                self.expect(",")?;
                Call::Memset {
                    pointer,
                    byte,
                    length: self.number(u32::MAX)?,
                }
            }
            "msleep" => Call::Msleep(self.number(MAX_SLEEP)?),
            "sysctl" => {
                let name = self.sysctl()?;
                self.expect(",")?;
                Call::Sysctl {
                    name,
                    value: self.number(u32::MAX)?,
                }
            }
            "spin_lock" => Call::SpinLock(self.lock()?),
            "spin_unlock" => Call::SpinUnlock(self.lock()?),
            "spin_lock_irqsave" => Call::SpinLockIrqsave(self.lock_and_flags()?),
            "spin_unlock_irqrestore" => Call::SpinUnlockIrqrestore(self.lock_and_flags()?),
            "local_irq_disable" => Call::LocalIrqDisable,
            "local_irq_enable" => Call::LocalIrqEnable,
            "down" => Call::Down(self.lock()?),
            "up" => Call::Up(self.lock()?),
            "run_on_node" => Call::RunOnNode(self.number(MOST_NODE)?),
            "alloc_pages_node" => {
                let node = self.number(MOST_NODE)?;
                self.expect(",")?;
                let (gfp, order) = self.gfp_and_order()?;
                Call::AllocPagesNode {
                    to,
                    node,
                    gfp,
                    order,
                }
            }
            "schedule" => Call::Schedule,
            "page_cache" => Call::PageCache(self.file_pages()?),
            "user_pages" => Call::UserPages(self.number(MAX_PAGES)?),
            "swap" => Call::Swap(self.number(MAX_PAGES)?),
            "dentries" => Call::Dentries(self.number(MAX_PAGES)?),
            "inodes" => Call::Inodes(self.number(MAX_PAGES)?),
            "disk" => Call::Disk(self.number(MAX_SLEEP)?),
            "sync" => Call::Sync,
            "copy_to_user" => {
                let (pointer, length) = self.pointer_and_length()?;
                Call::CopyToUser { pointer, length }
            }
            "dma_to_device" | "dma_from_device" => {
                let (pointer, length) = self.pointer_and_length()?;
                let isa = self.take(",");
                if isa && !self.take("isa") {
                    return Err(self.unexpected(&["isa"]));
                }
                let dma = match (name.text == "dma_to_device", isa) {
                    (true, false) => Dma::ToPci,
                    (true, true) => Dma::ToIsa,
                    (false, false) => Dma::FromPci,
                    (false, true) => Dma::FromIsa,
                };
                Call::Dma {
                    dma,
                    pointer,
                    length,
                }
            }
            "kmap" => Call::Kmap {
                to,
                page: self.pointer()?,
            },
            "kunmap" => Call::Kunmap(self.pointer()?),
            "vmalloc" => Call::Vmalloc {
                to,
                size: self.number(u32::MAX)?,
            },
            "vfree" => Call::Vfree(self.pointer()?),
            other => unreachable!("{other} is in no list of calls"),
        };
        self.close(open)?;
        Ok(call)
    }

    /// The `)` of `open`. Where the line just stops, the open one is what the student should look at.
    fn close(&mut self, open: Token<'a>) -> Read<()> {
        if self.at_break() {
            let kind = ScriptErrorKind::Unclosed { open: '(' };
            return Err(ScriptError {
                span: open.span,
                kind,
            });
        }
        self.expect(")").map(|_| ())
    }

    /// The name of a setting under /proc/sys/vm.
    fn sysctl(&mut self) -> Read<Sysctl> {
        let token = self.peek();
        match Sysctl::ALL.iter().find(|known| known.name() == token.text) {
            Some(&known) => {
                self.bump();
                Ok(known)
            }
            None => Err(self.unexpected(&["min_free_kbytes", "lower_zone_protection"])),
        }
    }

    fn gfp_and_order(&mut self) -> Read<(Gfp, u32)> {
        let gfp = self.gfp(",")?;
        self.expect(",")?;
        Ok((gfp, self.number(MAX_ORDER)?))
    }

    fn pointer_and_order(&mut self) -> Read<(Pointer, u32)> {
        let pointer = self.pointer()?;
        self.expect(",")?;
        Ok((pointer, self.number(MAX_ORDER)?))
    }

    fn pointer_and_length(&mut self) -> Read<(Pointer, u32)> {
        let pointer = self.pointer()?;
        self.expect(",")?;
        Ok((pointer, self.number(u32::MAX)?))
    }

    /// `clean=200, dirty=50`: each sort once.
    fn file_pages(&mut self) -> Read<Vec<(FilePages, u32)>> {
        let mut kinds: Vec<(FilePages, u32)> = Vec::new();
        loop {
            let left = FilePages::ALL
                .iter()
                .filter(|kind| kinds.iter().all(|(known, _)| known != *kind));
            let word = self.peek().text;
            let Some(&kind) = left.clone().find(|kind| kind.name() == word) else {
                let names: Vec<&'static str> = left.map(|kind| kind.name()).collect();
                return Err(self.unexpected(&names));
            };
            self.bump();
            self.expect("=")?;
            kinds.push((kind, self.number(MAX_PAGES)?));
            if !self.take(",") {
                return Ok(kinds);
            }
        }
    }

    /// `&lock, flags`: where the interrupt flag is kept is the compiler's matter.
    fn lock_and_flags(&mut self) -> Read<String> {
        let lock = self.lock()?;
        self.expect(",")?;
        self.name()?;
        Ok(lock)
    }

    /// `GFP_KERNEL | __GFP_NOWARN`, with any parentheses, up to `end` (which stays). As only `|` joins flags, the
    /// parentheses group nothing and need only balance.
    fn gfp(&mut self, end: &'static str) -> Read<Gfp> {
        let mut mask = Gfp::NONE;
        let mut opened: Vec<Token<'a>> = Vec::new();
        loop {
            while self.is("(") {
                opened.push(self.bump());
            }
            mask |= self.flag()?;
            while !opened.is_empty() && self.take(")") {
                opened.pop();
            }
            if !self.take("|") {
                break;
            }
        }
        if let Some(&open) = opened.last() {
            self.close(open)?;
        }
        if self.is(end) || self.at_break() {
            Ok(mask)
        } else {
            Err(self.unexpected(&["|", end]))
        }
    }

    fn flag(&mut self) -> Read<Gfp> {
        let token = self.peek();
        match token.kind {
            Kind::Number => self.number(u32::MAX).map(Gfp),
            Kind::Word => match Gfp::by_name(token.text) {
                Some(bits) => {
                    self.bump();
                    Ok(bits)
                }
                None => {
                    let lists = PRIORITIES.iter().chain(MODIFIERS).chain(LEVEL_BITS);
                    let closest = closest(token.text, lists.map(|known| known.name));
                    let name = clipped(token.text);
                    Err(self.error(ScriptErrorKind::UnknownFlag { name, closest }))
                }
            },
            _ => Err(self.unexpected(&[FLAG])),
        }
    }

    /// `&lock`
    fn lock(&mut self) -> Read<String> {
        self.expect("&")?;
        self.name()
    }

    fn name(&mut self) -> Read<String> {
        let token = self.peek();
        if token.kind != Kind::Word || is_reserved(token.text) {
            return Err(self.unexpected(&[NAME]));
        }
        self.bump();
        Ok(token.text.to_owned())
    }

    fn pointer(&mut self) -> Read<Pointer> {
        if self.take("NULL") {
            return Ok(Pointer::Null);
        }
        match self.peek().kind {
            Kind::Word => self.place().map(Pointer::Place),
            _ => Err(self.unexpected(&[NAME, "NULL"])),
        }
    }

    /// `p`, `q[3]`, `q[i]`
    fn place(&mut self) -> Read<Place> {
        // A counter holds a number: as a pointer it would be an error in C too.
        if self.counts(self.peek().text) {
            return Err(self.unexpected(&[NAME]));
        }
        let name = self.name()?;
        if !self.take("[") {
            return Ok(Place { name, index: None });
        }
        let token = self.peek();
        let index = match token.kind {
            Kind::Number => Index::Number(self.number(MAX_INDEX)?),
            Kind::Word if self.counts(token.text) || self.counters.contains(&None) => {
                self.bump();
                Index::Var(token.text.to_owned())
            }
            Kind::Word => {
                let name = clipped(token.text);
                return Err(self.error(ScriptErrorKind::UnknownCounter { name }));
            }
            _ => return Err(self.unexpected(&[NUMBER])),
        };
        self.expect("]")?;
        Ok(Place {
            name,
            index: Some(index),
        })
    }

    /// A decimal or hexadecimal number from 0 to `most`.
    fn number(&mut self, most: u32) -> Read<u32> {
        let token = self.peek();
        let (radix, digits) = match token.text.strip_prefix("0x") {
            Some(digits) => (16, digits),
            None => (10, token.text.strip_prefix('-').unwrap_or(token.text)),
        };
        // `010` is eight in C and ten to most readers: better refused than taken for one of the two.
        let octal = radix == 10 && digits.len() > 1 && digits.starts_with('0');
        let spelled = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
        if token.kind != Kind::Number || octal || !spelled {
            return Err(self.unexpected(&[NUMBER]));
        }
        match u32::from_str_radix(digits, radix) {
            Ok(value) if value <= most && !token.text.starts_with('-') => {
                self.bump();
                Ok(value)
            }
            _ => {
                let text = clipped(token.text);
                let most = u64::from(most);
                Err(self.error(ScriptErrorKind::OutOfRange {
                    text,
                    least: 0,
                    most,
                }))
            }
        }
    }
}
