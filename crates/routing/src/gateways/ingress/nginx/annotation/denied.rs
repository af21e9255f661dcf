//! Annotations that cannot be played, for which the controller answers 503 to every request (`LocationDenied`).

use podpath_cluster::{Cluster, Found};
use podpath_objects::{Ingress, Secret};
use podpath_source::Text;

use super::{Config, Keys};

pub(super) fn no_range(key: &str) -> Text {
    Text::new(
        format!("`{key}` holds no address that can be read, so ingress-nginx answers 503 to every request"),
        format!("`{key}`에 읽을 수 있는 주소가 없어 ingress-nginx가 모든 요청에 503으로 응답합니다"),
    )
}

/// The users that basic authentication knows; an error is why nobody can show a password, which denies the location
/// (`annotations/auth`): the Secret is not told, of another namespace, not there, or of another form.
pub(super) fn users(
    cluster: &Cluster,
    ingress: &Found<'_, Ingress>,
    keys: &Keys<'_>,
    config: &Config,
) -> Option<Result<Vec<String>, Text>> {
    keys.text("auth-type")?;
    Some(secret(cluster, ingress, keys, config).and_then(|(name, secret)| match keys.text("auth-secret-type") {
        Some("auth-map") => Ok(keys_of(secret)),
        Some("auth-file") | None => lines_of(secret).ok_or_else(|| without_auth(name)),
        Some(other) => Err(Text::new(
            format!("`auth-secret-type` is neither `auth-file` nor `auth-map` but `{other}`, so ingress-nginx answers 503 to every request"),
            format!("`auth-secret-type` 값이 `auth-file`도 `auth-map`도 아닌 `{other}`이어서 ingress-nginx가 모든 요청에 503으로 응답합니다"),
        )),
    }))
}

/// The Secret of `auth-secret` with its name.
fn secret<'a>(
    cluster: &'a Cluster,
    ingress: &Found<'_, Ingress>,
    keys: &Keys<'a>,
    config: &Config,
) -> Result<(&'a str, &'a Secret), Text> {
    let Some(secret) = keys.text("auth-secret") else {
        return Err(Text::new(
            "`auth-type` needs a Secret in `auth-secret`, so ingress-nginx answers 503 to every request",
            "`auth-type`에는 `auth-secret`의 Secret이 필요해서 ingress-nginx가 모든 요청에 503으로 응답합니다",
        ));
    };
    let own = ingress.namespace();
    let (namespace, name) = secret.split_once('/').filter(|(it, _)| !it.is_empty()).unwrap_or((own, secret));
    if namespace != own && !config.crosses_namespaces {
        return Err(Text::new(
            format!(
                "`auth-secret` names a Secret of namespace `{namespace}` (cross namespace usage of secrets is not allowed), so ingress-nginx answers 503 to every request"
            ),
            format!(
                "`auth-secret`이 `{namespace}` 네임스페이스의 Secret을 가리켜 ingress-nginx가 모든 요청에 503으로 응답합니다 (cross namespace usage of secrets is not allowed)"
            ),
        ));
    }
    let found = cluster.find::<Secret>(namespace, name).map(|it| (name, it.object));
    found.ok_or_else(|| {
        Text::new(
            format!(
                "Secret `{name}` of `auth-secret` is not in namespace `{namespace}`, so ingress-nginx answers 503 to every request"
            ),
            format!(
                "`auth-secret`의 `{name}` Secret이 `{namespace}` 네임스페이스에 없어 ingress-nginx가 모든 요청에 503으로 응답합니다"
            ),
        )
    })
}

fn without_auth(name: &str) -> Text {
    Text::new(
        format!("Secret `{name}` has no key `auth` with users, so ingress-nginx answers 503 to every request"),
        format!("`{name}` Secret에 사용자를 적은 `auth` 키가 없어 ingress-nginx가 모든 요청에 503으로 응답합니다"),
    )
}

/// Each key is a user. Nobody gets in without a hash.
fn keys_of(secret: &Secret) -> Vec<String> {
    let keys = secret.data.iter().chain(secret.string_data.iter()).map(|(key, _)| key);
    let with_hash = keys.filter(|key| secret.value(key).is_some_and(|it| !it.trim().is_empty()));
    with_hash.map(str::to_owned).collect()
}

/// The lines `user:hash` of the key `auth`; `#` begins a remark.
fn lines_of(secret: &Secret) -> Option<Vec<String>> {
    [&secret.data, &secret.string_data].iter().find_map(|it| it.get("auth"))?;
    let text = secret.value("auth").unwrap_or_default();
    let users = text.lines().filter(|it| !it.starts_with('#')).filter_map(|it| it.split_once(':'));
    Some(users.filter(|(_, hash)| !hash.trim().is_empty()).map(|(user, _)| user.to_owned()).collect())
}
