//! Headers that ConfigMaps list: those of the whole controller, and those that an annotation asks for.
//!
//! Source: `internal/ingress/controller/nginx.go` (`add-headers`, `proxy-set-headers`), `annotations/customheaders`.

use podpath_cluster::Cluster;
use podpath_objects::ConfigMap;
use podpath_source::Text;

use super::{Config, Keys};

/// Names and values.
pub(in super::super) type Headers = Vec<(String, String)>;

/// The ConfigMap that a setting names, as `namespace/name`; None when it is not here.
fn map<'a>(cluster: &'a Cluster, named: &str) -> Option<&'a ConfigMap> {
    let (namespace, name) = named.split_once('/')?;
    cluster.find::<ConfigMap>(namespace, name).map(|it| it.object)
}

/// Headers of a ConfigMap that a setting of the controller names; a missing one is told in its log alone. What holds a
/// variable of nginx is known only when it is sent, so it is not told.
pub(in super::super) fn listed(cluster: &Cluster, named: Option<&str>) -> Headers {
    let pairs = named.and_then(|it| map(cluster, it)).map(|it| it.data.iter().collect::<Vec<_>>()).unwrap_or_default();
    let plain = pairs.into_iter().filter(|(_, value)| !value.contains('$'));
    plain.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// What may be the name of a header (`headerRegexp`).
pub(in super::super) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn is_value(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
}

/// The headers that `custom-headers` adds to answers, `$` standing for itself; an error is why the location is denied.
pub(super) fn custom(cluster: &Cluster, keys: &Keys<'_>, config: &Config) -> Result<Headers, Text> {
    let Some(named) = keys.taken("custom-headers") else { return Ok(vec![]) };
    let Some(found) = map(cluster, named) else {
        return Err(Text::new(
            format!(
                "there is no ConfigMap `{named}` (namespace/name) for `custom-headers`, so ingress-nginx answers 503 to every request"
            ),
            format!(
                "`custom-headers`의 `{named}` ConfigMap(namespace/name)이 없어 ingress-nginx가 모든 요청에 503으로 응답합니다"
            ),
        ));
    };
    let is_allowed = |name: &str| config.allowed_headers.iter().any(|it| it == name);
    let refused = found.data.iter().find(|(name, value)| !is_name(name) || !is_value(value) || !is_allowed(name));
    match refused {
        None => Ok(found.data.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()),
        Some((name, _)) => Err(Text::new(
            format!(
                "header `{name}` of `custom-headers` is not in `global-allowed-response-headers` of the ConfigMap or cannot be read, so ingress-nginx answers 503 to every request"
            ),
            format!(
                "`custom-headers`의 `{name}` 헤더가 ConfigMap의 `global-allowed-response-headers`에 없거나 읽을 수 없어 ingress-nginx가 모든 요청에 503으로 응답합니다"
            ),
        )),
    }
}
