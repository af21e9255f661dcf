//! Rules that the controller leaves out: redirects to themselves, and what an earlier redirect takes whole (`rule_optimizer.go`).

use super::model::{Action, Field, Redirect, Rule};

/// What is left of the rules of a listener.
pub(super) fn optimize(rules: Vec<Rule>, port: u16, is_https: bool) -> Vec<Rule> {
    let mut kept: Vec<Rule> = Vec::new();
    let mut redirects: Vec<usize> = Vec::new();
    for rule in rules {
        // "Any of its actions": sign-in and the check of a token stand before it.
        let redirect = rule.actions.iter().find_map(|it| match it {
            Action::Redirect(redirect) => Some(redirect),
            _ => None,
        });
        if redirect.is_some_and(|it| is_loop(it, &rule, port, is_https)) {
            continue;
        }
        if redirects.iter().filter_map(|it| kept.get(*it)).any(|earlier| covers(earlier, &rule)) {
            continue;
        }
        if redirect.is_some() && has_plain_conditions(&rule) {
            redirects.push(kept.len());
        }
        kept.push(rule);
    }
    kept
}

/// Every given field is its placeholder or the rule's own value; a regular expression never counts as the same path.
fn is_loop(redirect: &Redirect, rule: &Rule, port: u16, is_https: bool) -> bool {
    let has_path_regex = rule.conditions.iter().any(|it| it.field == Field::Path && it.is_regex);
    let same = |given: &Option<String>, placeholder: &str, own: &dyn Fn(&str) -> bool| {
        given.as_deref().is_none_or(|it| it == placeholder || own(it))
    };
    let protocol = if is_https { "HTTPS" } else { "HTTP" };
    let (hosts, paths) = (values(rule, &Field::Host, false), values(rule, &Field::Path, false));
    !has_path_regex
        && same(&redirect.host, "#{host}", &|it| hosts.contains(&it))
        && same(&redirect.path, "/#{path}", &|it| paths.contains(&it))
        && same(&redirect.port, "#{port}", &|it| it == port.to_string())
        && same(&redirect.protocol, "#{protocol}", &|it| it == protocol)
        && same(&redirect.query, "#{query}", &|_| false)
}

fn values<'a>(rule: &'a Rule, field: &Field, is_regex: bool) -> Vec<&'a str> {
    let found = rule.conditions.iter().filter(|it| it.field == *field && it.is_regex == is_regex);
    found.flat_map(|it| &it.values).map(|it| it.value.as_str()).collect()
}

/// A redirect with any other condition hides nothing.
fn has_plain_conditions(rule: &Rule) -> bool {
    rule.conditions.iter().all(|it| matches!(it.field, Field::Host | Field::Path))
}

/// Sets of literal texts: no hosts are all hosts, `/*` is all paths. A host by regular expression counts as no host.
fn covers(earlier: &Rule, later: &Rule) -> bool {
    let within = |wide: &[&str], narrow: &[&str]| narrow.iter().all(|it| wide.contains(it));
    let (wide, narrow) = (values(earlier, &Field::Host, false), values(later, &Field::Host, false));
    if !wide.is_empty() && (narrow.is_empty() || !within(&wide, &narrow)) {
        return false;
    }
    let both = |rule| {
        let mut paths = values(rule, &Field::Path, false);
        paths.extend(values(rule, &Field::Path, true));
        paths
    };
    let (wide, narrow) = (both(earlier), both(later));
    wide.is_empty() || wide.contains(&"/*") || (!narrow.is_empty() && within(&wide, &narrow))
}
