//! The page of Podpath: it holds what a person puts in, asks the core in its worker, and shows what comes back.
//!
//! Invariant: no rule of routing lives here.

mod app;
mod browser;
mod commands;
mod components;
mod core;
mod draft;
mod editor;
mod embed;
mod examples;
mod findings;
#[cfg(not(target_arch = "wasm32"))]
mod first;
mod hooks;
mod json;
mod link;
mod outline;
mod report;
mod rich;
mod shared;
mod state;
mod storage;
mod view;
mod words;

#[cfg(target_arch = "wasm32")]
fn main() {
    if let Some(root) = browser::window().and_then(|it| it.document()?.get_element_by_id("app")) {
        yew::Renderer::<app::App>::with_root_and_props(root, app::AppProps { known: None }).render();
    }
}

/// Outside of a browser the page draws what it shows first: `podpath-web PROGRAM` writes it to standard output.
#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    use std::io::Write;
    let drawn = first::draw(std::env::args_os().nth(1));
    let written = drawn.and_then(|html| std::io::stdout().write_all(html.as_bytes()));
    if let Err(error) = &written {
        eprintln!("podpath-web: {error}");
    }
    written.map_or(std::process::ExitCode::FAILURE, |()| std::process::ExitCode::SUCCESS)
}
