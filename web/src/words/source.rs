//! Words of the source side: files, editor, problems, and the kept workspaces.

use super::Words;
use crate::state::intake::Reason;

pub(crate) const CANCEL: Words = Words::new("Cancel", "취소");
pub(crate) const COPY_HERE: Words = Words::new(
    "This workspace is open in another tab. What you change here is kept as a copy.",
    "이 작업 공간은 다른 탭에 열려 있습니다. 여기서 바꾼 내용은 사본에 저장합니다.",
);
pub(crate) const DUPLICATE: Words = Words::new("Duplicate", "복제");
pub(crate) const FIXES_HERE: Words = Words::new("Fixes here", "여기에 적용할 수정");
pub(crate) const HISTORY: Words = Words::new("History", "기록");
pub(crate) const HISTORY_SAY: Words = Words::new(
    "The last 50 states of this workspace, kept in this browser. Bringing one back can be undone.",
    "이 작업 공간의 최근 상태 50개를 이 브라우저에 보관합니다. 되살린 뒤에도 되돌릴 수 있습니다.",
);
pub(crate) const NO_HISTORY: Words = Words::new("Nothing has changed yet", "아직 바뀐 내용이 없습니다");
pub(crate) const NAMED_BY: Words = Words::new("Named by {}", "이름을 쓰는 곳 {}개");
pub(crate) const NOT_OPENED: Words = Words::new("Not opened: {}", "열지 않음: {}");
pub(crate) const MORE_FILES: Words = Words::new("{} more", "그 밖의 {}개");
pub(crate) const REMOVED_WORKSPACE: Words = Words::new("Deleted the workspace {}.", "{} 작업 공간을 삭제했습니다.");
pub(crate) const RESTORED: Words = Words::new("Brought an earlier state back.", "이전 상태를 되살렸습니다.");
pub(crate) const WORKSPACES: Words = Words::new("Kept in this browser", "이 브라우저에 보관된 작업 공간");

/// What the history says of a change, by the name of the deed.
pub(crate) const BEFORE: [(&str, Words); 8] = [
    ("typed", Words::new("before typing in {}", "{} 입력 전")),
    ("fixed", Words::new("before fixes in {}", "{} 수정 적용 전")),
    ("deleted", Words::new("before deleting {}", "{} 삭제 전")),
    ("renamed", Words::new("before moving {}", "{} 이동 전")),
    ("added", Words::new("before adding {}", "{} 추가 전")),
    ("replaced", Words::new("before opening {}", "{} 열기 전")),
    ("restored", Words::new("before an earlier state of {}", "{} 되살리기 전")),
    ("undone", Words::new("before undoing in {}", "{} 되돌리기 전")),
];

/// Why something was not opened.
pub(crate) fn reason(reason: Reason) -> Words {
    match reason {
        Reason::Binary => Words::new("not text", "텍스트가 아님"),
        Reason::Size => Words::new("more than 20 MB in all", "모두 합쳐 20 MB 초과"),
        Reason::Objects => Words::new("more than 20,000 objects in all", "모두 합쳐 오브젝트 20,000개 초과"),
        Reason::Path => Words::new("its path leads out of the workspace", "작업 공간을 벗어나는 경로"),
        Reason::Archive => Words::new("a broken archive, or one with a password", "깨졌거나 암호가 걸린 압축 파일"),
        Reason::Status => Words::new("the address answered with an error", "주소가 오류로 응답함"),
        Reason::Closed => Words::new("the address is not open to other pages", "다른 페이지에 열려 있지 않은 주소"),
        Reason::Kind => Words::new("neither YAML nor JSON", "YAML이나 JSON이 아님"),
    }
}
