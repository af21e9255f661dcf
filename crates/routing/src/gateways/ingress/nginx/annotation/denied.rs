//! Annotations that cannot be played, for which the controller answers 503 to every request (`LocationDenied`).

use podpath_cluster::{Cluster, Found};
use podpath_objects::{Ingress, Secret};
use podpath_source::Text;

use super::Keys;

pub(super) fn no_range(key: &str) -> Text {
    Text::new(
        format!("`{key}` holds no address that can be read, so ingress-nginx answers 503 to every request"),
        format!("`{key}`에 읽을 수 있는 주소가 없어 ingress-nginx가 모든 요청에 503으로 응답합니다"),
    )
}

/// Why nobody can show a password: the Secret with the users is not there, or holds none (`annotations/auth`, which denies
/// the location then).
pub(super) fn without_users(cluster: &Cluster, ingress: &Found<'_, Ingress>, keys: &Keys<'_>) -> Option<Text> {
    keys.text("auth-type").filter(|it| *it == "basic")?;
    let Some(secret) = keys.text("auth-secret") else {
        return Some(Text::new(
            "`auth-type` needs a Secret in `auth-secret`, so ingress-nginx answers 503 to every request",
            "`auth-type`에는 `auth-secret`의 Secret이 필요해서 ingress-nginx가 모든 요청에 503으로 응답합니다",
        ));
    };
    let (namespace, name) = secret.split_once('/').unwrap_or((ingress.namespace(), secret));
    let Some(found) = cluster.find::<Secret>(namespace, name) else {
        return Some(Text::new(
            format!(
                "Secret `{name}` of `auth-secret` is not in namespace `{namespace}`, so ingress-nginx answers 503 to every request"
            ),
            format!(
                "`auth-secret`의 `{name}` Secret이 `{namespace}` 네임스페이스에 없어 ingress-nginx가 모든 요청에 503으로 응답합니다"
            ),
        ));
    };
    let is_map = keys.text("auth-secret-type") == Some("auth-map");
    let holds_users =
        is_map || [&found.object.data, &found.object.string_data].iter().any(|it| it.get("auth").is_some());
    (!holds_users).then(|| {
        Text::new(
            format!("Secret `{name}` has no key `auth` with users, so ingress-nginx answers 503 to every request"),
            format!("`{name}` Secret에 사용자를 적은 `auth` 키가 없어 ingress-nginx가 모든 요청에 503으로 응답합니다"),
        )
    })
}
