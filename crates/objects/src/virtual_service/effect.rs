//! What a rule of a VirtualService does beside routing: faults that it injects, answers for other origins, and copies.

use podpath_source::{Spanned, nanoseconds};
use podpath_yaml::Value;

use super::{Destination, StringMatch};
use crate::reader::Reader;

/// `fault` of a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpFault {
    /// Share of the requests that are answered at once, as numerator and denominator, and how.
    pub abort: Option<((u64, u64), Spanned<Abort>)>,
    /// Share of the requests that wait first, and for how long, as written.
    pub delay: Option<((u64, u64), Spanned<String>)>,
}

/// How `fault.abort` answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Abort {
    /// `httpStatus`
    Http(u16),
    /// `grpcStatus`, by name.
    Grpc(String),
}

/// `corsPolicy` of a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CorsPolicy {
    /// `allowOrigins`, and the older `allowOrigin`.
    pub origins: Vec<StringMatch>,
    /// `allowMethods`
    pub methods: Vec<String>,
    /// `allowHeaders`
    pub headers: Vec<String>,
    /// `exposeHeaders`
    pub exposed: Vec<String>,
    /// `maxAge` in seconds.
    pub max_age: Option<u32>,
    /// `allowCredentials`
    pub credentials: bool,
    /// `unmatchedPreflights: IGNORE`, which answers them all the same.
    pub answers_unmatched: bool,
}

/// Whom a rule sends copies of its requests.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mirrors {
    /// `mirror`
    pub one: Option<Destination>,
    /// `mirrorPercentage`, as numerator and denominator.
    pub share: Option<(u64, u64)>,
    /// `mirrorPercent`, the older one.
    pub older_share: Option<(u64, u64)>,
    /// `mirrors`, each with its share.
    pub more: Vec<(Destination, (u64, u64))>,
}

impl HttpFault {
    pub(super) fn read(reader: Reader<'_>) -> Self {
        let (abort, delay) = (reader.get("abort"), reader.get("delay"));
        let http = abort.get("httpStatus").port().map(|it| it.map(Abort::Http));
        let grpc = || abort.get("grpcStatus").text().map(|it| it.map(Abort::Grpc));
        // "If not specified, no request will be aborted", or delayed. The older `percent` is a field of `delay` alone: the
        // proto reserves that of `abort` (istio/api `virtual_service.proto`).
        let share = |it: Reader<'_>| percent(it.get("percentage").get("value"));
        let of_delay = if delay.get("percentage").exists() { share(delay) } else { percent(delay.get("percent")) };
        Self {
            abort: http.or_else(grpc).map(|it| (share(abort), it)).filter(|(share, _)| share.0 > 0),
            delay: delay.get("fixedDelay").text().map(|it| (of_delay, it)).filter(|(share, _)| share.0 > 0),
        }
    }
}

impl CorsPolicy {
    pub(super) fn read(reader: Reader<'_>) -> Self {
        let texts = |key: &str| reader.get(key).texts().into_iter().map(|it| it.value).collect::<Vec<_>>();
        let matches = reader.get("allowOrigins").items().filter_map(|it| StringMatch::read(it).map(|it| it.value));
        let older = texts("allowOrigin");
        let older = older
            .into_iter()
            .map(|it| if it == "*" { StringMatch::Regex(".*".into()) } else { StringMatch::Exact(it) });
        Self {
            origins: matches.chain(older).collect(),
            methods: texts("allowMethods"),
            headers: texts("allowHeaders"),
            exposed: texts("exposeHeaders"),
            max_age: reader.get("maxAge").text().and_then(|it| seconds(&it.value)),
            credentials: reader.get("allowCredentials").is_true(),
            answers_unmatched: reader.get("unmatchedPreflights").text().is_some_and(|it| it.value == "IGNORE"),
        }
    }
}

/// "If absent, all the traffic is mirrored."
const ALL: (u64, u64) = (1, 1);

impl Mirrors {
    pub(super) fn read(reader: Reader<'_>) -> Self {
        let share = |it: Reader<'_>| it.exists().then(|| percent(it.get("value")));
        let one = reader.get("mirror");
        let mut older = ["mirrorPercent", "mirror_percent"].into_iter().map(|key| reader.get(key));
        let more = reader.get("mirrors").items();
        Self {
            one: one.node().and_then(|_| Destination::read_target(one, one.span())),
            share: share(reader.get("mirrorPercentage")),
            older_share: older.find(|it| it.exists()).map(percent),
            more: more
                .filter_map(|it| Some((Destination::read(it)?, share(it.get("percentage")).unwrap_or(ALL))))
                .collect(),
        }
    }

    /// Everyone who gets copies, with the share. "If zero percent is provided explicitly, we should not mirror" (istio
    /// `pilot/pkg/networking/core/route/route.go`, `MirrorPercent`).
    pub fn all(&self) -> impl Iterator<Item = (&Destination, (u64, u64))> {
        let share = self.share.or(self.older_share).unwrap_or(ALL);
        let one = self.one.iter().map(move |it| (it, share));
        one.chain(self.more.iter().map(|(to, share)| (to, *share))).filter(|(_, share)| share.0 > 0)
    }
}

/// A share in percent, cut to 0 to 100, with four digits after the point at most; nothing is none.
fn percent(reader: Reader<'_>) -> (u64, u64) {
    match reader.node().map(|node| &node.value) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "cut to 0..=100 before")]
        Some(Value::Float(percent)) => ((percent.clamp(0.0, 100.0) * 10_000.0).round() as u64, 1_000_000),
        Some(Value::Int(percent)) => (u64::try_from(percent.get()).unwrap_or(0).min(100), 100),
        _ => (0, 100),
    }
}

/// The whole seconds of a duration of Go: what is finer is cut off (istio `pilot/pkg/networking/core/route/route.go`,
/// `translateCORSPolicy`, takes `MaxAge.GetSeconds()`).
fn seconds(text: &str) -> Option<u32> {
    u32::try_from(nanoseconds(text)? / 1_000_000_000).ok()
}
