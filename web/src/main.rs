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

fn main() {
    if let Some(root) = web_sys::window().and_then(|it| it.document()).and_then(|it| it.get_element_by_id("app")) {
        yew::Renderer::<app::App>::with_root(root).render();
    }
}
