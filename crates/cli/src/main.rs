//! The command line: thin covers over the calls of the protocol.
//!
//! Exit status 0: fine; 1: findings of severity error, or a request that no backend got; 2: wrong usage or unreadable
//! input.
mod arguments;
mod balancers;
mod files;
mod sarif;
mod text;

use std::io::{BufRead, Write};
use std::process::ExitCode;

use podpath_core::Engine;
use podpath_protocol::{
    Admission, Call, Check, Conversion, Graph, LoadBalancers, Outcome, Presets, Statuses, Traces, Workloads,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use arguments::{Arguments, Command, Format};

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(message) => {
            eprintln!("podpath: {message}");
            ExitCode::from(2)
        }
    }
}

/// Runs the command; false is a finding or a request that no backend got.
fn run() -> Result<bool, String> {
    let arguments = arguments::parse()?;
    let mut engine = Engine::new();
    match arguments.command {
        Command::Help => {
            emit(arguments::USAGE);
            Ok(true)
        }
        Command::Rpc => rpc(&mut engine),
        Command::Presets => presets(&mut engine),
        Command::Check => check(&mut engine, &arguments),
        Command::Trace => trace(&mut engine, &arguments),
        Command::Convert => convert(&mut engine, &arguments),
        Command::Graph => graph(&mut engine, &arguments),
        Command::Admit => admit(&mut engine, &arguments),
        Command::Workloads => workloads(&mut engine, &arguments),
        Command::Alb => alb(&mut engine, &arguments),
        Command::Status => status(&mut engine, &arguments),
    }
}

/// Writes to standard output; a reader that went away ends the writing, not the program.
fn emit(text: &str) {
    _ = std::io::stdout().write_all(text.as_bytes());
}

/// One request a line, one answer a line, until the input ends.
fn rpc(engine: &mut Engine) -> Result<bool, String> {
    let mut out = std::io::stdout().lock();
    let mut input = std::io::stdin().lock();
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line).map_err(|error| error.to_string())? == 0 {
            return Ok(true);
        }
        let request = String::from_utf8_lossy(&line);
        if request.trim().is_empty() {
            continue;
        }
        let answer = engine.handle(request.trim());
        let written = writeln!(out, "{answer}").and_then(|()| out.flush());
        if written.is_err() {
            return Ok(true);
        }
    }
}

/// Asks the core; the result is what the protocol says.
fn ask<T: DeserializeOwned>(engine: &mut Engine, method: &str, params: &Value) -> Result<T, String> {
    let request = json!({ "id": 1, "method": method, "params": params });
    let answer: Value =
        serde_json::from_str(&engine.handle(&request.to_string())).map_err(|error| error.to_string())?;
    if let Some(message) = answer.pointer("/error/message").and_then(Value::as_str) {
        return Err(message.to_owned());
    }
    let result = answer.get("result").cloned().unwrap_or_default();
    serde_json::from_value(result).map_err(|error| error.to_string())
}

/// The files of the paths, and of the presets that were asked for.
fn input(engine: &mut Engine, arguments: &Arguments) -> Result<Value, String> {
    let mut files = files::read(&arguments.paths)?;
    if !arguments.presets.is_empty() {
        let known: Presets = ask(engine, "presets", &json!({ "files": files, "options": arguments.options() }))?;
        for name in &arguments.presets {
            let names = || known.presets.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join(", ");
            let preset = known.presets.iter().find(|it| it.name == *name);
            let preset = preset.ok_or_else(|| format!("no preset is called `{name}`; there are {}", names()))?;
            files.extend(preset.files.clone());
        }
    }
    Ok(json!({ "files": files, "options": arguments.options() }))
}

/// False while a group is frozen.
fn alb(engine: &mut Engine, arguments: &Arguments) -> Result<bool, String> {
    let params = input(engine, arguments)?;
    let found: LoadBalancers = ask(engine, "loadBalancers", &params)?;
    match arguments.format {
        Format::Json => emit(&format!("{}\n", json!(found))),
        Format::Text => emit(&balancers::text(&found, arguments.locale)),
        _ => return Err("alb is written as text or json".into()),
    }
    Ok(found.load_balancers.iter().all(|it| it.frozen.is_empty()))
}

fn presets(engine: &mut Engine) -> Result<bool, String> {
    let known: Presets = ask(engine, "presets", &json!({}))?;
    for preset in known.presets {
        emit(&format!("{}  {}\n", preset.name, preset.title));
    }
    Ok(true)
}

fn check(engine: &mut Engine, arguments: &Arguments) -> Result<bool, String> {
    let params = input(engine, arguments)?;
    let found: Check = ask(engine, "check", &params)?;
    match arguments.format {
        Format::Text => emit(&text::check(&found, &params)),
        Format::Json => emit(&format!("{}\n", json!(found))),
        Format::Sarif => emit(&format!("{}\n", sarif::log(&found))),
        Format::Svg | Format::Mermaid => return Err("check knows --format text, json and sarif".into()),
    }
    Ok(!found.diagnostics.iter().any(|it| it.severity == "error"))
}

fn trace(engine: &mut Engine, arguments: &Arguments) -> Result<bool, String> {
    let call = arguments.call.clone().ok_or("trace needs a request, such as 'GET https://shop.example.kr/api'")?;
    let mut params = input(engine, arguments)?;
    let mut calls = vec![call.clone()];
    // What a browser meets that is not told https: worth a line, since load balancers redirect there.
    let is_plain_too = call.scheme.as_deref() == Some("https") && call.port.is_none();
    if is_plain_too && arguments.format == Format::Text {
        calls.push(Call { scheme: Some("http".into()), ..call });
    }
    if let Some(object) = params.as_object_mut() {
        object.insert("requests".into(), json!(calls));
    }
    let found: Traces = ask(engine, "trace", &params)?;
    let first = found.traces.first().ok_or("no answer")?;
    match arguments.format {
        Format::Text => emit(&text::trace(first, found.traces.get(1), arguments.locale)),
        Format::Json => emit(&format!("{}\n", json!(found))),
        _ => return Err("trace knows --format text and json".into()),
    }
    Ok(first.outcome == Outcome::Redirected || (first.outcome == Outcome::Delivered && first.status.is_none()))
}

/// Writes the new objects; what is different stands in comments before them, so that the output can be applied.
fn convert(engine: &mut Engine, arguments: &Arguments) -> Result<bool, String> {
    let found: Conversion = {
        let params = input(engine, arguments)?;
        ask(engine, "convert", &params)?
    };
    match arguments.format {
        Format::Text => emit(&text::conversion(&found)),
        Format::Json => emit(&format!("{}\n", json!(found))),
        _ => return Err("convert knows --format text and json".into()),
    }
    Ok(found.differences.is_empty())
}

fn status(engine: &mut Engine, arguments: &Arguments) -> Result<bool, String> {
    let params = input(engine, arguments)?;
    let found: Statuses = ask(engine, "status", &params)?;
    match arguments.format {
        Format::Text => emit(&text::status(&found)),
        Format::Json => emit(&format!("{}\n", json!(found))),
        _ => return Err("status knows --format text and json".into()),
    }
    Ok(true)
}

fn graph(engine: &mut Engine, arguments: &Arguments) -> Result<bool, String> {
    let mut params = input(engine, arguments)?;
    if let (Some(object), Some(call)) = (params.as_object_mut(), &arguments.call) {
        object.insert("trace".into(), json!(call));
    }
    let found: Graph = ask(engine, "graph", &params)?;
    match arguments.format {
        Format::Json => emit(&format!("{}\n", json!(found))),
        Format::Svg => emit(&format!("{}\n", found.svg)),
        Format::Text | Format::Mermaid => emit(&format!("{}\n", found.mermaid)),
        Format::Sarif => return Err("graph knows --format mermaid, svg and json".into()),
    }
    Ok(true)
}

fn workloads(engine: &mut Engine, arguments: &Arguments) -> Result<bool, String> {
    let params = input(engine, arguments)?;
    let found: Workloads = ask(engine, "workloads", &params)?;
    match arguments.format {
        Format::Text => emit(&text::workloads(&found)),
        Format::Json => emit(&format!("{}\n", json!(found))),
        _ => return Err("workloads knows --format text and json".into()),
    }
    Ok(true)
}

/// False when a document is refused.
fn admit(engine: &mut Engine, arguments: &Arguments) -> Result<bool, String> {
    let params = input(engine, arguments)?;
    let found: Admission = ask(engine, "admit", &params)?;
    match arguments.format {
        Format::Text => emit(&text::admission(&found)),
        Format::Json => emit(&format!("{}\n", json!(found))),
        _ => return Err("admit knows --format text and json".into()),
    }
    Ok(found.documents.iter().all(|it| it.accepted))
}
