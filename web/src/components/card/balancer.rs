//! The load balancer of a card, as the console of AWS shows it: listeners with numbered rules, target groups, and the errors
//! that keep all of it as it is. The rule that takes the request is lit.

use podpath_protocol::{
    BalancerCard, BalancerError, BalancerGroup, BalancerListener, BalancerRule, BalancerTarget, Hop, Range, Ref,
};
use yew::prelude::*;

use super::CardProps;
use super::facts::line;
use crate::components::icon::icon;
use crate::rich::{place, rich};
use crate::words;

/// Rules of a listener before the rest is folded, and how many more each unfolding shows.
const N_RULES: usize = 20;

pub(super) fn balancer(made: &BalancerCard, props: &CardProps) -> Html {
    let locale = props.locale;
    let hops = props.trace.as_ref().map_or(&[][..], |it| &it.hops);
    let is_of = |it: &Hop| it.resource.as_ref().is_some_and(|it| made.members.contains(it));
    let members = if made.frozen.is_empty() { words::BALANCER_MEMBERS } else { words::BALANCER_HELD };
    let listeners = made.listeners.iter().map(|it| {
        let hop = hops.iter().find(|hop| hop.rule.as_ref().is_some_and(|rule| rule.port == it.port));
        let lit = hop.and_then(|hop| it.rules.iter().position(|rule| is_chosen(rule, hop, is_of(hop))));
        html! { <Listener key={it.port} listener={it.clone()} {lit} {locale} on_goto={props.on_goto.clone()} /> }
    });
    html! {
        <section class="lb" aria-label={words::LOAD_BALANCER.text(locale)}>
            <h3>{ made.title.clone() }</h3>
            { for made.frozen.iter().map(|it| frozen(it, props)) }
            if made.members.len() > 1 || !made.frozen.is_empty() {
                <p class="lb-members"><span class="dim">{ members.text(locale) }</span>{ for made.members.iter().map(|it| member(it, &props.on_open)) }</p>
            }
            { for listeners }
            if !made.target_groups.is_empty() {
                <h4>{ words::BALANCER_TARGETS.text(locale) }</h4>
                { for made.target_groups.iter().map(|it| group(it, props)) }
            }
        </section>
    }
}

/// By its number and its place: a rule of a Gateway's load balancer belongs to a route, which is no member.
fn is_chosen(rule: &BalancerRule, hop: &Hop, is_of_members: bool) -> bool {
    let Some(number) = &hop.rule else { return false };
    let is_number = match rule.priority {
        Some(priority) => number.priority.as_u64() == u64::try_from(priority).ok(),
        None => number.priority.as_str() == Some("default"),
    };
    is_number && (is_of_members || hop.range.is_some() && hop.range == rule.range)
}

fn frozen(it: &BalancerError, props: &CardProps) -> Html {
    html! {
        <div class="lb-frozen">
            { icon("error") }
            <div><b>{ words::BALANCER_FROZEN.text(props.locale) }</b>{ line(it.range.as_ref(), html! { { it.message.clone() } }, &props.on_goto) }</div>
        </div>
    }
}

fn member(resource: &Ref, on_open: &Callback<Ref>) -> Html {
    let onclick = {
        let resource = resource.clone();
        on_open.reform(move |_: MouseEvent| resource.clone())
    };
    html! { <button class="oc-ref" {onclick}>{ format!("{} {}", resource.kind, resource.name) }</button> }
}

#[derive(Properties, PartialEq)]
struct ListenerProps {
    listener: BalancerListener,
    /// Which of its rules takes the request.
    lit: Option<usize>,
    locale: podpath_protocol::Locale,
    on_goto: Callback<Range>,
}

/// A listener; of many rules the first, the one that takes the request, and the default one.
#[component]
fn Listener(props: &ListenerProps) -> Html {
    let (listener, locale) = (&props.listener, props.locale);
    let n_shown = use_state_eq(|| N_RULES);
    let last = listener.rules.len().saturating_sub(1);
    let is_shown = |at: usize| at < *n_shown || at == last || Some(at) == props.lit;
    let n_hidden = (0..=last).filter(|at| !is_shown(*at)).count();
    let rows = listener.rules.iter().enumerate().filter(|(at, _)| *at != last && is_shown(*at));
    let rows = rows.map(|(at, it)| rule(it, Some(at) == props.lit, props));
    let default = listener.rules.last().map(|it| rule(it, props.lit == Some(last), props));
    let on_more = {
        let (setter, more) = (n_shown.setter(), *n_shown + 5 * N_RULES);
        Callback::from(move |_: MouseEvent| setter.set(more))
    };
    let n_certificates = listener.certificates.len();
    html! {
        <div class="lb-listener">
            <h4>
                <span class="mono">{ format!("{}:{}", listener.protocol, listener.port) }</span>
                <span class="dim">{ words::counted(locale, last, words::BALANCER_RULE, words::BALANCER_RULES) }</span>
                if n_certificates > 0 {
                    <span class="dim" title={listener.certificates.join("\n")}>{ icon("lock") }{ words::counted(locale, n_certificates, words::CERTIFICATE, words::CERTIFICATES) }</span>
                }
            </h4>
            <ol>
                { for rows }
                if n_hidden > 0 {
                    <li class="lb-more"><button class="line-btn" onclick={on_more}>{ words::MORE_HERE.with(locale, &[&n_hidden]) }{ icon("chevron") }</button></li>
                }
                { default.unwrap_or_default() }
            </ol>
        </div>
    }
}

fn rule(it: &BalancerRule, is_lit: bool, props: &ListenerProps) -> Html {
    let locale = props.locale;
    let number = it.priority.map_or_else(|| words::BALANCER_DEFAULT.text(locale).to_owned(), |it| it.to_string());
    let conditions = match it.priority {
        None => html! { <span class="dim">{ words::BALANCER_OTHERWISE.text(locale) }</span> },
        Some(_) => it.conditions.iter().map(|it| html! { <span>{ rich(it) }</span> }).collect(),
    };
    let body = html! {
        <>
            <span class="lb-n">{ number }</span>
            <span class="lb-if">{ conditions }</span>
            <span class="lb-do">{ for it.actions.iter().map(|it| html! { <span>{ icon("right") }<span>{ rich(it) }</span></span> }) }</span>
            if is_lit {
                <span class="lb-lit">{ icon("ok") }{ words::BALANCER_CHOSEN.text(locale) }</span>
            }
        </>
    };
    let class = classes!("lb-rule", is_lit.then_some("lit"));
    let current = is_lit.then_some("true");
    match it.range.clone() {
        None => html! { <li><div {class} aria-current={current}>{ body }</div></li> },
        Some(range) => {
            let at = place(&range);
            let onclick = props.on_goto.reform(move |_: MouseEvent| range.clone());
            html! { <li><button {class} aria-current={current} {onclick}>{ body }<span class="oc-at"><bdi>{ at }</bdi></span></button></li> }
        }
    }
}

fn group(it: &BalancerGroup, props: &CardProps) -> Html {
    let locale = props.locale;
    let target = |it: &BalancerTarget| {
        let name = format!("{} {}:{}", it.resource.kind, it.resource.name, it.port);
        let onclick = {
            let resource = it.resource.clone();
            props.on_open.reform(move |_: MouseEvent| resource.clone())
        };
        html! { <button class="oc-ref" {onclick}>{ name }</button> }
    };
    html! {
        <div class="lb-group">
            { line(it.range.as_ref(), html! { <><b>{ it.title.clone() }</b>{ " " }<span class="dim">{ it.detail.clone() }</span></> }, &props.on_goto) }
            <span class="oc-row"><span class="dim">{ words::BALANCER_HEALTH.text(locale) }{ " " }</span>{ rich(&it.health) }</span>
            if it.targets.is_empty() {
                <span class="oc-row dim">{ words::BALANCER_NO_TARGET.text(locale) }</span>
            }
            { for it.targets.iter().map(target) }
        </div>
    }
}
