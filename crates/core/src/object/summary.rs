//! What each kind is for, in one sentence.

use podpath_source::Text;

/// The sentence for a kind of a group.
pub(super) fn summary(group: &str, kind: &str) -> Text {
    let found = SENTENCES.iter().find(|it| it.0 == group && it.1 == kind);
    found.map_or_else(
        || {
            Text::new(
                format!("A `{kind}`, which Podpath keeps by name and labels and does not interpret."),
                format!("`{kind}` 오브젝트입니다. Podpath는 이름과 레이블만 읽고 내용은 해석하지 않습니다."),
            )
        },
        |it| Text::new(it.2, it.3),
    )
}

const GATEWAY_API: &str = "gateway.networking.k8s.io";
const ISTIO: &str = "networking.istio.io";
const ISTIO_SECURITY: &str = "security.istio.io";
const NETWORKING: &str = "networking.k8s.io";

/// Group, kind, English, Korean.
const SENTENCES: &[(&str, &str, &str, &str)] = &[
    (
        "",
        "Namespace",
        "A space of names; most objects live in one.",
        "이름 공간입니다. 오브젝트 대부분이 하나의 Namespace에 속합니다.",
    ),
    (
        "",
        "Pod",
        "One or more containers that run together under one address.",
        "주소 하나를 나눠 쓰며 함께 실행되는 컨테이너 묶음입니다.",
    ),
    (
        "",
        "Service",
        "A stable name and port in front of Pods chosen by labels.",
        "레이블로 고른 Pod 앞에 서는, 변하지 않는 이름과 포트입니다.",
    ),
    ("", "ServiceAccount", "The identity that Pods run under.", "Pod가 실행될 때 쓰는 신원입니다."),
    ("", "ConfigMap", "Settings that Pods read as files or variables.", "Pod가 파일이나 변수로 읽는 설정입니다."),
    (
        "",
        "Secret",
        "Settings that should stay secret: keys, passwords, certificates.",
        "비밀로 두어야 하는 설정입니다. 키, 비밀번호, 인증서를 담습니다.",
    ),
    (
        "",
        "PersistentVolumeClaim",
        "A claim on storage that outlives a Pod.",
        "Pod보다 오래 남는 저장 공간을 요청합니다.",
    ),
    (
        "apps",
        "Deployment",
        "Keeps a number of equal Pods running and replaces them step by step.",
        "같은 Pod를 정한 수만큼 유지하고 차례로 교체합니다.",
    ),
    (
        "apps",
        "ReplicaSet",
        "Keeps a number of equal Pods running; usually made by a Deployment.",
        "같은 Pod를 정한 수만큼 유지합니다. 보통 Deployment가 만듭니다.",
    ),
    (
        "apps",
        "StatefulSet",
        "Keeps Pods running that have fixed names and their own storage.",
        "이름과 저장 공간이 고정된 Pod를 유지합니다.",
    ),
    ("apps", "DaemonSet", "Runs one Pod on every node.", "모든 노드에서 Pod를 하나씩 실행합니다."),
    ("apps", "Job", "Runs Pods until their work is done.", "작업이 끝날 때까지 Pod를 실행합니다."),
    (
        "apps",
        "ReplicationController",
        "Keeps a number of equal Pods running; what ReplicaSets and Deployments came from.",
        "같은 Pod를 정한 수만큼 유지합니다. ReplicaSet과 Deployment가 나오기 전에 쓰였습니다.",
    ),
    (
        "",
        "Endpoints",
        "The addresses behind a Service, in the form before EndpointSlices.",
        "Service 뒤에 있는 주소 목록입니다. EndpointSlice가 나오기 전의 형식입니다.",
    ),
    ("discovery.k8s.io", "EndpointSlice", "The addresses behind a Service.", "Service 뒤에 있는 주소 목록입니다."),
    (
        "autoscaling",
        "HorizontalPodAutoscaler",
        "Changes the number of Pods with their load.",
        "부하에 따라 Pod 수를 바꿉니다.",
    ),
    (
        "policy",
        "PodDisruptionBudget",
        "Limits how many Pods may be taken away at once.",
        "한 번에 내릴 수 있는 Pod 수를 제한합니다.",
    ),
    (
        NETWORKING,
        "Ingress",
        "Rules for HTTP from outside: host and path to Service.",
        "외부에서 오는 HTTP의 규칙입니다. 호스트와 경로를 Service에 잇습니다.",
    ),
    (
        NETWORKING,
        "IngressClass",
        "Names the controller that takes care of an Ingress.",
        "Ingress를 맡을 컨트롤러를 가리킵니다.",
    ),
    (
        NETWORKING,
        "NetworkPolicy",
        "Says who may talk to the Pods that it selects.",
        "선택한 Pod와 누가 통신할 수 있는지 정합니다.",
    ),
    (
        "elbv2.k8s.aws",
        "IngressClassParams",
        "Settings of load balancers for all Ingresses of a class.",
        "한 클래스의 모든 Ingress에 쓰는 로드 밸런서 설정입니다.",
    ),
    (
        "elbv2.k8s.aws",
        "TargetGroupBinding",
        "Puts the Pods of a Service into an AWS target group.",
        "Service의 Pod를 AWS 대상 그룹에 넣습니다.",
    ),
    (
        GATEWAY_API,
        "GatewayClass",
        "Names the controller that takes care of a Gateway.",
        "Gateway를 맡을 컨트롤러를 가리킵니다.",
    ),
    (
        GATEWAY_API,
        "Gateway",
        "Ports and hosts where traffic comes in; routes attach to it.",
        "트래픽이 들어오는 포트와 호스트입니다. 라우트가 여기에 연결됩니다.",
    ),
    (
        GATEWAY_API,
        "HTTPRoute",
        "Rules that take HTTP requests from a Gateway to Services.",
        "Gateway로 들어온 HTTP 요청을 Service로 보내는 규칙입니다.",
    ),
    (
        GATEWAY_API,
        "GRPCRoute",
        "Rules that take gRPC calls from a Gateway to Services.",
        "Gateway로 들어온 gRPC 호출을 Service로 보내는 규칙입니다.",
    ),
    (
        GATEWAY_API,
        "TLSRoute",
        "Takes TLS connections by server name to Services.",
        "TLS 연결을 서버 이름에 따라 Service로 보냅니다.",
    ),
    (
        GATEWAY_API,
        "TCPRoute",
        "Takes TCP connections from a Gateway to Services.",
        "Gateway로 들어온 TCP 연결을 Service로 보냅니다.",
    ),
    (
        GATEWAY_API,
        "UDPRoute",
        "Takes UDP packets from a Gateway to Services.",
        "Gateway로 들어온 UDP 패킷을 Service로 보냅니다.",
    ),
    (
        GATEWAY_API,
        "ListenerSet",
        "More ports and hosts for a Gateway, kept by somebody else.",
        "다른 사람이 관리하는, Gateway에 더해지는 포트와 호스트입니다.",
    ),
    (
        GATEWAY_API,
        "BackendTLSPolicy",
        "How a Gateway speaks TLS to the Pods of a Service.",
        "Gateway가 Service의 Pod와 TLS로 통신하는 방법입니다.",
    ),
    (
        GATEWAY_API,
        "ReferenceGrant",
        "Lets objects of other namespaces refer to those of this one.",
        "다른 네임스페이스에서 이 네임스페이스의 오브젝트를 참조하도록 허용합니다.",
    ),
    (
        ISTIO,
        "Gateway",
        "Ports and hosts that the gateway Pods of Istio listen on.",
        "Istio 게이트웨이 Pod가 여는 포트와 호스트입니다.",
    ),
    (
        ISTIO,
        "VirtualService",
        "Rules of Istio: which request goes to which Service.",
        "어떤 요청이 어떤 Service로 가는지 정하는 Istio 규칙입니다.",
    ),
    (
        ISTIO,
        "DestinationRule",
        "How callers talk to a Service in the mesh: subsets, TLS, balancing.",
        "메시에서 Service를 부르는 방식입니다. subset, TLS, 분산을 정합니다.",
    ),
    (
        ISTIO,
        "WorkloadEntry",
        "Makes a machine outside known to the mesh, as if it were a Pod.",
        "외부 서버 하나를 Pod처럼 메시에 알립니다.",
    ),
    (ISTIO, "ServiceEntry", "Makes a host outside known to the mesh.", "외부 호스트를 메시에 알립니다."),
    (
        ISTIO,
        "Sidecar",
        "Limits what the proxies of some Pods know and take.",
        "Pod의 프록시가 알고 받는 범위를 제한합니다.",
    ),
    (ISTIO, "EnvoyFilter", "Changes the configuration of the proxies directly.", "프록시 설정을 직접 바꿉니다."),
    (
        ISTIO_SECURITY,
        "AuthorizationPolicy",
        "Says which requests Pods take and which they refuse.",
        "Pod가 어떤 요청을 받고 거부하는지 정합니다.",
    ),
    (
        ISTIO_SECURITY,
        "PeerAuthentication",
        "Says whether Pods take plain text or mTLS only.",
        "Pod가 평문도 받는지, mTLS만 받는지 정합니다.",
    ),
    (
        ISTIO_SECURITY,
        "RequestAuthentication",
        "Says which tokens of callers are checked, and how.",
        "호출하는 쪽의 토큰을 어떻게 확인할지 정합니다.",
    ),
    (
        "argoproj.io",
        "Application",
        "What Argo CD keeps in step with a repository.",
        "Argo CD가 저장소와 맞추어 두는 단위입니다.",
    ),
    (
        "argoproj.io",
        "ApplicationSet",
        "Makes Applications of Argo CD from a template.",
        "템플릿으로 Argo CD의 Application을 만듭니다.",
    ),
    (
        "cert-manager.io",
        "Certificate",
        "A certificate that cert-manager keeps in a Secret.",
        "cert-manager가 Secret에 보관하는 인증서입니다.",
    ),
    ("rbac.authorization.k8s.io", "Role", "Permissions within a namespace.", "네임스페이스 안의 권한입니다."),
    (
        "rbac.authorization.k8s.io",
        "RoleBinding",
        "Gives a role to people or ServiceAccounts.",
        "사람이나 ServiceAccount에 역할을 줍니다.",
    ),
    ("rbac.authorization.k8s.io", "ClusterRole", "Permissions in the whole cluster.", "클러스터 전체의 권한입니다."),
    (
        "rbac.authorization.k8s.io",
        "ClusterRoleBinding",
        "Gives a role of the whole cluster.",
        "클러스터 전체의 역할을 줍니다.",
    ),
    ("apps", "CronJob", "Starts Jobs at set times.", "정한 시각에 Job을 시작합니다."),
    (
        "apiextensions.k8s.io",
        "CustomResourceDefinition",
        "Teaches the API server a kind of its own.",
        "API 서버에 새로운 종류를 가르칩니다.",
    ),
];
