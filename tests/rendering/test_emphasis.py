import pytest
from markdown_it import MarkdownIt

from app.rendering.links import keep_links_harmless
from app.rendering.markdown import parse, render_blocks
from tests.rendering.documents import SPEC_EXAMPLES

CHANGED_ON_PURPOSE = {
    '5*6*78\n',  # a product is no emphasis
    *(
        'https://example.com\n',
        '<https://foo.bar/baz bim>\n',
        '< https://foo.bar >\n',
        'foo@bar.example.com\n',
    ),  # links
}
"""Examples of CommonMark that are something else here."""


@pytest.mark.parametrize(
    ('text', 'shown'),
    [
        ('**这句话是重点。**后面继续。', '<strong>这句话是重点。</strong>后面继续。'),
        ('里的**“引号”**和**《书名》**等', '里的<strong>“引号”</strong>和<strong>《书名》</strong>等'),
        ('价格：**￥100（含税）**左右', '价格：<strong>￥100（含税）</strong>左右'),
        (
            'これは**「強調」**です。**太字。**次の文。',
            'これは<strong>「強調」</strong>です。<strong>太字。</strong>次の文。',
        ),
        (
            '*「斜体」*の~~「削除」~~と***「両方」***を',
            '<em>「斜体」</em>の<s>「削除」</s>と<em><strong>「両方」</strong></em>を',
        ),
        ('**이 용어(This term)**를 강조', '<strong>이 용어(This term)</strong>를 강조'),
        ('그는 **"인용"**이라고 했다', '그는 <strong>"인용"</strong>이라고 했다'),
        ('请用**`code`**命令，**重要⚠️**请看', '请用<strong><code>code</code></strong>命令，<strong>重要⚠️</strong>请看'),
        ('**完成✅**下一步', '<strong>完成✅</strong>下一步'),
        ('**หมายเหตุ:**ข้อความ**(สำคัญ)**ต่อ', '<strong>หมายเหตุ:</strong>ข้อความ<strong>(สำคัญ)</strong>ต่อ'),
        ('**a\ufe00。\ufe00**b', '<strong>a\ufe00。\ufe00</strong>b'),
    ],
)
def test_scripts_without_spaces_need_none_around_emphasis(text: str, shown: str) -> None:
    assert render_blocks(text) == [f'<p>{shown}</p>']


@pytest.mark.parametrize(
    ('text', 'shown'),
    [
        ('**Note:**text', '<strong>Note:</strong>text'),
        ('***Warning!***Stop', '<em><strong>Warning!</strong></em>Stop'),
        ('- **Step 1:**mix, **Step 2:**stir', '- <strong>Step 1:</strong>mix, <strong>Step 2:</strong>stir'),
        ('**Total:**5 and **100%**of', '<strong>Total:</strong>5 and <strong>100%</strong>of'),
        ('**„Hinweis“**text', '<strong>„Hinweis“</strong>text'),
        ('**ملاحظة:**نص', '<strong>ملاحظة:</strong>نص'),
        ('**Done ✅**next', '<strong>Done ✅</strong>next'),
        ('word**(more)** and word**"said"**word', 'word<strong>(more)</strong> and word<strong>"said"</strong>word'),
        ('[**Note:**text](/c)', '<strong>Note:</strong>text'),
        ('**5**x as fast, *1*st', '<strong>5</strong>x as fast, <em>1</em>st'),
    ],
)
def test_a_word_may_be_stuck_to_bold(text: str, shown: str) -> None:
    assert shown.removeprefix('- ') in render_blocks(text)[0]


@pytest.mark.parametrize(
    'text',
    [
        '5**,**6',
        'a ** b ** c',
        '2**3**4',
        'x**2 + y**2 = z**2',
        '2*3*4 and 5*x*y',
        '(a+b)**n + (c+d)**m',
        'x**(n+1)**(m)',
        'f(**a,**b) and f(*args,*more)',
        'snake_case_name and other__name__too',
        '*.txt and foo.*bar',
        'src/**/*.ts and lib/**test',
        '2 * 3 * 4',
        'one * and ** two',
        'price*: 5, cost*: 6',
    ],
)
def test_marks_that_are_no_emphasis_stay(text: str) -> None:
    assert render_blocks(text) == [f'<p>{text}</p>']


def test_the_examples_of_commonmark_are_what_they_were() -> None:
    plain = MarkdownIt('commonmark', {'html': False}).enable(['table', 'strikethrough'])
    plain.core.ruler.push('links', keep_links_harmless)
    differing = set()
    for text in SPEC_EXAMPLES:
        if '\\[' in text or '\\(' in text:  # begin formulas here
            continue
        ours = [token for block in parse(text, {}) for token in block.tokens]
        theirs = plain.parse(text)
        if [shape(token) for token in ours] != [shape(token) for token in theirs]:
            differing.add(text)
    assert differing == CHANGED_ON_PURPOSE


def shape(token: object) -> tuple[object, ...]:
    """Give what a token says, without our own marks."""
    children = getattr(token, 'children', None) or ()
    names = ('type', 'tag', 'attrs', 'content', 'hidden')
    return (*(getattr(token, name) for name in names), *map(shape, children))
