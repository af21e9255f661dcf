//! The playground on this machine: `dist/` on 127.0.0.1, rebuilt on change when asked.

use std::fs::File;
use std::path::{Component, Path, PathBuf};
use std::thread;
use std::time::Duration;

use tiny_http::{Header, Request, Response, Server};

use crate::arguments::Arguments;
use crate::process::Outcome;
use crate::site::{self, Profile};
use crate::{inputs, place};

/// Often enough to feel immediate, seldom enough to cost nothing.
const WATCH: Duration = Duration::from_millis(500);

/// In place of the site's service worker, which would show the build before the last one.
const FORGETFUL: &str = "addEventListener('install', () => skipWaiting());\n\
    addEventListener('activate', event => event.waitUntil(registration.unregister()));\n";

pub(crate) fn serve(arguments: &mut Arguments) -> Outcome {
    let port = arguments.value("--port")?.unwrap_or(8080_u16);
    let (watch, no_build) = (arguments.flag("--watch"), arguments.flag("--no-build"));
    let profile = Profile::taken_from(arguments);
    arguments.end()?;
    // Only this machine may see it. Bound before the build, so that a taken port is known at once.
    let server = Server::http(("127.0.0.1", port))
        .map_err(|error| format!("port {port} cannot be used ({error}); name another one with `--port`"))?;
    if !no_build {
        println!("Building the page (some minutes the first time, nothing to do when it is up to date)");
        site::build(profile)?;
    } else if !place::dist().join("index.html").is_file() {
        return Err("there is no dist/ to serve; run without `--no-build`".into());
    }
    let port = server.server_addr().to_ip().map_or(port, |address| address.port());
    println!("\nPodpath is at http://127.0.0.1:{port}/ (Ctrl+C ends it)");
    if watch {
        thread::spawn(move || rebuild_on_change(profile));
    }
    answer_all(&server);
    Ok(())
}

fn rebuild_on_change(profile: Profile) {
    println!("Watching crates/, web/ and static/: reload the page after a rebuild");
    let mut seen = inputs::written(&inputs::of_site());
    loop {
        thread::sleep(WATCH);
        let now = inputs::written(&inputs::of_site());
        if now == seen {
            continue;
        }
        seen = now;
        match site::build(profile) {
            Ok(()) => println!("Rebuilt: reload the page"),
            Err(sentence) => eprintln!("error: {sentence}"),
        }
    }
}

/// Browsers keep several connections open; a few threads keep one slow answer from holding up the others.
fn answer_all(server: &Server) {
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| server.incoming_requests().for_each(answer));
        }
    });
}

fn answer(request: Request) {
    let found = file_for(request.url()).and_then(|path| Some((File::open(&path).ok()?, mime(&path))));
    // A reader that went away is no concern of ours.
    let _gone = match found {
        Some(_) if request.url() == "/sw.js" => {
            request.respond(with_headers(Response::from_string(FORGETFUL), "text/javascript"))
        }
        Some((file, kind)) => request.respond(with_headers(Response::from_file(file), kind)),
        None => request.respond(with_headers(Response::from_string("not found\n"), "text/plain").with_status_code(404)),
    };
}

fn with_headers<R: std::io::Read>(response: Response<R>, kind: &str) -> Response<R> {
    // Nothing is kept: a rebuild must show at the next reload.
    let headers = [("Content-Type", kind), ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")];
    let parsed = headers.into_iter().filter_map(|(name, value)| Header::from_bytes(name, value).ok());
    parsed.fold(response, Response::with_header)
}

/// The file below `dist/` that an address names; none for whatever leads out of it.
fn file_for(url: &str) -> Option<PathBuf> {
    let path = decoded(url.split(['?', '#']).next()?)?;
    let relative = Path::new(path.trim_start_matches('/'));
    let stays_inside = relative.components().all(|it| matches!(it, Component::Normal(_)));
    let file = place::dist().join(relative);
    let file = if file.is_dir() { file.join("index.html") } else { file };
    (stays_inside && file.is_file()).then_some(file)
}

/// `%EC%83%B5` as the text that it stands for.
fn decoded(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(part.get(..2)?, 16).ok()?);
        bytes.extend(part.get(2..)?.bytes());
    }
    String::from_utf8(bytes).ok()
}

fn mime(file: &Path) -> &'static str {
    match file.extension().and_then(|end| end.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "md" | "txt" | "yaml" | "yml" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_decoded() {
        assert_eq!(decoded("/a%20b/%EC%83%B5").as_deref(), Some("/a b/샵"));
        assert_eq!(decoded("/%zz"), None);
        assert_eq!(decoded("/%e"), None);
    }

    #[test]
    fn nothing_outside_dist_is_served() {
        assert_eq!(file_for("/../Cargo.toml"), None);
        assert_eq!(file_for("/%2e%2e/Cargo.toml"), None);
        assert_eq!(file_for("//etc/passwd"), None);
    }
}
