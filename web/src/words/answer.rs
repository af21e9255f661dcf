//! The words of the answer side: object card, diagram tools, folding, hops and export.

use super::Words;

pub(crate) const CARD: Words = Words::new("Object card, {}", "오브젝트 카드, {}");
pub(crate) const BALANCER_CHOSEN: Words = Words::new("takes this request", "이 요청을 받음");
pub(crate) const BALANCER_DEFAULT: Words = Words::new("default", "기본");
pub(crate) const BALANCER_FROZEN: Words =
    Words::new("Nothing of it changes until this is mended", "고칠 때까지 아무것도 바뀌지 않습니다");
pub(crate) const BALANCER_HELD: Words = Words::new("Not updated", "반영이 멈춘 대상");
pub(crate) const BALANCER_HEALTH: Words = Words::new("Health check", "상태 확인");
pub(crate) const BALANCER_MEMBERS: Words = Words::new("Made of", "구성");
pub(crate) const BALANCER_NO_TARGET: Words = Words::new("no targets", "대상 없음");
pub(crate) const BALANCER_OTHERWISE: Words = Words::new("if no other rule applies", "다른 규칙에 맞지 않으면");
pub(crate) const BALANCER_RULE: Words = Words::new("{} rule", "규칙 {}개");
pub(crate) const BALANCER_RULES: Words = Words::new("{} rules", "규칙 {}개");
pub(crate) const BALANCER_TARGETS: Words = Words::new("Target groups", "대상 그룹");
pub(crate) const CERTIFICATE: Words = Words::new("{} certificate", "인증서 {}개");
pub(crate) const CERTIFICATES: Words = Words::new("{} certificates", "인증서 {}개");
pub(crate) const MTLS: Words = Words::new("mTLS", "mTLS");
pub(crate) const NODES: Words = Words::new("Nodes", "Node");
pub(crate) const N_LOST_NODES: Words = Words::new("{} not chosen", "탈락 {}개");
pub(crate) const ON_PORT: Words = Words::new("port {}", "{} 포트");
pub(crate) const POLICIES_HERE: Words = Words::new("Policies", "정책");
pub(crate) const SIDECAR: Words = Words::new("Sidecar", "사이드카");
pub(crate) const SIDECAR_NO: Words = Words::new("not injected", "주입 안 됨");
pub(crate) const SIDECAR_UNKNOWN: Words = Words::new("not known", "알 수 없음");
pub(crate) const SIDECAR_YES: Words = Words::new("injected", "주입됨");
pub(crate) const CONDITIONS: Words = Words::new("Conditions", "상태 조건");
pub(crate) const COPY_STORED: Words = Words::new("Copy stored YAML", "저장되는 YAML 복사");
pub(crate) const DEFAULT_MARK: Words = Words::new("filled in by the API server", "API 서버가 채우는 기본값");
pub(crate) const ENDPOINTS: Words = Words::new("Endpoints", "엔드포인트");
pub(crate) const CARD_GO_TO_LINE: Words = Words::new("Go to line", "줄로 이동");
pub(crate) const MORE_HERE: Words = Words::new("{} more", "{}개 더");
pub(crate) const NOT_HERE: Words = Words::new("not here", "여기에 없음");
pub(crate) const NOT_READY: Words = Words::new("not ready", "준비 안 됨");
pub(crate) const N_READY: Words = Words::new("{} ready of {}", "준비됨 {}/{}");
pub(crate) const OBJECT_GONE: Words =
    Words::new("This object is not in the files any more.", "이 오브젝트는 이제 파일에 없습니다.");
pub(crate) const PORTS: Words = Words::new("Ports", "포트");
pub(crate) const STORED: Words = Words::new("Stored", "저장되는 값");
pub(crate) const STORED_WHOLE: Words = Words::new("All {} lines", "전체 {}줄");
pub(crate) const TRACE_FROM_HERE: Words = Words::new("Trace from here", "여기서 추적하기");
pub(crate) const USED_BY: Words = Words::new("Used by", "이것을 쓰는 곳");
pub(crate) const USES: Words = Words::new("Uses", "이것이 쓰는 것");
pub(crate) const ATTACHED_ROUTES: Words = Words::new("takes {} routes", "라우트 {}개");
pub(crate) const CONVERT: Words = Words::new("Convert to Gateway API", "Gateway API로 바꾸기");
pub(crate) const RIVALS: Words = Words::new("The same Ingress at other controllers", "다른 컨트롤러라면");
pub(crate) const RIVALS_AGREE: Words = Words::new("all answer alike", "모두 똑같이 응답합니다");
pub(crate) const RIVALS_DIFFER: Words = Words::new("they differ", "서로 다르게 응답합니다");
pub(crate) const SPECIFICATION: Words = Words::new("Specification", "명세");
pub(crate) const WITNESS: Words = Words::new("Follow a request that shows it", "보여 주는 요청을 따라가기");
pub(crate) const WRITTEN: Words = Words::new("Status to come", "기록될 상태");
pub(crate) const WHAT_IT_IS: Words = Words::new("What it is", "무엇인가요");

pub(crate) const EXPORT: Words = Words::new("Export", "내보내기");
pub(crate) const EXPORT_DOWNLOAD: Words = Words::new("Download {}", "{} 내려받기");
pub(crate) const EXPORT_COPY: Words = Words::new("Copy {}", "{} 복사");
pub(crate) const EXPORT_SVG: Words = Words::new("Vector picture, light and dark", "벡터 그림, 밝은 화면과 어두운 화면");
pub(crate) const EXPORT_PNG: Words = Words::new("Picture at twice the size", "두 배 크기 그림");
pub(crate) const EXPORT_MERMAID: Words = Words::new("Text for Markdown pages", "Markdown 문서에 넣는 텍스트");
pub(crate) const EXPORT_REPORT: Words =
    Words::new("Verdict, path, losers, YAML lines", "결과, 경로, 탈락 후보, YAML 줄");
pub(crate) const FIT: Words = Words::new("Fit", "화면에 맞추기");
pub(crate) const GROUP_OPEN: Words = Words::new("{} in {}, open", "오브젝트 {}개, {}, 펼침");
pub(crate) const GROUP_SHUT: Words = Words::new("{} in {}, folded", "오브젝트 {}개, {}, 접힘");
pub(crate) const ONLY_NAMESPACE: Words = Words::new("Only namespace {}", "{} 네임스페이스만");
pub(crate) const ONLY_OBJECT: Words = Words::new("Only what touches {}", "{} 관련 오브젝트만");
pub(crate) const ONLY_PATH: Words = Words::new("Only the path", "경로만 보기");
pub(crate) const SHOW_EVERYTHING: Words = Words::new("Show everything", "모두 보기");
pub(crate) const SHOW_MORE: Words = Words::new("Show {} more", "{}개 더 보기");
pub(crate) const REPORT_CANDIDATE: Words = Words::new("Candidate", "후보");
pub(crate) const REPORT_HOP: Words = Words::new("Hop", "구간");
pub(crate) const REPORT_LINES: Words = Words::new("Lines", "해당 줄");
pub(crate) const REPORT_LOSERS: Words = Words::new("Not chosen", "탈락");
pub(crate) const REPORT_PLACE: Words = Words::new("Place", "위치");
pub(crate) const REPORT_REASON: Words = Words::new("Reason", "이유");
pub(crate) const NOT_REACHED: Words = Words::new("not reached", "닿지 못함");
pub(crate) const HOP_NOTES: Words = Words::new("{} notes", "참고 {}개");
pub(crate) const ONE_HOP_NOTE: Words = Words::new("{} note", "참고 {}개");
pub(crate) const ONE_POLICY: Words = Words::new("{} policy", "정책 {}개");
pub(crate) const OTHER: Words = Words::new("{} other", "그 밖의 {}개");
pub(crate) const POLICIES: Words = Words::new("{} policies", "정책 {}개");

/// Why many candidates lost together, where one sentence says it for all.
pub(crate) fn reason_of_many(reason: &str) -> Option<Words> {
    let words = match reason {
        "host-mismatch" | "host-not-served" | "NoMatchingListenerHostname" => {
            Words::new("their hosts differ", "호스트가 다릅니다")
        }
        "path-mismatch" => Words::new("their paths differ", "경로가 다릅니다"),
        "method-mismatch" => Words::new("their methods differ", "메서드가 다릅니다"),
        "header-mismatch" => Words::new("their headers differ", "헤더가 다릅니다"),
        "query-mismatch" => Words::new("their queries differ", "쿼리가 다릅니다"),
        "port-mismatch" | "no-listener" => Words::new("they listen on other ports", "다른 포트를 씁니다"),
        "gateway-mismatch" | "other-listener" | "listener-mismatch" => {
            Words::new("they belong to other gateways", "다른 게이트웨이에 속합니다")
        }
        "label-differs" => Words::new("their labels differ", "레이블이 다릅니다"),
        "internal" => Words::new("the internet cannot reach them", "인터넷에서 닿을 수 없습니다"),
        "other-load-balancer" => Words::new("they belong to other load balancers", "다른 로드 밸런서에 속합니다"),
        "list-order" => Words::new("a rule before them takes the request", "앞의 규칙이 요청을 받습니다"),
        "longest-path" => Words::new("a longer path wins", "더 긴 경로가 이깁니다"),
        _ => return None,
    };
    Some(words)
}
