//! The words of the page in both languages. What the core says comes from the core.

mod answer;
mod shell;
mod source;

use podpath_protocol::Locale;

pub(crate) use answer::*;
pub(crate) use shell::*;
pub(crate) use source::*;

/// One text; `{}` is filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    en: &'static str,
    ko: &'static str,
}

impl Words {
    const fn new(en: &'static str, ko: &'static str) -> Self {
        Self { en, ko }
    }

    /// The text as it is.
    pub(crate) fn text(self, locale: Locale) -> &'static str {
        match locale {
            Locale::En => self.en,
            Locale::Ko => self.ko,
        }
    }

    /// The text with each `{}` filled in, in order.
    pub(crate) fn with(self, locale: Locale, values: &[&dyn std::fmt::Display]) -> String {
        let mut parts = self.text(locale).split("{}");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.zip(values).fold(first, |text, (part, value)| format!("{text}{value}{part}"))
    }
}

/// One of two texts, by number.
pub(crate) fn counted(locale: Locale, n: usize, one: Words, many: Words) -> String {
    if n == 1 { one.with(locale, &[&n]) } else { many.with(locale, &[&n]) }
}

pub(crate) const ABOUT_ALB: Words = Words::new("AWS load balancer (ALB)", "AWS 로드 밸런서(ALB)");
pub(crate) const ABOUT_GATEWAY_API: Words = Words::new("Gateway API", "Gateway API");
pub(crate) const ABOUT_ISTIO: Words = Words::new("Istio", "Istio");
pub(crate) const ABOUT_NGINX: Words = Words::new("Ingress by NGINX", "NGINX Ingress");
pub(crate) const ABOUT_POLICIES: Words = Words::new("Policies", "정책");
pub(crate) const ABOUT_SERVICES: Words = Words::new("Kinds of Services", "Service의 종류");
pub(crate) const ADD_PRESET: Words = Words::new("Add preset", "프리셋 추가");
pub(crate) const ACCEPTED: Words = Words::new("Accepted", "승인");
pub(crate) const ADDED_FILE: Words = Words::new("Added {} file.", "파일 {}개를 추가했습니다.");
pub(crate) const ADDED_FILES: Words = Words::new("Added {} files.", "파일 {}개를 추가했습니다.");
pub(crate) const ADD_HEADER: Words = Words::new("Add a header", "헤더 추가");
pub(crate) const ALL_EXAMPLES: Words = Words::new("All {} examples, by theme", "주제별 예제 {}개 모두 보기");
pub(crate) const ANSWER: Words = Words::new("Answer", "답");
pub(crate) const APPLIED_FIX: Words = Words::new("Applied {} fix.", "수정 {}개를 적용했습니다.");
pub(crate) const APPLIED_FIXES: Words = Words::new("Applied {} fixes.", "수정 {}개를 적용했습니다.");
pub(crate) const APPLY_SAFE_FIX: Words = Words::new("Apply {} safe fix", "안전한 수정 {}개 적용");
pub(crate) const APPLY_SAFE_FIXES: Words = Words::new("Apply {} safe fixes", "안전한 수정 {}개 적용");
pub(crate) const ATTACHED: Words = Words::new("Attached", "연결");
pub(crate) const BALANCER: Words = Words::new("Balancer", "밸런서");
pub(crate) const APPLY_ALL_SAFE: Words = Words::new("Apply all safe fixes", "안전한 수정 모두 적용");
pub(crate) const CHANGE_REQUEST: Words = Words::new("Change the request", "요청 바꾸기");
pub(crate) const CHANGE_THEME: Words = Words::new("Theme: {}", "테마: {}");
pub(crate) const CLIENT: Words = Words::new("Client", "클라이언트");
pub(crate) const CLOSE: Words = Words::new("Close", "닫기");
pub(crate) const CLOSE_FILE: Words = Words::new("Close {}", "{} 닫기");
pub(crate) const COPIED: Words = Words::new("Copied", "복사했습니다");
pub(crate) const COPY_EVERYTHING: Words = Words::new("Copy everything", "모두 복사");
pub(crate) const COPY_MARKDOWN: Words = Words::new("Copy as Markdown", "Markdown으로 복사");
pub(crate) const DELETED_FILE: Words = Words::new("Deleted {} file.", "파일 {}개를 삭제했습니다.");
pub(crate) const DELETED_FILES: Words = Words::new("Deleted {} files.", "파일 {}개를 삭제했습니다.");
pub(crate) const DELETE_FILE: Words = Words::new("Delete {}", "{} 삭제");
pub(crate) const DIAGRAM: Words = Words::new("Diagram", "다이어그램");
pub(crate) const DROP: Words = Words::new(
    "Paste YAML, or drop a file, a folder or a chart",
    "YAML을 붙여 넣거나 파일, 폴더, 차트를 끌어 놓으세요",
);
pub(crate) const EDITOR: Words = Words::new("Editor, {}", "편집기, {}");
pub(crate) const EMPTY_DETAIL: Words = Words::new(
    "Give Podpath your manifests and it follows the request hop by hop.",
    "매니페스트를 넣으면 요청이 지나는 길을 한 구간씩 따라갑니다.",
);
pub(crate) const EMPTY_TITLE: Words = Words::new("Will this request reach my Pod?", "이 요청은 내 Pod에 도착할까요?");
pub(crate) const EXAMPLE_FAILED: Words = Words::new(
    "The example could not be fetched. Check the connection and pick it again.",
    "예제를 가져오지 못했습니다. 네트워크 연결을 확인하고 다시 고르세요.",
);
pub(crate) const ERRORS: Words = Words::new("Error", "오류");
pub(crate) const EXAMPLES: Words = Words::new("Examples", "예제");
pub(crate) const FAILS: Words = Words::new("fails", "실패");
pub(crate) const FILES: Words = Words::new("Files", "파일");
pub(crate) const FIX: Words = Words::new("Fix", "고치기");
pub(crate) const FROM: Words = Words::new("from", "출발");
pub(crate) const GATEWAY: Words = Words::new("Gateway", "게이트웨이");
pub(crate) const GHOST: Words =
    Words::new("{} object is referenced but not here", "참조하지만 여기에 없는 오브젝트가 {}개 있습니다");
pub(crate) const GHOSTS: Words =
    Words::new("{} objects are referenced but not here", "참조하지만 여기에 없는 오브젝트가 {}개 있습니다");
pub(crate) const GO_TO: Words = Words::new("Go to {}", "{} 위치로 이동");
pub(crate) const HALF_TYPED: Words =
    Words::new("This path is from before the typing error in line {}", "{}행의 입력 오류 이전 경로입니다");
pub(crate) const HEADER_NAME: Words = Words::new("Header name", "헤더 이름");
pub(crate) const HEADER_VALUE: Words = Words::new("Header value", "헤더 값");
pub(crate) const HEADERS: Words = Words::new("Headers", "헤더");
pub(crate) const HOP: Words = Words::new("Hop {}", "{}번 구간");
pub(crate) const HOP_OF: Words = Words::new("Hop {} of {}.", "{}/{} 구간.");
pub(crate) const HOPS: Words = Words::new("Hops", "구간");
pub(crate) const INTERNET: Words = Words::new("Internet", "인터넷");
pub(crate) const LESS: Words = Words::new("Less", "접기");
pub(crate) const LOAD_BALANCER: Words = Words::new("Load balancer", "로드 밸런서");
pub(crate) const LOAD_BALANCERS: Words = Words::new("Load balancers", "로드 밸런서");
pub(crate) const GATEWAYS: Words = Words::new("Gateways", "게이트웨이");
pub(crate) const MANIFESTS: Words = Words::new("Manifests", "매니페스트");
pub(crate) const METHOD: Words = Words::new("Method", "메서드");
pub(crate) const MORE: Words = Words::new("More", "더 보기");
pub(crate) const MORE_REQUESTS: Words = Words::new("{} more", "{}개 더");
pub(crate) const NAME: Words = Words::new("Name", "이름");
pub(crate) const NEEDS: Words = Words::new("Needs", "필요한 것");
pub(crate) const NEEDS_NOTHING: Words =
    Words::new("No cluster, no account, no network.", "클러스터도, 계정도, 네트워크도 필요 없습니다.");
pub(crate) const NEW_FILE: Words = Words::new("New file", "새 파일");
pub(crate) const NEW_WORKSPACE: Words = Words::new("New workspace", "새 작업 공간");
pub(crate) const NOTES: Words = Words::new("Note", "참고");
pub(crate) const NOT_CHECKED: Words = Words::new("not checked", "확인 전");
pub(crate) const NOT_CHOSEN: Words = Words::new("{} not chosen", "탈락 {}개");
pub(crate) const NOT_SAVED: Words =
    Words::new("Not saved: this page may not store", "저장 안 됨: 이 페이지는 저장할 수 없습니다");
pub(crate) const NO_FILES: Words = Words::new("No files yet", "아직 파일이 없습니다");
pub(crate) const NO_PROBLEMS: Words = Words::new("No problems found", "발견한 문제가 없습니다");
pub(crate) const NO_RESULT: Words =
    Words::new("Type a request above, or pick one to try.", "위에 요청을 입력하거나 예시를 고르세요.");
pub(crate) const OPEN_ALL: Words = Words::new("Open all", "모두 펼치기");
pub(crate) const CLOSE_ALL: Words = Words::new("Close all", "모두 접기");
pub(crate) const OPENED: Words = Words::new("Opened files", "열린 파일");
pub(crate) const OPEN_FILES: Words = Words::new("Open files", "파일 열기");
pub(crate) const OPEN_FOLDER: Words = Words::new("Open a folder", "폴더 열기");
pub(crate) const OTHERS: Words = Words::new("{} others", "그 밖의 {}개");
pub(crate) const LIST: Words = Words::new("list", "목록");
pub(crate) const PATH: Words = Words::new("Path", "경로");
pub(crate) const PODS: Words = Words::new("Pods", "Pod");
pub(crate) const POD: Words = Words::new("Pod", "Pod");
pub(crate) const POLICY: Words = Words::new("Policy", "정책");
pub(crate) const PRESETS: Words = Words::new("Platform presets", "플랫폼 프리셋");
pub(crate) const PRESET_HERE: Words = Words::new("All of it is here already", "모두 이미 있습니다");
pub(crate) const PRESETS_SAY: Words = Words::new(
    "The pieces of a platform that manifests rarely hold, as plain files: see them, edit them, delete them.",
    "매니페스트에 잘 넣지 않는 플랫폼의 조각을 파일로 추가합니다. 보고, 고치고, 지울 수 있습니다.",
);
pub(crate) const PRIVACY: Words = Words::new(
    "It stays in this browser. Nothing is uploaded.",
    "이 브라우저 안에만 남습니다. 어디에도 올리지 않습니다.",
);
pub(crate) const PROBLEMS: Words = Words::new("Problems", "문제");
pub(crate) const READS: Words = Words::new("Reads", "읽는 것");
pub(crate) const READS_KINDS: &str = "Ingress (ALB, nginx) · Gateway API · Istio · Service · Deployment · StatefulSet";
pub(crate) const REMOVE_HEADER: Words = Words::new("Remove header {}", "헤더 {} 제거");
pub(crate) const RENAMED: Words = Words::new("Renamed the file.", "파일 이름을 바꿨습니다.");
pub(crate) const RENAME_FILE: Words = Words::new("Rename {}", "{} 이름 바꾸기");
pub(crate) const REPLACED: Words = Words::new("Opened another workspace.", "다른 작업 공간을 열었습니다.");
pub(crate) const REPLAY: Words = Words::new("Replay", "다시 보기");
pub(crate) const REQUEST: Words = Words::new("Request", "요청");
pub(crate) const RESOURCE: Words = Words::new("{} resource", "리소스 {}개");
pub(crate) const RESOURCES: Words = Words::new("{} resources", "리소스 {}개");
pub(crate) const ROUTE: Words = Words::new("Route", "라우트");
pub(crate) const RESIZE_COLUMN: Words = Words::new("Width of the left column", "왼쪽 열 너비");
pub(crate) const RESIZE_FILES: Words = Words::new("Height of the file list", "파일 목록 높이");
pub(crate) const RESIZE_DIAGRAM: Words = Words::new("Height of the diagram", "다이어그램 높이");
pub(crate) const SAVED: Words = Words::new("Saved in this browser", "이 브라우저에 저장됨");
pub(crate) const SERVICE: Words = Words::new("Service", "Service");
pub(crate) const SHORTCUTS: Words = Words::new("Keyboard shortcuts", "키보드 단축키");
pub(crate) const SKIP: Words = Words::new("Skip to the answer", "답으로 건너뛰기");
pub(crate) const START_EXAMPLE: Words = Words::new("Start from an example", "예제로 시작하기");
pub(crate) const SWITCH_LANGUAGE: Words = Words::new("Switch to Korean", "영어로 바꾸기");
pub(crate) const THEMES: [Words; 4] = [
    Words::new("system", "시스템"),
    Words::new("light", "밝게"),
    Words::new("dark", "어둡게"),
    Words::new("contrast", "고대비"),
];
pub(crate) const THREE_CHECKS: Words = Words::new("Three checks", "세 가지 확인");
pub(crate) const TRAFFIC: Words = Words::new("Traffic", "트래픽");
pub(crate) const TRY: Words = Words::new("Try", "요청 예시");
pub(crate) const UNDO: Words = Words::new("Undo", "되돌리기");
pub(crate) const UNTITLED: Words = Words::new("untitled", "제목 없음");
pub(crate) const VIEWS: Words = Words::new("Views", "화면");
pub(crate) const WARNINGS: Words = Words::new("Warning", "경고");
pub(crate) const WHY: Words = Words::new("Why this path", "이 경로인 이유");
pub(crate) const WORKER: Words = Words::new(
    "The analysis took too long and was started again. Your text is safe.",
    "분석이 너무 오래 걸려 다시 시작했습니다. 작성한 내용은 그대로입니다.",
);
pub(crate) const WORKER_REFUSED: Words = Words::new(
    "The analysis cannot be started in this browser. Your text is safe.",
    "이 브라우저에서는 분석을 시작할 수 없습니다. 작성한 내용은 그대로입니다.",
);
pub(crate) const WORKSPACE: Words = Words::new("Workspace", "작업 공간");

/// The table behind `?`: keys, and what they do.
pub(crate) const KEYS: [(&str, Words); 21] = [
    ("Ctrl K", Words::new("search, or run a command", "검색하거나 명령 실행")),
    ("/", Words::new("request URL", "요청 URL")),
    ("Ctrl Enter", Words::new("replay the path", "경로 다시 보기")),
    ("1 … 9", Words::new("go to a hop: card, row and line", "구간으로 이동: 카드, 목록, 줄")),
    ("[  ]", Words::new("previous, next hop", "이전, 다음 구간")),
    ("F  N  O", Words::new("only the path, the namespace, the object", "경로만, 네임스페이스만, 오브젝트만 보기")),
    ("F8, Shift F8", Words::new("next, previous problem", "다음, 이전 문제")),
    ("Ctrl .", Words::new("fix at the caret", "커서 위치의 수정")),
    ("Ctrl Shift .", Words::new("apply all safe fixes", "안전한 수정 모두 적용")),
    ("Alt ., Alt Shift .", Words::new("where a name leads, who names it", "이름이 가리키는 곳, 이름을 쓰는 곳")),
    ("Ctrl Space", Words::new("what may stand here", "여기에 쓸 수 있는 값")),
    ("Ctrl B", Words::new("files", "파일")),
    ("Ctrl \\", Words::new("left column", "왼쪽 열")),
    ("Ctrl F, Alt F3", Words::new("find here, in all files", "이 파일에서, 모든 파일에서 찾기")),
    ("Ctrl S", Words::new("“Saved” flashes, nothing else", "“저장됨” 표시만 깜빡입니다")),
    ("Ctrl Z", Words::new("undo, fixes and file changes too", "되돌리기, 수정과 파일 변경도 포함")),
    ("F2, Del", Words::new("rename, delete the file in the tree", "목록에서 파일 이름 바꾸기, 삭제")),
    ("← → ↑ ↓", Words::new("walk between the cards", "카드 사이 이동")),
    ("Enter", Words::new("go to the line of a card", "카드의 줄로 이동")),
    ("Esc, Tab", Words::new("leave the editor", "편집기에서 나가기")),
    ("?", Words::new("this table", "이 표")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_filled_in_in_order() {
        assert_eq!(HOP_OF.with(Locale::Ko, &[&5, &6]), "5/6 구간.");
    }
}
