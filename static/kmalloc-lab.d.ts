// What other scripts may ask of the kmalloc lab: window.kmallocLab on its own page, messages from a page that embeds it.
// docs/embedding.md is the page about it. The values themselves are those of the package for Node.

import type { Ran, Snapshot, Verdict } from "./kmalloc-values";

export * from "./kmalloc-values";

/** `window.kmallocLab`. */
export interface KmallocLab {
  /** Puts this scenario in place of the present one and goes to its end. With errors, the last good run stays.
   *  The page stands still until the run has ended. */
  run(text: string): Ran;
  /** The same, while the page goes on. Kept when the run has ended, has been cancelled (`ended` says so) or has made way for
   *  another, of which it tells then. */
  start(text: string): Promise<Ran>;
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
