//! The clock of the timeline: where the cursor stands, how far the movement of its event has come, and when to go on.
//!
//! Pure arithmetic on numbers that the caller gives it. It reads no clock, and what an event looks like while it moves is
//! the panels' matter.

use kmalloc_core::event::{Destination, Event};

/// What the cursor does by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Motion {
    /// Nothing: it waits for the student.
    Rest,
    /// The event at the cursor finishes its movement, then rest.
    Step,
    /// Event after event, to the end.
    Play,
}

/// Speeds that can be chosen, as fractions: numerator, denominator.
pub const SPEEDS: &[(u8, u8)] = &[(1, 4), (1, 2), (1, 1), (2, 1), (4, 1), (8, 1), (16, 1)];

/// Index of ×1 in [`SPEEDS`].
pub const USUAL_SPEED: usize = 2;

/// Above this speed nothing moves any more: only states are shown.
const FASTEST_MOVEMENT: f32 = 4.0;

/// A tab in the background gets no frames; when it comes back, at most this much time has passed.
const LONGEST_FRAME_MS: f32 = 100.0;

/// A frame has so many events at most for each of its milliseconds.
const SHORTEST_MS: f32 = 0.1;

/// What prepares the world for a story is not the story: a call that does takes so long at most, however many pages it
/// hands out.
const PREPARATION_MS: f32 = 1_000.0;

/// The end of a round is looked at for so long before the next begins.
const BETWEEN_ROUNDS_MS: f32 = 700.0;

/// The player.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Player {
    /// Events that have happened.
    pub cursor: usize,
    /// How far the movement of the event before the cursor has come, 0 to 1.
    phase: f32,
    /// What happens by itself.
    pub motion: Motion,
    /// Index into [`SPEEDS`].
    pub speed: usize,
    /// The student asked for no movement: the same states, at once.
    pub still: bool,
    /// The cursors between which playing goes round and round.
    pub round: Option<(usize, usize)>,
    /// How long it has stood at the end of a round.
    stood_ms: f32,
}

impl Player {
    /// At rest.
    pub const fn at(cursor: usize, still: bool) -> Player {
        Player {
            cursor,
            phase: 1.0,
            motion: Motion::Rest,
            speed: USUAL_SPEED,
            still,
            round: None,
            stood_ms: 0.0,
        }
    }

    /// How far the movement to show has come.
    pub fn progress(&self) -> f32 {
        if self.still || self.factor() > FASTEST_MOVEMENT {
            1.0
        } else {
            self.phase
        }
    }

    /// Whether time must be told to it.
    pub fn is_moving(&self) -> bool {
        self.motion != Motion::Rest
    }

    fn factor(&self) -> f32 {
        let (over, under) = SPEEDS[self.speed];
        f32::from(over) / f32::from(under)
    }

    /// Puts the cursor somewhere, without movement.
    pub fn seek(&mut self, cursor: usize, len: usize) {
        self.cursor = cursor.min(len);
        self.phase = 1.0;
        self.motion = Motion::Rest;
        self.stood_ms = 0.0;
    }

    /// Freezes the movement of an event part of the way.
    pub fn seek_partway(&mut self, cursor: usize, phase: f32, len: usize) {
        self.seek(cursor, len);
        if phase.is_finite() {
            self.phase = phase.clamp(0.0, 1.0);
        }
    }

    /// Goes on from here; from the start, or the start of the round, when it stands at the end.
    pub fn play(&mut self, len: usize) {
        let (start, end) = self.round.unwrap_or((0, len));
        if self.cursor >= end && self.phase >= 1.0 {
            self.seek(start, len);
        }
        self.motion = Motion::Play;
    }

    /// Plays what comes after this cursor.
    pub fn play_from(&mut self, cursor: usize, len: usize) {
        self.seek(cursor, len);
        if self.cursor < len {
            self.motion = Motion::Play;
        }
    }

    /// Stops where it is, in the middle of a movement too.
    pub fn pause(&mut self) {
        self.motion = Motion::Rest;
    }

    /// Shows the next event; a movement under way is finished first.
    pub fn step(&mut self, len: usize) {
        if self.phase < 1.0 {
            self.seek(self.cursor, len);
        } else if self.cursor < len {
            self.cursor += 1;
            (self.phase, self.motion) = (0.0, Motion::Step);
        } else {
            self.motion = Motion::Rest;
        }
    }

    /// The state before this event.
    pub fn step_back(&mut self, len: usize) {
        self.seek(self.cursor.saturating_sub(1), len);
    }

    /// Time passes. `duration_ms` answers how long event number n takes at ×1.
    pub fn tick(&mut self, elapsed_ms: f32, len: usize, duration_ms: impl Fn(usize) -> f32) {
        let mut left = elapsed_ms.clamp(0.0, LONGEST_FRAME_MS) * self.factor();
        while self.is_moving() {
            if self.phase < 1.0 {
                let duration = match self.cursor {
                    0 => 1.0,
                    after => duration_ms(after - 1).max(SHORTEST_MS),
                };
                let needed = (1.0 - self.phase) * duration;
                if left < needed {
                    self.phase += left / duration;
                    return;
                }
                left -= needed;
                self.phase = 1.0;
            }
            let round = self.round.filter(|&(start, end)| {
                self.motion == Motion::Play && start < end && self.cursor >= end
            });
            if let Some((start, _)) = round {
                let wait = BETWEEN_ROUNDS_MS - self.stood_ms;
                if left < wait {
                    self.stood_ms += left;
                    return;
                }
                left -= wait;
                self.stood_ms = 0.0;
                self.cursor = start;
            } else if self.motion == Motion::Step || self.cursor >= len {
                self.motion = Motion::Rest;
            } else {
                self.cursor += 1;
                self.phase = 0.0;
            }
        }
    }
}

/// The most that each of so many events of a preparation takes at ×1.
pub fn share_ms(events: usize) -> f32 {
    PREPARATION_MS / events.max(1) as f32
}

/// How long an event's movement takes at ×1. `chain` counts the events of the same kind right before it: a chain of
/// splits is one movement that gains speed.
pub fn duration_ms(event: &Event, chain: usize) -> f32 {
    match event {
        Event::ClassChosen { .. } => 240.0,
        Event::ZoneTested { granted: true, .. } => 150.0,
        // The triangle drops and the bar turns, then the request walks to the next zone.
        Event::ZoneTested { granted: false, .. } => 350.0 + 250.0,
        Event::Split { .. } | Event::Joined { .. } => match chain {
            0 => 110.0,
            1 => 90.0,
            2 => 75.0,
            3 => 65.0,
            4 => 60.0,
            _ => 50.0,
        },
        // A refill of many pages is one movement as well.
        Event::Taken {
            to: Destination::Pcp(_),
            ..
        } if chain > 0 => 60.0,
        Event::Taken { .. } | Event::Listed { .. } => 120.0,
        Event::Drained { .. } => 80.0,
        Event::ObjectGot { .. }
        | Event::ObjectPut { .. }
        | Event::ObjectReturned { .. }
        | Event::ArrayEmpty { .. }
        | Event::PcpLow { .. }
        | Event::PcpGot { .. }
        | Event::PcpPut { .. } => 160.0,
        Event::ArrayFilled { .. }
        | Event::FlushStarted { .. }
        | Event::SlabGrew { .. }
        | Event::SlabDied { .. } => 200.0,
        Event::SleptAtomic
        | Event::Waited { .. }
        | Event::ReclaimStarted { .. }
        | Event::ReclaimEnded { .. } => 300.0,
        Event::ReclaimUsed | Event::VictimUsed => 80.0,
        // What was asked, chosen or refused is read, not watched.
        Event::ClassMissing { .. }
        | Event::GrowAsked { .. }
        | Event::GrowFailed { .. }
        | Event::PagesAsked { .. }
        | Event::PagesRefused { .. }
        | Event::BlockMissing { .. }
        | Event::KswapdWoken { .. }
        | Event::MightSleep { .. }
        | Event::RetryChosen { .. }
        | Event::LoopCut { .. }
        | Event::Sinned { .. }
        | Event::Warned { .. }
        | Event::OomCalled { .. }
        | Event::Written { .. }
        | Event::Stopped { .. } => 250.0,
        _ => 60.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kmalloc_core::profile::ZoneId;

    fn split(order: u8) -> Event {
        Event::Split {
            zone: ZoneId::NORMAL,
            order,
            pfn: 0x180,
        }
    }

    #[test]
    fn a_chain_of_splits_gains_speed() {
        let chain: Vec<f32> = (0..10).map(|at| duration_ms(&split(5), at)).collect();
        assert!(chain.windows(2).all(|pair| pair[1] <= pair[0]), "{chain:?}");
        assert_eq!((chain[0], chain[9]), (110.0, 50.0));
    }

    #[test]
    fn playing_reaches_the_end_and_rests_there() {
        let mut player = Player::at(0, false);
        player.play(3);
        let mut seen = vec![];
        for _ in 0..100 {
            player.tick(16.0, 3, |_| 50.0);
            seen.push((player.cursor, player.progress()));
        }
        assert_eq!(seen.last(), Some(&(3, 1.0)));
        assert!(!player.is_moving());
        assert!(
            seen.iter()
                .any(|&(cursor, progress)| cursor == 2 && progress > 0.0 && progress < 1.0),
            "the movement is seen on its way"
        );
        player.play(3);
        assert_eq!(player.cursor, 0, "from the end it plays again");
    }

    #[test]
    fn a_step_moves_one_event_and_rests() {
        let mut player = Player::at(1, false);
        player.step(5);
        assert_eq!((player.cursor, player.progress()), (2, 0.0));
        player.step(5);
        assert_eq!(
            (player.cursor, player.progress()),
            (2, 1.0),
            "finished first"
        );
        player.step(5);
        for _ in 0..20 {
            player.tick(16.0, 5, |_| 50.0);
        }
        assert_eq!((player.cursor, player.is_moving()), (3, false));
        player.step_back(5);
        assert_eq!(player.cursor, 2);
    }

    #[test]
    fn no_movement_shows_the_same_states() {
        let states = |still| {
            let mut player = Player::at(0, still);
            player.play(4);
            let mut cursors = vec![];
            while player.is_moving() {
                player.tick(10.0, 4, |_| 40.0);
                cursors.push(player.cursor);
                assert!(!still || player.progress() == 1.0);
            }
            cursors
        };
        assert_eq!(states(true), states(false));
    }

    #[test]
    fn fast_speeds_show_states_only() {
        let mut player = Player::at(0, false);
        player.speed = SPEEDS.len() - 1;
        player.play(1000);
        player.tick(16.0, 1000, |_| 100.0);
        assert!(player.cursor > 1);
        assert_eq!(player.progress(), 1.0);
    }

    #[test]
    fn a_preparation_of_a_thousand_events_takes_a_second() {
        let mut player = Player::at(0, false);
        player.play(2_000);
        let mut frames = 0;
        while player.is_moving() {
            player.tick(16.0, 2_000, |_| share_ms(2_000));
            frames += 1;
        }
        assert!((60..=64).contains(&frames), "{frames}");
    }

    #[test]
    fn odd_numbers_do_no_harm() {
        let mut player = Player::at(2, false);
        player.seek_partway(1, f32::NAN, 4);
        assert_eq!(player.progress(), 1.0);
        player.seek_partway(99, -3.0, 4);
        assert_eq!((player.cursor, player.progress()), (4, 0.0));
        player.play(4);
        player.tick(-5.0, 4, |_| 0.0);
        player.tick(1e9, 4, |_| 0.0);
        assert_eq!(player.cursor, 4);
    }
}
