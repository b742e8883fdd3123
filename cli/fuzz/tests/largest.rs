//! The largest inputs that are looked at before they are refused: as many statements as there may be, and one fault at the
//! very end. What refusing costs in memory is bounded; its time is a figure of `docs/fuzz.md`, printed here (`--nocapture`).

use kmalloc_core::script::{MAX_STATEMENTS, MAX_TEXT, link, parse};
use kmalloc_fuzz::measure::{BUDGET, feed};
use kmalloc_fuzz::mutate::reframe;
use kmalloc_fuzz::targets::named;

fn refused(target: &str, what: &str, input: &[u8]) {
    let target = named(target).expect("there is such a target");
    let (outcome, cost) = feed(target, input, BUDGET.time);
    println!(
        "{what}: {} bytes, {:.1} ms, {} KiB",
        input.len(),
        cost.time.as_secs_f64() * 1e3,
        cost.bytes >> 10
    );
    assert!(!outcome.accepted, "{what}");
    assert!(cost.bytes <= BUDGET.bytes, "{what}: {} bytes", cost.bytes);
}

// One test, since memory is counted for the whole program.
#[test]
fn the_last_of_very_many_statements_is_wrong() {
    let statement = "sync();\n";
    let mut text = statement.repeat(MAX_STATEMENTS - 1);
    text.push('+');
    refused("text", "a text of many statements", text.as_bytes());
    let shortest = "a=b;";
    let short = shortest.repeat(MAX_TEXT / shortest.len() - 1) + "+";
    refused(
        "text",
        "a text of the shortest statements",
        short.as_bytes(),
    );
    text.push_str(statement);
    refused("text", "a text that is too long", text.as_bytes());

    let mut scenario = parse("sync();\n").scenario;
    scenario.body = vec![scenario.body[0].clone(); MAX_STATEMENTS + 1];
    let bytes = link::encode(&scenario, 0);
    refused("link", "a link of too many statements", &bytes);
    let letters = link::to_fragment(&bytes);
    refused("letters", "the same as letters", letters.as_bytes());
    scenario.body.pop();
    let mut bytes = link::encode(&scenario, 0);
    assert!(link::decode(&bytes).is_ok());
    // The checksum is made right again: it is read to its end.
    bytes.pop();
    reframe(&mut bytes);
    refused("link", "a link that ends too early", &bytes);
}
