// CodeMirror's own words in Korean.
import { EditorState } from '@codemirror/state';

const korean = {
  Find: '찾기', Replace: '바꾸기', next: '다음', previous: '이전', all: '모두', 'match case': '대소문자 구분', regexp: '정규식', 'by word': '단어 단위',
  replace: '바꾸기', 'replace all': '모두 바꾸기', close: '닫기', 'Go to line': '줄로 이동', go: '이동', 'current match': '현재 항목',
  'on line': '줄', 'replaced match on line $': '$번째 줄에서 바꿨습니다', 'replaced $ matches': '$개를 바꿨습니다',
  'Folded lines': '접은 줄', 'Unfolded lines': '펼친 줄', to: '부터', 'folded code': '접은 코드', unfold: '펼치기', 'Fold line': '접기', 'Unfold line': '펼치기',
  'Control character': '제어 문자', Completions: '자동 완성', 'Selection deleted': '선택한 내용을 지웠습니다',
};

export function phrases(locale) {
  return { extension: locale === 'ko' ? EditorState.phrases.of(korean) : [] };
}
