import subprocess
import sys

import pytest

from app.rendering.markdown import render_blocks, render_plain
from app.rendering.sanitise import sanitise

LINK = 'target="_blank" rel="noopener noreferrer nofollow"'


def test_each_top_level_block_is_one_string() -> None:
    assert render_blocks('# Title\n\nText\n\n---\n\n> Quote') == [
        '<h1>Title</h1>',
        '<p>Text</p>',
        '<hr>',
        '<blockquote><p>Quote</p></blockquote>',
    ]


def test_nothing_gives_no_blocks() -> None:
    assert render_blocks('') == render_blocks('\n \n') == []


def test_code_has_its_language_and_a_button_to_copy_it() -> None:
    (html,) = render_blocks('```Python title\nx\n```')
    assert html == (
        '<div class="code"><div class="code-head"><span class="code-language">Python</span>'
        '<button class="code-copy" data-action="copy-code" type="button"></button></div>'
        '<pre><code class="language-Python">x</code></pre></div>'
    )


@pytest.mark.parametrize('markdown', ['```\n<b>\n```', '    <b>', '~~~ "><script>\n<b>'])
def test_code_without_a_usable_language_has_no_label(markdown: str) -> None:
    (html,) = render_blocks(markdown)
    assert '<span class="code-language"></span>' in html
    assert '<pre><code>&lt;b&gt;</code></pre>' in html


def test_a_table_stands_in_a_box_and_keeps_its_alignment() -> None:
    (html,) = render_blocks('| a | b |\n|---|--:|\n| 1 | 2 |')
    assert html.startswith('<div class="table"><table><thead><tr><th>a</th><th align="right">b</th></tr></thead>')
    assert html.endswith('<tbody><tr><td>1</td><td align="right">2</td></tr></tbody></table></div>')


def test_a_task_list_has_boxes_that_cannot_be_used() -> None:
    (html,) = render_blocks('- [ ] open\n- [x] done')
    assert html == (
        '<ul class="task-list"><li class="task"><input disabled="" type="checkbox"> open</li>'
        '<li class="task"><input checked="checked" disabled="" type="checkbox"> done</li></ul>'
    )


def test_struck_text_and_line_breaks() -> None:
    assert render_blocks('~~a~~  \nb\\\nc') == ['<p><s>a</s><br>\nb<br>\nc</p>']


@pytest.mark.parametrize('address', ['https://a.example/?b', 'http://a.example', 'mailto:a@b.example', '/c/1'])
def test_a_good_link_opens_a_page_of_its_own(address: str) -> None:
    assert render_blocks(f'[x]({address} "t")') == [f'<p><a href="{address}" title="t" {LINK}>x</a></p>']


@pytest.mark.parametrize('address', ['//a.example', '#id', 'page', 'ftp://a.example', 'https:a', ''])
def test_of_any_other_link_only_the_text_stays(address: str) -> None:
    assert render_blocks(f'[x *y*](<{address}>) z') == ['<p>x <em>y</em> z</p>']


def test_an_image_of_our_own_is_shown() -> None:
    shown = '<p><img src="/files/1.png" alt="a b" title="t" loading="lazy"></p>'
    assert render_blocks('![a *b*](/files/1.png "t")') == [shown]


@pytest.mark.parametrize(
    'address',
    [
        '/export/archive',
        '/c/1/export/pdf',
        '/',
        '/settings',
        '/_nicegui_ws/socket.io/?EIO=4&transport=polling',
        '/files/',
        '/files/..',
        '/files/../export/archive',
        '/files/%2e%2e/export/archive',
        '/files/a/../../export/archive',
        '/files/a%2f..%2f..',
        '/files/a?x',
        '/files/a.b.c',
        '/filesystem',
        '/FILES/a',
        '//files/a',
        '/./files/a',
    ],
)
def test_an_image_of_another_path_of_ours_is_only_a_link_to_it(address: str) -> None:
    [html] = render_blocks(f'![picture](<{address}>)')
    assert '<img' not in html
    assert 'picture' in html
    [by_reference] = render_blocks(f'![picture][r]\n\n[r]: <{address}>')
    assert '<img' not in by_reference
    assert 'src' not in sanitise(f'<img src="{address}" alt="picture">')


def test_a_remote_image_is_only_a_link_to_it() -> None:
    assert render_blocks('![a](https://e.example/x.png)') == [f'<p><a href="https://e.example/x.png" {LINK}>a</a></p>']
    assert render_blocks('![](https://e.example/)') == [
        f'<p><a href="https://e.example/" {LINK}>https://e.example/</a></p>'
    ]


def test_a_remote_image_inside_a_link_is_its_text() -> None:
    assert render_blocks('[![a](https://e.example/x.png)](/c)') == [f'<p><a href="/c" {LINK}>a</a></p>']


def test_html_is_shown_as_text() -> None:
    assert render_blocks('<b onclick="x">a</b>') == ['<p>&lt;b onclick="x"&gt;a&lt;/b&gt;</p>']


def test_plain_text_is_only_escaped() -> None:
    assert render_plain('*a* <b> https://a.example\r\n"&"') == '*a* &lt;b&gt; https://a.example\n"&amp;"'


def test_every_process_writes_the_same_html() -> None:
    program = 'from app.rendering.markdown import render_blocks\nprint(render_blocks("- [x] [a](/b)\\n\\n      c"))'
    environment = {'PYTHONPATH': ':'.join(sys.path)}
    shown = {subprocess.check_output([sys.executable, '-c', program], env=environment) for _ in range(5)}
    assert len(shown) == 1


def test_pygments_is_imported_with_the_first_code() -> None:
    program = (
        'import sys\nfrom app.rendering.markdown import render_blocks\nrender_blocks("a `b`\\n\\n    c")\n'
        'assert "pygments" not in sys.modules\nrender_blocks("```python\\nc\\n```")\nassert "pygments" in sys.modules'
    )
    subprocess.run([sys.executable, '-c', program], check=True, env={'PYTHONPATH': ':'.join(sys.path)})


def test_what_only_looks_like_an_address_in_angle_brackets_keeps_them() -> None:
    assert render_blocks('a <dc:title>*b*</dc:title> c') == ['<p>a &lt;dc:title&gt;<em>b</em>&lt;/dc:title&gt; c</p>']
    assert render_blocks('[a](dc:title)') == ['<p>a</p>']
