//! How a way ends: outcome, status, the code of the deciding fact, and the sentences for people.

use podpath_cluster::{Cluster, Found, NoEndpoints, ResourceId};
use podpath_objects::{Gateway, Labels, Service};
use podpath_source::{Location, Text};

use super::{Outcome, Stage, Verdict, verdicts};
use crate::choose::NoListener;
use crate::request::Request;
use crate::table::Table;

/// How a way ends.
pub(super) struct End {
    pub(super) outcome: Outcome,
    pub(super) status: Option<u16>,
    pub(super) reason: String,
    pub(super) body: Option<String>,
    pub(super) verdict: Verdict,
}

impl End {
    /// Where no HTTP is spoken a proxy cannot answer: it closes the connection.
    pub(super) fn closed(self) -> Self {
        let Some(status) = self.status.filter(|_| self.outcome == Outcome::Answered) else { return self };
        let bare = |text: &str| text.trim_start_matches(&status.to_string()).trim_start().to_owned();
        let title = Text::new(
            format!("Connection closed: {}", bare(&self.verdict.title.en)),
            format!("연결이 끊깁니다. {}", bare(&self.verdict.title.ko)),
        );
        let detail = Text::new(
            "a connection that carries no HTTP cannot be answered, only closed",
            "HTTP가 아닌 연결에는 응답할 수 없어 닫기만 합니다",
        );
        Self { outcome: Outcome::Refused, status: None, verdict: Verdict { title, detail, ..self.verdict }, ..self }
    }

    /// What a proxy answers where its own connection is refused or closed.
    pub(super) fn bad_gateway(self, status: u16) -> Self {
        if self.outcome != Outcome::Refused {
            return self;
        }
        let title = &self.verdict.title;
        let title = Text::new(format!("{status} {}", title.en), format!("{status} {}", title.ko));
        Self { outcome: Outcome::Answered, status: Some(status), verdict: Verdict { title, ..self.verdict }, ..self }
    }

    /// The code of gRPC stands behind the status, which is what such a client sees.
    pub(super) fn of_grpc(mut self) -> Self {
        if let (Some(code), Some(status)) = (self.grpc_status(), self.status) {
            let (old, new) = (format!("{status} "), format!("{status} {code}: "));
            let title = &mut self.verdict.title;
            for text in [&mut title.en, &mut title.ko] {
                *text = text.replacen(&old, &new, usize::from(text.starts_with(&old)));
            }
        }
        self
    }

    /// What a client of gRPC is told: the code that it makes of the status (grpc `doc/http-grpc-status-mapping.md`).
    pub(super) fn grpc_status(&self) -> Option<&'static str> {
        Some(match self.status? {
            400 => "INTERNAL",
            401 => "UNAUTHENTICATED",
            403 => "PERMISSION_DENIED",
            404 => "UNIMPLEMENTED",
            429 | 502..=504 => "UNAVAILABLE",
            _ => "UNKNOWN",
        })
    }

    pub(super) fn refused(reason: &str, detail: Text) -> Self {
        Self::refused_at(reason, detail, None)
    }

    pub(super) fn refused_at(reason: &str, detail: Text, location: Option<Location>) -> Self {
        let title = Text::new("Connection refused", "연결이 거부됩니다");
        let verdict = Verdict { title, detail, stage: Some(Stage::Traffic), location };
        Self { outcome: Outcome::Refused, status: None, reason: reason.into(), body: None, verdict }
    }

    pub(super) fn unsupported(field: String) -> Self {
        let verdict = verdicts::unsupported(&field, None);
        Self { outcome: Outcome::Unsupported, status: None, reason: field, body: None, verdict }
    }

    pub(super) fn unsupported_at(field: String, location: Location) -> Self {
        let verdict = verdicts::unsupported(&field, Some(location));
        Self { outcome: Outcome::Unsupported, status: None, reason: field, body: None, verdict }
    }

    pub(super) fn answered(status: u16, reason: &str, body: Option<String>, verdict: Verdict) -> Self {
        Self { outcome: Outcome::Answered, status: Some(status), reason: reason.into(), body, verdict }
    }

    /// A Gateway of a class that is not played.
    pub(super) fn not_played(cluster: &Cluster, id: ResourceId) -> Self {
        let found = cluster.get::<Gateway>(id);
        let name = found.map_or("", |it| it.name());
        let text = Text::new(
            format!("no controller that is played here has the class of Gateway `{name}`"),
            format!("`{name}` Gateway의 클래스를 맡는 컨트롤러가 없습니다"),
        );
        Self::refused("no-controller", text)
    }

    pub(super) fn no_listener(cluster: &Cluster, table: &Table, request: &Request, why: NoListener) -> Self {
        let verdict = verdicts::no_listener(cluster, table, request, why);
        let (outcome, status, reason) = match why {
            NoListener::Port => (Outcome::Refused, None, "no-listener"),
            NoListener::Source => (Outcome::Refused, None, "source-range"),
            NoListener::ServerName => (Outcome::Refused, None, "no-server-name"),
            NoListener::Protocol => (Outcome::Refused, None, "protocol-mismatch"),
            NoListener::Host => (Outcome::Answered, Some(404), "no-listener-host"),
            NoListener::Misdirected => (Outcome::Answered, Some(421), "misdirected"),
            NoListener::ClientCertificate => (Outcome::Refused, None, "no-client-certificate"),
        };
        Self { outcome, status, reason: reason.into(), body: None, verdict }
    }

    pub(super) fn no_endpoints(
        cluster: &Cluster,
        service: &Found<'_, Service>,
        subset: Option<&(String, Labels)>,
        why: Option<NoEndpoints>,
    ) -> Self {
        let verdict = verdicts::no_endpoints(cluster, service, subset, why);
        Self { outcome: Outcome::Delivered, status: Some(503), reason: "no-endpoints".into(), body: None, verdict }
    }
}
