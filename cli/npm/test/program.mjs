// Uses the package as a grader would. `cargo xtask test --only npm` copies this beside an installed package and runs it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Lab, check, kernels } from "kmalloc-lab";

const require = createRequire(import.meta.url);
assert.ok(kernels().includes("2.6.10"));

// A scenario, its answers, and the machine at a moment.
const lab = new Lab("p = kmalloc(100, GFP_KERNEL);\nkfree(p);\nq = kmalloc(200000, GFP_KERNEL);\n");
const { calls, errors, ended } = lab.ran();
assert.deepEqual(errors, []);
assert.equal(ended, null);
assert.deepEqual(
  calls.map(({ text, kind, given, cache, reason }) => ({ text, kind, given, cache, reason })),
  [
    { text: "p = kmalloc(100, GFP_KERNEL)", kind: "object", given: 128, cache: "size-128", reason: null },
    { text: "kfree(p)", kind: "done", given: null, cache: null, reason: null },
    { text: "q = kmalloc(200000, GFP_KERNEL)", kind: "null", given: null, cache: null, reason: "too-large" },
  ],
);
assert.equal(calls[0].answer, `0x${calls[0].address.toString(16)}`);
const [start, end] = [lab.snapshot(0), lab.snapshot()];
assert.deepEqual([start.cursor, end.cursor, end.events], [0, lab.length, lab.length]);
const cache = (moment) => moment.machine.caches.find(({ name }) => name === "size-128");
assert.equal(cache(end).available, 16, "refilled by 16; one was taken and given back");
assert.notDeepEqual(cache(start), cache(end));
assert.deepEqual(lab.snapshot(), end, "a moment is the same whenever it is looked at");
assert.equal(lab.events().length, lab.length);
assert.ok(lab.events().includes("object-got"));
assert.match(lab.buddyinfo(0), /^Node 0, zone +DMA/);
assert.match(lab.printed(), /^kernel 2\.6\.10\n/);

// A text with an error says where, and the rest runs.
const wrong = new Lab("p = kmalloc(100, GFP_KERNAL);\nq = kmalloc(100, GFP_KERNEL);\n").ran();
assert.equal(wrong.errors[0].line, 1);
assert.match(wrong.errors[0].message, /GFP_KERNAL/);
assert.equal(wrong.calls.length, 1);
assert.throws(() => check("kind dance", "", ""), /line 1 of the exercise/);
assert.throws(() => check("kind do", "", "kfree(;"), /1:7/);

// Every exercise that asks for nothing but a scenario: the start fails, the solution passes.
const exercises = JSON.parse(readFileSync(require.resolve("kmalloc-lab/exercises.json"), "utf8"));
const open = exercises.filter(({ lines, solution }) => solution && !/^ask /m.test(lines));
assert.ok(open.length > 20, `${open.length} exercises`);
for (const { name, lines, start, solution } of open) {
  assert.equal(check(lines, start, start).passed, false, `${name} begins unsolved`);
  assert.equal(check(lines, start, solution).passed, true, `${name} is solved by its solution`);
}

// One that asks: right and wrong guesses.
const asked = exercises.find(({ lines }) => /^ask /m.test(lines));
const text = asked.solution ?? asked.start;
const unguessed = check(asked.lines, asked.start, text).questions;
assert.ok(unguessed.every(({ stands }) => stands === "unguessed"));
const nonsense = check(asked.lines, asked.start, text, unguessed.map(() => "nonsense"));
assert.ok(!nonsense.passed);
const truths = nonsense.questions.map(({ truth }) => truth);
assert.ok(check(asked.lines, asked.start, text, truths).questions.every(({ stands }) => stands === "right"));
console.log(`${open.length} exercises checked in Node ${process.version}`);
