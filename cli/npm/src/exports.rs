//! What JavaScript can call: a scenario that was run, and the check of an exercise. Plain objects go out.

use kmalloc_core::exercise::{Attempt, Exercise, verdict};
use kmalloc_core::machine::Machine;
use kmalloc_core::proc;
use kmalloc_core::run::{Bounds, Run};
use kmalloc_core::script::{Parsed, parse, print};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::values::{self, ErrorValue, Ran};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("../../../static/kmalloc-values.d.ts");

fn to_js(value: &impl Serialize) -> JsValue {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    value.serialize(&serializer).unwrap_or(JsValue::NULL)
}

fn ran(parsed: &Parsed) -> Run {
    Run::new(&parsed.scenario, Bounds::default())
        .expect("the parser lets only machines through that can be built")
}

/// A scenario that was run, to be looked at from any cursor.
#[wasm_bindgen]
pub struct Lab {
    text: String,
    parsed: Parsed,
    run: Run,
}

#[wasm_bindgen]
impl Lab {
    /// Runs a scenario. What could not be read of it is left out, and told by `ran`.
    #[wasm_bindgen(constructor)]
    pub fn new(text: String) -> Lab {
        let parsed = parse(&text);
        let run = ran(&parsed);
        Lab { text, parsed, run }
    }

    /// Events of the run: the largest cursor.
    #[wasm_bindgen(getter)]
    pub fn length(&self) -> usize {
        self.run.len()
    }

    /// The scenario in its canonical form.
    pub fn printed(&self) -> String {
        print(&self.parsed.scenario)
    }

    /// The calls with their answers, and what could not be read.
    #[wasm_bindgen(unchecked_return_type = "Ran")]
    pub fn ran(&self) -> JsValue {
        let errors = self.parsed.errors.iter().map(|error| {
            // The place stands beside it.
            let message = error.to_string();
            let (_, words) = message.split_once(' ').unwrap_or_default();
            ErrorValue {
                line: error.span.line,
                column: error.span.column,
                message: words.into(),
            }
        });
        let call = |call| values::call(&self.run, call, values::plain_answer);
        let calls = self.run.calls().iter().map(call);
        to_js(&Ran {
            errors: errors.collect(),
            calls: calls.collect(),
            ended: values::ended(&self.run),
        })
    }

    /// The moment at a cursor; without one, at the end.
    #[wasm_bindgen(unchecked_return_type = "Snapshot")]
    pub fn snapshot(&mut self, cursor: Option<u32>) -> JsValue {
        let (machine, cursor) = self.at(cursor);
        to_js(&values::snapshot(&self.run, &machine, cursor, &self.text))
    }

    /// The names of the events from one cursor to another.
    #[wasm_bindgen(unchecked_return_type = "string[]")]
    pub fn events(&self, from: Option<u32>, to: Option<u32>) -> JsValue {
        let from = from.unwrap_or(0) as usize;
        let to = to.map_or(self.run.len(), |to| to as usize);
        let names: Vec<&str> = self
            .run
            .events(from, to)
            .map(|event| event.name())
            .collect();
        to_js(&names)
    }

    /// What the kernel printed up to a cursor; without one, in the whole run.
    #[wasm_bindgen(unchecked_return_type = "string[]")]
    pub fn dmesg(&self, cursor: Option<u32>) -> JsValue {
        let end = cursor.map_or(self.run.len(), |cursor| cursor as usize);
        let events = self.run.events(0, end).enumerate();
        let lines: Vec<String> = events
            .flat_map(|(index, event)| {
                let context = self.run.context_at(index + 1);
                proc::messages(self.run.start(), context, &event)
            })
            .collect();
        to_js(&lines)
    }

    /// `/proc/buddyinfo` at a cursor.
    pub fn buddyinfo(&mut self, cursor: Option<u32>) -> String {
        proc::buddyinfo(&self.at(cursor).0)
    }

    /// `/proc/slabinfo` at a cursor.
    pub fn slabinfo(&mut self, cursor: Option<u32>) -> String {
        proc::slabinfo(&self.at(cursor).0)
    }

    /// `/proc/meminfo` at a cursor.
    pub fn meminfo(&mut self, cursor: Option<u32>) -> String {
        proc::meminfo(&self.at(cursor).0)
    }

    fn at(&mut self, cursor: Option<u32>) -> (Machine, usize) {
        let len = self.run.len();
        let cursor = cursor.map_or(len, |cursor| (cursor as usize).min(len));
        (self.run.at(cursor), cursor)
    }
}

/// Checks what a learner has made of an exercise: its lines (`kind`, `ask`, `goal`, …), the text that it starts from, the
/// learner's text, and what was foreseen, a word a question. Throws when lines or text cannot be read.
#[wasm_bindgen(unchecked_return_type = "Verdict")]
pub fn check(
    exercise: &str,
    start: &str,
    text: &str,
    guesses: Option<Vec<String>>,
) -> Result<JsValue, JsError> {
    let exercise = Exercise::parse(exercise).map_err(|error| {
        JsError::new(&format!(
            "line {} of the exercise: {}",
            error.line, error.why
        ))
    })?;
    let parsed = parse(text);
    if let Some(error) = parsed.errors.first() {
        return Err(JsError::new(&error.to_string()));
    }
    let mut run = ran(&parsed);
    let attempt = Attempt {
        start,
        text,
        run: &mut run,
        guesses: &guesses.unwrap_or_default(),
    };
    let found = verdict(&exercise, attempt);
    let name = |sort: &'static str| move |at: usize| format!("{sort} {}", at + 1);
    Ok(to_js(&values::verdict(
        None,
        &found,
        name("question"),
        name("goal"),
    )))
}

/// The kernels that the lab has.
#[wasm_bindgen(unchecked_return_type = "string[]")]
pub fn kernels() -> JsValue {
    let names: Vec<&str> = kmalloc_core::profile::Kernel::ALL
        .iter()
        .map(|kernel| kernel.name())
        .collect();
    to_js(&names)
}
