//! Manifests in, findings out: one line each, as path, finding and the text it points at.

use super::*;

fn findings(text: &str) -> Vec<String> {
    let document = podpath_yaml::parse(text);
    let show = |it: &Finding| {
        let what = match &it.kind {
            FindingKind::UnknownField { suggestion: Some(near), .. } => format!("unknown, did you mean {near}"),
            FindingKind::UnknownField { suggestion: None, .. } => "unknown".to_owned(),
            FindingKind::ExperimentalField { .. } => "experimental".to_owned(),
            FindingKind::WrongType { expected, found } => format!("{found} where {expected} is due"),
            FindingKind::MissingField { name } => format!("{name} is missing"),
        };
        format!("{}: {what} @ {}", it.path, it.span.slice(text))
    };
    document.root.iter().flat_map(check).map(|it| show(&it)).collect()
}

#[track_caller]
fn check_text(text: &str, expected: &[&str]) {
    assert_eq!(findings(text), expected, "{text}");
}

#[test]
fn misspelt_fields_are_found_at_their_key() {
    let text = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, lables: {app: web}}
spec:
  relicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: nginx
        resources: {request: {cpu: 1}}
        ports: [{containerPort: 80, protocal: TCP}]
";
    check_text(
        text,
        &[
            "metadata.lables: unknown, did you mean labels @ lables",
            "spec.relicas: unknown, did you mean replicas @ relicas",
            "spec.template.spec.containers[0].resources.request: unknown, did you mean requests @ request",
            "spec.template.spec.containers[0].ports[0].protocal: unknown, did you mean protocol @ protocal",
        ],
    );
}

#[test]
fn case_counts() {
    check_text(
        "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {ports: [{port: 80, targetport: 8080}]}}",
        &["spec.ports[0].targetport: unknown, did you mean targetPort @ targetport"],
    );
}

#[test]
fn wrong_types_are_found_at_their_value() {
    let service = |spec: &str| format!("{{apiVersion: v1, kind: Service, metadata: {{name: web}}, spec: {spec}}}");
    for (spec, expected) in [
        ("{ports: [{port: '80'}]}", "spec.ports[0].port: string where integer is due @ '80'"),
        ("{ports: [{port: 80.5}]}", "spec.ports[0].port: number where integer is due @ 80.5"),
        ("{ports: [{port: 2147483648}]}", "spec.ports[0].port: integer where 32-bit integer is due @ 2147483648"),
        (
            "{ports: [{port: 80, targetPort: true}]}",
            "spec.ports[0].targetPort: boolean where integer or string is due @ true",
        ),
        ("{ports: {port: 80}}", "spec.ports: object where array is due @ {port: 80}"),
        ("{selector: {version: 1.27}}", "spec.selector.version: number where string is due @ 1.27"),
        ("{selector: {a/b: yes}}", "spec.selector[\"a/b\"]: boolean where string is due @ yes"),
        ("web", "spec: string where object is due @ web"),
    ] {
        check_text(&service(spec), &[expected]);
    }
    for good in ["{ports: [{port: 8e1, targetPort: http}]}", "{ports: [{port: 80, targetPort: 80.0}]}", "null", "{}"] {
        check_text(&service(good), &[]);
    }
}

#[test]
fn quantities_times_and_base64_have_a_form() {
    check_text(
        "{apiVersion: v1, kind: Secret, metadata: {name: s, creationTimestamp: yesterday}, data: {a: cGFzcw==, b: pass-word}}",
        &[
            "metadata.creationTimestamp: string where RFC 3339 time is due @ yesterday",
            "data.b: string where base64 is due @ pass-word",
        ],
    );
    check_text(
        "{apiVersion: v1, kind: LimitRange, metadata: {name: l}, spec: {limits: [{type: Pod, max: {cpu: 2, memory: 1GB}}]}}",
        &["spec.limits[0].max.memory: string where quantity is due @ 1GB"],
    );
}

#[test]
fn free_maps_take_any_key_but_not_any_value() {
    check_text(
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: c, annotations: {any.thing/at-all: x}}, data: {a.b: '1', c: 1}}",
        &["data.c: integer where string is due @ 1"],
    );
}

#[test]
fn embedded_objects_are_checked_as_what_they_are() {
    let text = "\
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec:
  schedule: '@daily'
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers: [{name: a, image: b, comand: [c]}]
";
    check_text(
        text,
        &["spec.jobTemplate.spec.template.spec.containers[0].comand: unknown, did you mean command @ comand"],
    );
}

#[test]
fn missing_fields_are_found_at_what_lacks_them() {
    check_text(
        "{apiVersion: v1, kind: Pod, metadata: {}, spec: {containers: [{name: web, image: ''}], volumes: [{emptyDir: {}}]}}",
        &[
            "metadata.name: name is missing @ metadata",
            "spec.containers[0].image: image is missing @ image",
            "spec.volumes[0].name: name is missing @ emptyDir",
        ],
    );
    check_text("{apiVersion: v1, kind: Pod, metadata: {generateName: web-}}", &["spec: spec is missing @ Pod"]);
}

#[test]
fn a_misspelt_field_is_not_missing_too() {
    check_text(
        "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {container: []}}",
        &["spec.container: unknown, did you mean containers @ container"],
    );
}

#[test]
fn null_is_absent_but_not_in_lists_of_custom_resources() {
    check_text(
        "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: a}, spec: null}",
        &["spec: spec is missing @ spec"],
    );
    check_text(
        "{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: v}, spec: {tcp: null, http: [~]}}",
        &["spec.http[0]: null where object is due @ ~"],
    );
}

#[test]
fn custom_resources_are_checked_in_all_their_versions() {
    for version in ["v1", "v1beta1", "v1alpha3"] {
        check_text(
            &format!(
                "{{apiVersion: networking.istio.io/{version}, kind: VirtualService, metadata: {{name: v}}, \
                 spec: {{hosts: [a], http: [{{routes: []}}]}}, status: {{any: thing}}}}"
            ),
            &["spec.http[0].routes: unknown, did you mean route @ routes"],
        );
    }
    check_text(
        "{apiVersion: elbv2.k8s.aws/v1beta1, kind: IngressClassParams, metadata: {name: alb}, spec: {schema: internal}}",
        &["spec.schema: unknown, did you mean scheme @ schema"],
    );
}

#[test]
fn fields_of_the_experimental_channel_are_told_apart() {
    check_text(
        "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: r}, spec: {rules: [{retry: {attempts: 3}}]}}",
        &["spec.rules[0].retry: experimental @ retry"],
    );
}

#[test]
fn unknown_kinds_and_half_typed_objects_are_left_alone() {
    for text in
        ["", "kind: Pod", "- a", "{apiVersion: example.com/v1, kind: Pod, spek: 1}", "{apiVersion: 1, kind: []}"]
    {
        check_text(text, &[]);
    }
    assert!(is_known("v1", "Pod") && !is_known("core/v1", "Pod") && !is_known("v1", "pod"));
}

#[test]
fn fields_for_completion_are_those_at_the_path() {
    assert_eq!(
        fields("v1", "Service", &["spec", "ports", "0"]),
        ["appProtocol", "name", "nodePort", "port", "protocol", "targetPort"]
    );
    assert_eq!(fields("v1", "ConfigMap", &["data"]), Vec::<&str>::new());
}
