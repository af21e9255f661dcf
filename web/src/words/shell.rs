//! Words of the frame around both sides: palette, settings, share, coach marks.

use super::Words;

pub(crate) const CLAIMS: Words = Words::new("Claims of the token, JSON", "토큰의 클레임, JSON");
pub(crate) const CLIENT_CERTIFICATE: Words = Words::new("With a client certificate", "클라이언트 인증서 포함");
pub(crate) const CLUSTER: Words = Words::new("Cluster", "클러스터");
pub(crate) const CODE_SIZE: Words = Words::new("Size of the code", "코드 글자 크기");
pub(crate) const COACH: [(Words, Words); 3] = [
    (
        Words::new("Follow the line.", "선을 따라가세요."),
        Words::new(
            "The numbers are the same hop in the diagram, in the list and beside the YAML.",
            "번호는 다이어그램, 목록, YAML 옆에서 모두 같은 구간을 뜻합니다.",
        ),
    ),
    (
        Words::new("Change the request.", "요청을 바꿔 보세요."),
        Words::new("Every key gives a new answer.", "글자를 칠 때마다 새로 답합니다."),
    ),
    (
        Words::new("Break it.", "망가뜨려 보세요."),
        Words::new(
            "Change a label and see where the request dies.",
            "레이블 하나를 바꾸면 요청이 어디서 멈추는지 보입니다.",
        ),
    ),
];
pub(crate) const COACH_LABEL: Words = Words::new("First steps, {} of {}", "첫걸음 {}/{}");
pub(crate) const COMMANDS: Words = Words::new("Commands", "명령");
pub(crate) const COPY: Words = Words::new("Copy", "복사");
pub(crate) const COPY_EMBED: Words = Words::new("Embed code", "임베드 코드");
pub(crate) const DONE: Words = Words::new("Done", "마치기");
pub(crate) const NETWORKS: Words = Words::new("Load balancer networks", "로드 밸런서 네트워크");
pub(crate) const NETWORKS_WHY: Words = Words::new(
    "Where load balancers and nodes have their addresses; decides about a NetworkPolicy with an ipBlock",
    "로드 밸런서와 노드의 주소가 있는 네트워크입니다. ipBlock이 있는 NetworkPolicy를 판단할 때 씁니다",
);
pub(crate) const DEFAULT_NAMESPACE: Words = Words::new("Default namespace", "기본 네임스페이스");
pub(crate) const FIND_ALL: Words = Words::new("Find in all files", "모든 파일에서 찾기");
pub(crate) const IN_FILES: Words = Words::new("In all files", "모든 파일");
pub(crate) const FIX_AT_CARET: Words = Words::new("Fix at the caret", "커서 위치 고치기");
pub(crate) const GO_DIAGRAM: Words = Words::new("Go to the diagram", "다이어그램으로 이동");
pub(crate) const GO_EDITOR: Words = Words::new("Go to the editor", "편집기로 이동");
pub(crate) const GO_FILES: Words = Words::new("Go to the files", "파일로 이동");
pub(crate) const GO_HOPS: Words = Words::new("Go to the hops", "구간으로 이동");
pub(crate) const GO_PROBLEMS: Words = Words::new("Go to the problems", "문제로 이동");
pub(crate) const GO_REQUEST: Words = Words::new("Go to the request", "요청으로 이동");
pub(crate) const GO_TO_LINE: Words = Words::new("Go to line {}", "{}행으로 이동");
pub(crate) const INCLUDE_VALUES: Words = Words::new("Include values", "값도 넣기");
pub(crate) const KUBERNETES: Words = Words::new("Kubernetes version", "Kubernetes 버전");
pub(crate) const LANGUAGE: Words = Words::new("Language", "언어");
pub(crate) const LANGUAGES: [&str; 2] = ["English", "한국어"];
pub(crate) const LAST_HOP: Words = Words::new("Previous hop", "이전 구간");
pub(crate) const LAST_PROBLEM: Words = Words::new("Previous problem", "이전 문제");
pub(crate) const LEFT_COLUMN: Words = Words::new("Show or hide the left column", "왼쪽 열 보이기, 숨기기");
pub(crate) const LINK: Words = Words::new("Link", "링크");
pub(crate) const LINK_FITS: Words = Words::new("{}, fits everywhere", "{}, 어디서나 열립니다");
pub(crate) const LINK_LONG: Words =
    Words::new("{}: some chat tools cut it, use the .zip", "{}: 일부 메신저에서 잘립니다. .zip을 쓰세요");
pub(crate) const LINK_NONE: Words =
    Words::new("Too large for a link: use the .zip", "링크에 담기에는 너무 큽니다. .zip을 쓰세요");
pub(crate) const LINK_BROKEN: Words = Words::new(
    "The link cannot be read: a part of it is missing. Ask for the .zip.",
    "링크를 읽을 수 없습니다. 일부가 잘렸습니다. .zip으로 받으세요.",
);
pub(crate) const LINK_NEWER: Words = Words::new(
    "The link was made by a newer Podpath. Reload the page and open it again.",
    "더 새로운 Podpath에서 만든 링크입니다. 페이지를 새로 고친 뒤 다시 여세요.",
);
pub(crate) const LINK_LARGE: Words = Words::new(
    "The link holds more than this page opens: {} MB at most.",
    "링크에 담긴 내용이 너무 큽니다. {} MB까지만 엽니다.",
);
pub(crate) const LOOK: Words = Words::new("Look", "보기");
pub(crate) const MORE_OF_REQUEST: Words = Words::new("More of the request", "요청의 나머지");
pub(crate) const MOTION: Words = Words::new("Motion", "움직임");
pub(crate) const NEXT: Words = Words::new("Next", "다음");
pub(crate) const NEXT_HOP: Words = Words::new("Next hop", "다음 구간");
pub(crate) const NEXT_PROBLEM: Words = Words::new("Next problem", "다음 문제");
pub(crate) const NEXT_THEME: Words = Words::new("Next theme", "다음 테마");
pub(crate) const NOTHING_FOUND: Words = Words::new("Nothing found", "찾은 것이 없습니다");
pub(crate) const OFFLINE: Words =
    Words::new("Offline. Everything here works without a network.", "오프라인입니다. 네트워크 없이도 모두 동작합니다.");
pub(crate) const OFFLINE_SHORT: Words = Words::new("Offline", "오프라인");
pub(crate) const OPEN_IN_PODPATH: Words = Words::new("Open in Podpath", "Podpath에서 열기");
pub(crate) const PALETTE: Words = Words::new("Search or run a command", "검색하거나 명령 실행");
pub(crate) const PALETTE_HELP: Words = Words::new(
    "A name, > for commands, @ for this file, % for text, : for a line",
    "이름, 명령은 >, 이 파일은 @, 글자는 %, 줄은 :",
);
pub(crate) const READ_ONLY: Words = Words::new("Read-only", "읽기 전용으로 보기");
pub(crate) const READ_ONLY_NOW: Words = Words::new("Read-only", "읽기 전용");
pub(crate) const EDIT_A_COPY: Words = Words::new("Edit a copy", "복사해서 고치기");
pub(crate) const REPLAY_PATH: Words = Words::new("Replay the path", "경로 다시 보기");
pub(crate) const RESOURCES_H: Words = Words::new("Resources", "리소스");
pub(crate) const SAVE_ZIP: Words = Words::new("Save all files as .zip", "모든 파일을 .zip으로 저장");
pub(crate) const SECRET_OUT: Words =
    Words::new("{} Secret is left out. Its keys stay, its values do not.", "Secret {}개의 값은 빼고 키만 넣었습니다.");
pub(crate) const SECRETS_OUT: Words = Words::new(
    "{} Secrets are left out. Their keys stay, their values do not.",
    "Secret {}개의 값은 빼고 키만 넣었습니다.",
);
pub(crate) const SECRETS_IN: Words =
    Words::new("The link holds the values of Secrets.", "링크에 Secret의 값이 들어 있습니다.");
pub(crate) const LEAVE_OUT: Words = Words::new("Leave them out", "값 빼기");
pub(crate) const SNI: Words = Words::new("TLS server name", "TLS 서버 이름");
pub(crate) const SOURCE_IP: Words = Words::new("Source IP", "출발지 IP");
pub(crate) const SETTINGS: Words = Words::new("Settings", "설정");
pub(crate) const SHARE: Words = Words::new("Share", "공유");
pub(crate) const SHARE_SAYS: Words = Words::new(
    "The link holds the files themselves, compressed. No server keeps a copy; anyone with the link can read them.",
    "링크 안에 파일이 압축되어 들어갑니다. 서버에는 남지 않지만, 링크를 받은 사람은 모두 읽을 수 있습니다.",
);
pub(crate) const SHARE_TITLE: Words = Words::new("Share this playground", "이 플레이그라운드 공유");
pub(crate) const SINGLE_KEYS: Words = Words::new("Single keys outside of text fields", "입력란 밖에서 한 글자 단축키");
pub(crate) const SKIP_COACH: Words = Words::new("Skip", "건너뛰기");
pub(crate) const THEME: Words = Words::new("Theme", "테마");
pub(crate) const WHY_SHORT: Words = Words::new("Why", "이유");
pub(crate) const WITH_REQUEST: Words = Words::new("This request and the open file too", "지금 요청과 열린 파일도 함께");
