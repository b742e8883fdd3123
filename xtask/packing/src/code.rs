//! Contexts for a module's code: which instructions came, what they took, and what they left behind.
//!
//! What says most differs from instructions to variables, offsets and the like, so each sort of bytes has contexts of its own.

use crate::{
    contexts::{Situation, all, with, write},
    guesses::RUNS,
    numbers::Numbers,
    reader::{CALLED, CODE, CONSTANT, Came, FRAME, OFFSET, PARTS, Reader, VARIABLE},
    sections::Signatures,
    stack::{I32, Instruction, Stack},
    table::CONTEXTS,
    variables::{Variables, push_front},
};

/// How many instructions back contexts look: without operands, with them, and with ranks instead of variables.
const FAR: usize = 18;
const NEAR: usize = 4;
const RANKED: usize = 8;

const GET: u8 = 0x20;
const TEE: u8 = 0x22;
const FIRST_STORE: u8 = 0x36;

/// Sorts of bytes, which have weights of their own: parts, and some of them divided.
pub(crate) const SORTS: usize = PARTS + 3;
const WRITTEN: usize = PARTS;
const WRITTEN_AND_KEPT: usize = PARTS + 1;
const OTHER_OPERAND: usize = PARTS + 2;

/// What came of the code.
#[derive(Debug, Default)]
pub(crate) struct Code {
    pub(crate) signatures: Signatures,
    reader: Reader,
    /// The bytes of the instruction that came, as a hash.
    so_far: u32,
    /// What instructions came last, the last one first: without operands, hashes with them, and with ranks of variables.
    plain: [u8; FAR],
    whole: [u32; NEAR],
    ranked: [u32; RANKED],
    /// The last two operands of each part.
    operands: [[u32; 2]; PARTS],
    stack: Stack,
    variables: Variables,
    numbers: Numbers,
}

impl Code {
    pub(crate) fn take(&mut self, byte: u8) {
        let part = self.reader.part();
        let came = self.reader.take(byte);
        self.so_far = with(self.so_far, u32::from(byte) + 1);
        if matches!(
            came,
            Came::Operand | Came::Instruction { with_operand: true }
        ) {
            self.operand_came(part);
        }
        if matches!(came, Came::Instruction { .. }) {
            self.instruction_came(part);
        }
        if self.reader.is_before_function() {
            self.so_far = 1;
            self.plain = [0; FAR];
            self.ranked = [0; RANKED];
            self.variables.forget();
            self.stack.clear();
        } else if part == FRAME && self.reader.part() == CODE {
            self.so_far = 0;
            let function = (self.signatures.imported + self.reader.function).wrapping_sub(1);
            let signature = self.signatures.of_function(function);
            self.variables.begin(signature, &self.reader.types);
        }
        if self.reader.is_before_operand() {
            self.expect();
        }
    }

    /// An operand is to come.
    fn expect(&mut self) {
        let part = self.reader.part();
        let instruction = self.reader.instruction;
        if part == VARIABLE {
            let value = self.stack.of_type(0);
            self.variables.expect(instruction, &self.plain, value);
        } else {
            let origin = self.base();
            self.numbers.expect(part, instruction, &self.plain, origin);
        }
    }

    /// Where that comes from which an operand is for: the place in memory, or the last value.
    fn base(&self) -> u32 {
        let is_below = self.reader.part() == OFFSET && self.reader.instruction >= FIRST_STORE;
        self.stack.origin(usize::from(is_below))
    }

    fn operand_came(&mut self, part: usize) {
        let operand = self.reader.operand;
        let instruction = self.reader.instruction;
        let [last, second] = &mut self.operands[part];
        match part {
            VARIABLE => {
                let value = self.stack.of_type(0);
                self.variables.came(operand, value, &self.reader.types);
            }
            OFFSET => {
                self.numbers.came(operand, self.numbers.base().0);
                self.numbers.offset_came(operand, instruction, self.so_far);
            }
            _ => {
                self.numbers.came(operand, *last);
                if part == CONSTANT {
                    self.numbers.constant_came(operand);
                }
            }
        }
        (*last, *second) = (operand, *last);
    }

    fn instruction_came(&mut self, part: usize) {
        let code = self.reader.instruction;
        let whole = self.so_far;
        let takes_variable = part == VARIABLE;
        let ranked = if takes_variable {
            with(code.into(), self.variables.last_rank())
        } else {
            whole
        };
        if matches!(self.plain[0], GET | TEE) {
            let back = usize::from(takes_variable);
            self.variables.was_read_by(back, whole);
        }
        push_front(&mut self.plain, code);
        push_front(&mut self.whole, whole);
        push_front(&mut self.ranked, ranked);
        let mut variable = 0;
        if takes_variable {
            let last = self.variables.last[0];
            variable = self.variables.type_of(last, &self.reader.types);
            if code == GET {
                self.variables.read();
            } else {
                self.variables.write(self.stack.origin(0));
            }
        }
        let instruction = Instruction {
            code,
            first_operand: self.reader.first_operand,
            whole,
            variable,
        };
        self.stack.carry_out(&instruction, &self.signatures);
        self.so_far = 0;
    }

    /// Instructions so far back, in a hash behind a context.
    #[inline(always)]
    fn behind(&self, context: u32, from: usize, to: usize) -> u32 {
        let more = self.plain[from..to].iter();
        more.fold(context, |hash, &plain| with(hash, plain.into()))
    }

    #[inline(always)]
    fn behind_ranked(&self, context: u32, count: usize) -> u32 {
        self.ranked[..count].iter().copied().fold(context, with)
    }

    /// Whatever guesses are made of.
    pub(crate) fn before_guess(&self, situation: &mut Situation) {
        let own = self.so_far;
        let [last, second, third, fourth] = self.whole;
        let pair = all(own, [last, second]);
        let runs: [u32; RUNS] = [
            pair,
            all(pair, [third, fourth]),
            self.behind_ranked(own, RANKED),
            self.behind(own, 0, FAR),
        ];
        situation.runs = write(runs, 50);
        situation.matches = Default::default();
        if self.reader.part() == VARIABLE && self.reader.is_before_operand() {
            situation.matches = [self.variables.guess(3), self.variables.guess(4)];
        }
    }

    /// Which sort of byte comes.
    fn sort(&self) -> usize {
        match (self.reader.part(), self.reader.instruction) {
            (VARIABLE, GET) => VARIABLE,
            (VARIABLE, TEE) => WRITTEN_AND_KEPT,
            (VARIABLE, _) => WRITTEN,
            (CODE, _) if !self.reader.is_before_instruction() => OTHER_OPERAND,
            (part, _) => part,
        }
    }

    /// All the rest, where no guess was certain.
    pub(crate) fn situation(&self, situation: &mut Situation) {
        let sort = self.sort();
        situation.contexts = write(self.contexts(sort), 0);
        let (last, before_last) = (usize::from(self.plain[0]), usize::from(self.plain[1]));
        let shown = usize::from(self.reader.instruction);
        let bytes = 1 + self.reader.shift as usize / 7;
        let (second, third) = match sort {
            CODE => (last, before_last),
            _ => (shown + 256 * bytes.min(4), last),
        };
        situation.sets = [2 + sort, 2 * 256 + second, (2 + sort) * 256 + third];
        let own = self.so_far;
        situation.refining = [own, self.behind(own, 0, 1)];
    }

    fn contexts(&self, sort: usize) -> [u32; CONTEXTS] {
        let own = self.so_far;
        let part = self.reader.part();
        let function = self.reader.function;
        let instruction = u32::from(self.reader.instruction);
        let shift = self.reader.shift;
        let last = u32::from(self.plain[0]);
        let second = u32::from(self.plain[1]);
        let [last_operand, second_operand] = self.operands[part];
        let variables = &self.variables;
        let [variable, second_variable] = variables.last;
        let [written, second_written, ..] = variables.written;
        let [expected_0, expected_1, expected_2, expected_3, expected_4] = variables.expected;
        let (held, read_by) = (variables.origin(0), variables.reader());
        let origin = self.stack.origin(0);
        let [depth, block, gives] = self.stack.block();
        let height = self.stack.height() as u32;
        let types = [0, 1, 2, 3].map(|back| u32::from(self.stack.of_type(back)));
        let types_3 = all(own, [types[0], types[1], types[2], height]);
        let types_4 = all(all(own, types), [height.min(5)]);
        let fresh = variables.fresh(types[0] as u8);
        // Of a number of several bytes, the byte that this one has and whether it agrees so far.
        let number = |number: u32| {
            let rest = number.checked_shr(shift).unwrap_or_default();
            let known = number.wrapping_sub(rest.checked_shl(shift).unwrap_or_default());
            let byte = (rest & 0x7f) << 2 | u32::from(rest > 0x7f) << 1;
            let agrees = u32::from(known == self.reader.number);
            all(instruction, [shift, byte | agrees])
        };
        let numbers = &self.numbers;
        let one = self.behind(own, 0, 1);
        let two = self.behind(one, 1, 2);
        let four = self.behind(two, 2, 4);
        let nine = self.behind(four, 4, 9);
        match sort {
            CODE => [
                all(own, [origin, height]),
                all(own, [read_by, last]),
                self.behind(nine, 9, 12),
                types_4,
                all(own, [held, last, second]),
                all(one, [height, self.stack.floor() as u32, gives, depth]),
                self.behind(types_4, 0, 3),
                self.behind(types_4, 0, 7),
                self.behind_ranked(own, 4),
                self.behind_ranked(types_4, 2),
                all(self.behind_ranked(own, 1), [second, self.plain[2].into()]),
            ],
            VARIABLE => [
                nine,
                all(own, [function]),
                all(own, [function, origin]),
                all(own, [written, variables.fresh(I32)]),
                all(self.behind(two, 2, 3), [variable]),
                all(own, [written, second_written, types[0]]),
                all(types_4, [height, block]),
                all(four, [function]),
                all(own, [expected_0, expected_1]),
                all(own, [expected_1, expected_2]),
                all(own, [expected_0, expected_3, expected_4]),
            ],
            WRITTEN | WRITTEN_AND_KEPT => [
                all(own, [function]),
                all(own, [self.whole[0], self.whole[1], self.whole[2]]),
                all(own, [written, second_written]),
                all(own, [fresh, types[0]]),
                types_3,
                all(self.behind(two, 2, 3), [variable]),
                all(own, [fresh, written, types[0]]),
                all(own, [function, variable, second_variable]),
                all(own, [function, origin]),
                all(own, [expected_0, expected_1, expected_2]),
                all(own, [expected_3, expected_4]),
            ],
            CALLED => [
                self.behind(four, 4, 6),
                nine,
                all(own, [function]),
                all(own, [origin, height]),
                all(two, [height]),
                types_3,
                all(instruction, [shift, last]),
                all(instruction, [shift, last_operand >> shift.min(31)]),
                all(own, [function, origin, self.stack.origin(1)]),
                self.behind(types_4, 0, 4),
                self.behind(types_4, 0, 7),
            ],
            OFFSET => [
                one,
                nine,
                all(own, [self.base(), function]),
                all(own, [read_by, last]),
                all(own, [numbers.base().1]),
                all(part as u32, [shift]),
                all(number(last_operand), [last]),
                all(own, [read_by, held, last]),
                number(numbers.base().0.wrapping_add(numbers.step(0))),
                number(numbers.base().0.wrapping_add(numbers.step(1))),
                self.behind_ranked(own, 3),
            ],
            CONSTANT => [
                own,
                nine,
                all(own, [origin, function]),
                all(own, [read_by, last]),
                all(instruction, [shift, numbers.last_place >> shift.min(31)]),
                all(own, [held, last]),
                all(two, [last_operand]),
                all(number(numbers.next_offset()), [origin]),
                self.behind(types_4, 0, 3),
                number(last_operand.wrapping_add(numbers.step(1))),
                self.behind_ranked(own, 4),
            ],
            _ => [
                own,
                four,
                self.behind(four, 4, 6),
                all(own, [depth, block]),
                all(own, [last_operand, second_operand]),
                all(instruction, [shift, last_operand >> shift.min(31)]),
                all(own, [last, height, depth]),
                all(part as u32, [shift]),
                all(own, [variables.origin(1), held, last]),
                all(types_4, [height, block]),
                number(last_operand.wrapping_add(numbers.step(1))),
            ],
        }
    }
}
