//! A link as a QR code: the modules as one SVG path.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc};

/// Free modules around the code, as the standard asks for.
const QUIET: i32 = 4;

/// The edge of the picture in modules, and the dark ones as a path. None when the text is too long for any code.
pub fn code(text: &str) -> Option<(i32, String)> {
    let code = QrCode::encode_text(text, QrCodeEcc::Low).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let from = x;
            while code.get_module(x, y) {
                x += 1;
            }
            if x > from {
                let (left, top, width) = (from + QUIET, y + QUIET, x - from);
                write!(path, "M{left} {top}h{width}v1h-{width}z")
                    .expect("writing to a String cannot fail");
            }
            x += 1;
        }
    }
    Some((code.size() + 2 * QUIET, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The finder pattern in the corner: seven dark modules, one, three …
    #[test]
    fn a_code_has_its_corners() {
        let (edge, path) = code("https://example.org/#s=AQQAAAAAwrY").expect("short");
        assert!(path.starts_with("M4 4h7v1h-7z"), "{path}");
        assert_eq!((edge - 8 - 17) % 4, 0, "an edge that codes have");
        let (larger, _) = code(&"x".repeat(super::super::MAX_QR)).expect("600 characters");
        assert!(larger > edge && larger <= 101);
        assert_eq!(code(&"x".repeat(5_000)), None);
    }
}
