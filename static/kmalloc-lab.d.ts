// What other scripts may ask of the kmalloc lab: window.kmallocLab on its own page, messages from a page that embeds it.
// docs/embedding.md is the page about it. What stands below "values" is the same in the package for Node.

/** `window.kmallocLab`. */
export interface KmallocLab {
  /** Puts this scenario in place of the present one and goes to its end. With errors, the last good run stays. */
  run(text: string): Ran;
  /** Makes these calls after those of the scenario; answers those alone. With errors, nothing happens. */
  call(text: string): Ran;
  /** Looks at another moment; with a progress from 0 to 1, at the movement of the event before it. Null for no number. */
  seek(cursor: number, progress?: number): Moved | null;
  /** The moment that is shown. */
  snapshot(): Snapshot;
  /** How the open exercise stands; null when none is open. */
  verdict(): Verdict | null;
  /** Calls `listener` from now on; the answer ends that. Null when there is no such event. */
  on<E extends keyof Events>(event: E, listener: (value: Events[E]) => void): () => void;
  /** What is wrong with the simulated machine as it is shown: nothing, ever, unless the lab itself is broken. */
  validate(): string | undefined;
  /** Messages that were ignored. */
  ignored(): number;
}

/** What can be listened to. */
export interface Events {
  /** The cursor stands elsewhere. */
  moved: Moved;
  /** Another text was run. */
  ran: Ran;
  /** The open exercise was judged anew. */
  verdict: Verdict | null;
}

export interface Moved {
  cursor: number;
  /** Events of the whole run: the largest cursor. */
  events: number;
  /** The event that leads to this cursor. */
  event: string | null;
}

/** A message to an embedded lab. The answer carries its `id`. */
export type Request = { kmallocLab: 1; id: number } & (
  | { command: "run"; text: string }
  | { command: "call"; text: string }
  | { command: "seek"; cursor: number; progress?: number }
  | { command: "snapshot" }
  | { command: "verdict" }
  | { command: "on" | "off"; event: keyof Events }
);

/** What each command is answered with. */
export interface Values {
  run: Ran;
  call: Ran;
  seek: Moved;
  snapshot: Snapshot;
  verdict: Verdict | null;
  on: null;
  off: null;
}

/** The answer to a message. */
export interface Answer<C extends keyof Values = keyof Values> {
  kmallocLab: 1;
  id: number;
  value: Values[C];
  /** Messages that were ignored so far. */
  ignored: number;
}

/** A message that nobody asked for by number: the lab is ready, or what `on` asked for. */
export type Told =
  | { kmallocLab: 1; event: "ready"; value: null }
  | { [E in keyof Events]: { kmallocLab: 1; event: E; value: Events[E] } }[keyof Events];

declare global {
  interface Window {
    kmallocLab: KmallocLab;
  }
}

// ── values ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** What could not be read in a text. */
export interface ScriptError {
  /** 1-based. */
  line: number;
  /** 1-based. */
  column: number;
  message: string;
}

/** A call that was made, and its answer. What does not belong to its kind is null. */
export interface Call {
  /** As C, with every index resolved. */
  text: string;
  line: number;
  /** The cursor at which it begins. */
  first: number;
  /** The cursor after its last event. */
  end: number;
  /** In words. */
  answer: string;
  kind:
    | "object"
    | "pages"
    | "null"
    | "size"
    | "mapped"
    | "area"
    | "handed"
    | "filled"
    | "populated"
    | "done"
    | "sinned"
    | "stopped";
  address: number | null;
  pfn: number | null;
  order: number | null;
  /** Bytes asked for. */
  asked: number | null;
  /** Bytes given: the size class. */
  given: number | null;
  /** Whose object it is: `size-128`. */
  cache: string | null;
  /** Why it is NULL, which mistake it was, or why the kernel stopped: the words of exercises, `may-not-wait`. */
  reason: string | null;
  /** Bytes or pages that the answer is about. */
  amount: number | null;
}

/** What came of a text. */
export interface Ran {
  errors: ScriptError[];
  calls: Call[];
  /** Why the run ended before its text did. */
  ended: string | null;
}

export interface Slab {
  pfn: number;
  inUse: number;
}

export interface Cache {
  name: string;
  /** Of its objects, in bytes. */
  size: number;
  /** Objects in the per-cpu array. */
  available: number;
  limit: number;
  /** Addresses, oldest first: the last is handed out next. */
  array: number[];
  partial: Slab[];
  free: Slab[];
  full: Slab[];
}

export interface Zone {
  name: string;
  /** Its first pfn. */
  start: number;
  pages: number;
  free: number;
  /** pages_min */
  min: number;
  /** pages_low */
  low: number;
  /** pages_high */
  high: number;
  /** First pfns of free blocks, order 0 to 10, each list head first. */
  lists: number[][];
  /** The per-cpu lists, head first. */
  hot: number[];
  cold: number[];
}

export interface Machine {
  zones: Zone[];
  caches: Cache[];
}

/** A moment of a run. */
export interface Snapshot {
  /** Grows when a value changes its meaning; new fields do not count. */
  version: 1;
  /** Events that have happened. */
  cursor: number;
  /** Events of the whole run: the largest cursor. */
  events: number;
  /** Calls of the whole run. */
  calls: number;
  /** The event that leads to this cursor: `split`. */
  event: string | null;
  /** The scenario. */
  text: string;
  machine: Machine;
}

/** How an exercise stands. */
export interface Verdict {
  /** `chapter/exercise`, where that is known. */
  exercise: string | null;
  /** Everything is as it should be. */
  passed: boolean;
  questions: { question: string; stands: "unguessed" | "not-run" | "right" | "wrong"; truth: string | null }[];
  goals: { goal: string; met: boolean }[];
  /** The first line of the start that had to stay and is gone. */
  gone: number | null;
  /** What golf counted. */
  score: number | null;
}
