//! What a card says of Pods: sidecar, mutual TLS, policies, ServiceAccount with its IAM role, Nodes.

use podpath_protocol::{AccountLine, MtlsReason, PlacementLine, PodFacts, PolicyLine, Reference, SidecarState};
use yew::prelude::*;

use super::CardProps;
use super::facts::{fact, line, reference};
use crate::components::icon::icon;
use crate::rich::rich;
use crate::words;

pub(super) fn facts(facts: &PodFacts, props: &CardProps) -> Html {
    let locale = props.locale;
    html! {
        <>
            { fact(words::SIDECAR, locale, sidecar(&facts.sidecar, props)) }
            if let Some(mtls) = &facts.mtls {
                { fact(words::MTLS, locale, html! { <>{ for mtls.why.iter().map(|it| mode(it, props)) }</> }) }
            }
            if !facts.policies.is_empty() {
                { fact(words::POLICIES_HERE, locale, html! { <>{ for facts.policies.iter().map(|it| policy(it, props)) }</> }) }
            }
            <dt>{ "ServiceAccount" }</dt><dd>{ account(&facts.service_account, props) }</dd>
            { fact(words::NODES, locale, nodes(&facts.placement, props)) }
        </>
    }
}

fn state(class: &'static str, glyph: &str, text: Html) -> Html {
    html! { <span class={classes!("oc-state", class)}>{ icon(glyph) }{ text }</span> }
}

fn sidecar(it: &SidecarState, props: &CardProps) -> Html {
    let (class, glyph, word) = match (it.injected, it.reason.as_str()) {
        (true, _) => ("ok", "ok", words::SIDECAR_YES),
        (false, "namespace-missing") => ("dim", "question", words::SIDECAR_UNKNOWN),
        (false, _) => ("dim", "block", words::SIDECAR_NO),
    };
    let revision = it.revision.as_ref().map(|it| html! { <code>{ it.clone() }</code> });
    html! {
        <>
            { state(class, glyph, html! { <>{ word.text(props.locale) }{ revision.unwrap_or_default() }</> }) }
            { line(it.range.as_ref(), rich(&it.detail), &props.on_goto) }
        </>
    }
}

fn mode(it: &MtlsReason, props: &CardProps) -> Html {
    let port = it.port.map(|it| format!(" {}", words::ON_PORT.with(props.locale, &[&it]))).unwrap_or_default();
    html! {
        <div class={it.port.map(|_| "oc-part")}>
            <b>{ it.mode.clone() }{ port }</b>
            { line(it.range.as_ref(), rich(&it.detail), &props.on_goto) }
        </div>
    }
}

/// A shield: what counts is dark, what does nothing grey.
fn policy(it: &PolicyLine, props: &CardProps) -> Html {
    let name = format!("{} {}", it.resource.kind, it.resource.name);
    let text = html! { <><b>{ name }</b>{ " · " }{ rich(&it.detail) }</> };
    html! { <div class={classes!("oc-policy", (!it.applies).then_some("idle"))}>{ icon("policy") }{ line(Some(&it.range), text, &props.on_goto) }</div> }
}

fn account(it: &AccountLine, props: &CardProps) -> Html {
    let name = match it.range.clone().filter(|_| it.found) {
        Some(range) => {
            let found = Reference { resource: it.resource.clone(), range, found: true };
            reference(&found, props.locale, &props.on_open)
        }
        None => {
            html! { <span class="oc-row"><code>{ it.resource.name.clone() }</code>{ " " }<span class="dim">{ words::NOT_HERE.text(props.locale) }</span></span> }
        }
    };
    let detail = rich(&it.detail);
    let detail = if it.failed { state("err", "error", html! { <span>{ detail }</span> }) } else { detail };
    html! { <>{ name }{ line(it.range.as_ref(), detail, &props.on_goto) }</> }
}

fn nodes(it: &PlacementLine, props: &CardProps) -> Html {
    let names = it.nodes.as_deref().unwrap_or_default();
    let detail = match it.reason.as_str() {
        "no-node-fits" => state("err", "error", html! { <span>{ rich(&it.detail) }</span> }),
        "nodes-fit" => state("ok", "ok", html! { <span>{ rich(&it.detail) }</span> }),
        _ => html! { <span class="oc-row">{ rich(&it.detail) }</span> },
    };
    let lost = |it: &podpath_protocol::LostNode| {
        let text = html! { <><b>{ it.name.clone() }</b>{ " · " }{ rich(&it.detail) }</> };
        line(it.range.as_ref(), text, &props.on_goto)
    };
    html! {
        <>
            { detail }
            if !names.is_empty() {
                <span class="oc-row mono">{ names.join(", ") }</span>
            }
            { for it.wants.iter().map(|it| line(it.range.as_ref(), html! { <code>{ it.text.clone() }</code> }, &props.on_goto)) }
            if !it.lost.is_empty() {
                <details class="oc-rest"><summary>{ icon("chevron") }{ words::N_LOST_NODES.with(props.locale, &[&it.lost.len()]) }</summary>{ for it.lost.iter().map(lost) }</details>
            }
        </>
    }
}
