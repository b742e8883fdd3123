//! Pictures that more than one panel shows: what players have on their buttons. One panel's own stand in its file.

/// To the start.
pub const TO_START: &str = "M3.5 3v10M12.5 3v10L6 8z";
/// A step back.
pub const BACK: &str = "M10.5 3 5 8l5.5 5";
/// Play.
pub const PLAY: &str = "M5 3v10l8-5z";
/// Pause.
pub const PAUSE: &str = "M5 3h2v10H5zM9.5 3h2v10h-2z";
/// A step on.
pub const ON: &str = "M5.5 3 11 8l-5.5 5";
/// To the end.
pub const TO_END: &str = "M12.5 3v10M3.5 3v10L10 8z";
