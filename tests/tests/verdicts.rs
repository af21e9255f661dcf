//! The sentence of an answer names what decides it, not something else that was refused.

use podpath_protocol::Call;
use suite::ask::{Files, trace};

/// The title of the answer to a request for a host.
fn title(file: &str, host: &str) -> Result<String, String> {
    let files: Files = std::iter::once(("a.yaml".to_owned(), file.to_owned())).collect();
    let call = Call { host: host.to_owned(), ..Call::default() };
    Ok(trace(&files, &call)?.verdict.title)
}

#[test]
fn an_annotation_that_is_passed_by_does_not_detach_its_ingress() {
    let ingress = "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations:
    kubernetes.io/ingress.class: nginx
    nginx.ingress.kubernetes.io/rewrite-target: /page?name=$1
spec:
  rules:
  - host: shop.example.kr
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}
";
    let title = title(ingress, "unknown.example.org").unwrap();
    assert!(title.starts_with("404 Nothing serves the host `unknown.example.org`"), "{title}");
}

#[test]
fn an_ingress_that_is_not_admitted_is_not_attached() {
    let ingress = "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: odd, annotations: {kubernetes.io/ingress.class: nginx}}
spec:
  rules:
  - host: shop.example.kr
    http: {paths: [{path: '/a(.*)', pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}
";
    let title = title(ingress, "shop.example.kr").unwrap();
    assert!(title.ends_with("admission-denied"), "{title}");
}
