// What the lab tells, on the page and in the package for Node: plain values.

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
