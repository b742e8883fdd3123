//! First visits to a built page, in a browser without a window: how it looks when it is complete.
//!
//! The browser gets the page with one script more, `visit.js`, which waits and tells. Without a browser, or with one that
//! cannot be steered like this, there is nothing to tell.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

const VISIT: &str = include_str!("visit.js");

/// Where the page finds it: a file of its own, as the page may forbid scripts within itself.
const VISIT_PLACE: &str = "first-visit.js";

/// A visit takes four seconds, on a busy computer a few times as long.
const PATIENCE: Duration = Duration::from_secs(120);

/// How often a profile is removed, which takes two tries.
const FORGETTING: u32 = 40;

/// Readers of both languages, on a desk and on a phone: by the names that `static/hosted/first.js` asks for, with a language
/// and the inside of a window. `--lang` would be the browser's own words, on Linux not even those.
const VISITORS: [(&str, &str, (u32, u32)); 4] = [
    ("en-wide", "en-US", (1440, 900)),
    ("en-narrow", "en-US", (390, 844)),
    ("zh-wide", "zh-CN", (1440, 900)),
    ("zh-narrow", "zh-CN", (390, 844)),
];

/// The window that the page is visited in: no browser's own window is as small as a phone's.
const WINDOW_PLACE: &str = "window";

/// Visits the page. Gives the complete page as HTML, by the visitor's name.
pub(crate) fn all(browser: &Path, dist: &Path) -> Result<Vec<(&'static str, String)>> {
    let server = TcpListener::bind("127.0.0.1:0")?;
    server.set_nonblocking(true)?;
    let address = format!("http://{}/{WINDOW_PLACE}", server.local_addr()?);
    let mut views = Vec::new();
    for (name, language, window) in VISITORS {
        let profile =
            std::env::temp_dir().join(format!("first-visit-{name}-{}", std::process::id()));
        let child = Command::new(browser)
            .args([
                "--headless=new",
                "--disable-gpu",
                "--no-first-run",
                "--no-sandbox",
            ])
            .args([
                "--disable-background-networking",
                "--disable-component-update",
            ])
            .arg("--window-size=1600,1200")
            .arg(format!("--accept-lang={language}"))
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg(&address)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("{} could not be started", browser.display()))?;
        let told = Visit { dist, window }.serve(&server, child);
        // Each visitor has one of their own: nobody else's first visit is theirs.
        forget(&profile);
        views.push((name, told?));
    }
    Ok(views)
}

/// Removes a visitor's profile. Processes of the browser that are about to end may still write into it.
fn forget(profile: &Path) {
    for _ in 0..FORGETTING {
        fs::remove_dir_all(profile).ok();
        thread::sleep(Duration::from_millis(50));
        if !profile.exists() {
            return;
        }
    }
}

struct Visit<'a> {
    dist: &'a Path,
    /// Width and height in CSS pixels.
    window: (u32, u32),
}

impl Visit<'_> {
    /// Serves the page until it tells how it looks.
    fn serve(&self, server: &TcpListener, mut browser: Child) -> Result<String> {
        let started = Instant::now();
        let told = loop {
            match server.accept() {
                Ok((connection, _)) => {
                    // A browser opens connections that it does not use, and closes them.
                    if let Ok(Some(told)) = self.answer(connection) {
                        break Ok(told);
                    }
                }
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                    thread::sleep(Duration::from_millis(10));
                }
                Err(error) => break Err(error.into()),
            }
            if started.elapsed() > PATIENCE {
                break Err(anyhow::anyhow!("the page told nothing for {PATIENCE:?}"));
            }
        };
        browser.kill().ok();
        browser.wait().ok();
        let view = told?;
        if view.is_empty() {
            bail!("the page has no button `kmalloc`, or no lesson");
        }
        Ok(view)
    }

    /// Answers one request; gives what the page tells, if this is it.
    fn answer(&self, mut connection: TcpStream) -> Result<Option<String>> {
        connection.set_nonblocking(false)?;
        connection.set_read_timeout(Some(Duration::from_secs(2)))?;
        let mut reader = BufReader::new(connection.try_clone()?);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let mut length = 0;
        loop {
            let mut header = String::new();
            reader.read_line(&mut header)?;
            let header = header.trim().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
        }
        let mut words = line.split(' ');
        let (method, path) = (words.next(), words.next().unwrap_or_default());
        if method == Some("POST") {
            let mut body = vec![0; length];
            reader.read_exact(&mut body)?;
            reply(&mut connection, "text/plain", b"")?;
            return Ok(Some(String::from_utf8(body)?));
        }
        let path = path.trim_start_matches('/');
        let path = path.split(['?', '#']).next().unwrap_or_default();
        if path.is_empty() {
            let page = fs::read_to_string(self.dist.join("index.html"))?;
            let script = format!("<head><script src=\"{VISIT_PLACE}\"></script>");
            let page = page.replacen("<head>", &script, 1);
            reply(&mut connection, "text/html", page.as_bytes())?;
        } else if path == WINDOW_PLACE {
            let (width, height) = self.window;
            let size = format!("width:{width}px;height:{height}px");
            let window = format!("<iframe src=\"./\" style=\"border:0;{size}\"></iframe>");
            reply(&mut connection, "text/html", window.as_bytes())?;
        } else if path == VISIT_PLACE {
            reply(&mut connection, "text/javascript", VISIT.as_bytes())?;
        } else {
            // The page is our own and asks for nothing outside of its folder.
            let content = fs::read(self.dist.join(path))?;
            let kind = match path.rsplit('.').next() {
                Some("js") => "text/javascript",
                Some("css") => "text/css",
                Some("wasm") => "application/wasm",
                _ => "text/plain",
            };
            reply(&mut connection, kind, &content)?;
        }
        Ok(None)
    }
}

fn reply(connection: &mut TcpStream, kind: &str, content: &[u8]) -> std::io::Result<()> {
    let length = content.len();
    write!(
        connection,
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    )?;
    connection.write_all(content)
}
