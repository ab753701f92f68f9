import asyncio

import pytest

from app.domain.message import Message, Role, Step
from app.rendering.whole import render_fully
from app.replies import rendered as rendered_module
from app.replies.rendered import Rendered, RenderedMessages
from tests.storage.samples import conversation, message

CHAT = conversation()
NEVER_ENDING = '```c\n$' + ' ' * 20_000 + 'x\n```\n'


def answer(content: str, **changes: object) -> Message:
    return message(CHAT, None, Role.ASSISTANT, content=content, **changes)


def never(each: Message, _rendered: Rendered) -> None:
    raise AssertionError(f'{each.content[:20]} came late')


async def rendered_of(rendered: RenderedMessages, each: Message) -> Rendered:
    return (await rendered.find([each], never))[each.id]


async def test_an_answer_is_markdown_and_a_question_stays_as_it_was_typed() -> None:
    rendered = RenderedMessages()
    assert (await rendered_of(rendered, answer('*a*\n\nb'))).blocks == ['<p><em>a</em></p>', '<p>b</p>']
    [typed] = (await rendered_of(rendered, message(CHAT, None, content='*a* <b>'))).blocks
    assert '*a* &lt;b&gt;' in typed


async def test_the_notes_of_a_command_are_markdown_too() -> None:
    noted = answer('a', steps=(Step('Part 1', '- *b*', {}), Step('', '', {})))
    assert (await rendered_of(RenderedMessages(), noted)).steps == ['<ul><li><em>b</em></li></ul>', '']


async def test_what_is_folded_beside_a_question_is_rendered_too() -> None:
    asked = message(CHAT, None, content='*a*', steps=(Step('In the file', '```json\n1\n```', {}),))
    rendered = await rendered_of(RenderedMessages(), asked)
    assert '*a*' in rendered.blocks[0]
    assert ['<code' in step for step in rendered.steps] == [True]


async def test_what_was_rendered_is_not_rendered_again() -> None:
    rendered, messages = RenderedMessages(), [answer('a'), answer('b')]
    first = await rendered_of(rendered, messages[0])
    found = await rendered.find(messages, never)
    assert found[messages[0].id] is first
    assert (await rendered.find(messages, never))[messages[1].id] is found[messages[1].id]


async def test_a_message_that_changed_is_rendered_anew() -> None:
    rendered, before = RenderedMessages(), answer('before')
    after = message(CHAT, None, Role.ASSISTANT, content='after', id=before.id)
    await rendered_of(rendered, before)
    assert (await rendered_of(rendered, after)).blocks == ['<p>after</p>']


async def test_the_least_recently_used_is_forgotten_first() -> None:
    rendered = RenderedMessages(kept_characters=3000)
    messages = [answer(letter * 500) for letter in 'abc']  # about 1,000 characters each: source and HTML
    blocks = [await rendered_of(rendered, each) for each in messages[:2]]
    assert await rendered_of(rendered, messages[0]) is blocks[0]
    await rendered_of(rendered, messages[2])
    assert await rendered_of(rendered, messages[0]) is blocks[0]
    assert await rendered_of(rendered, messages[1]) is not blocks[1]


async def test_one_message_larger_than_everything_is_kept_while_it_is_the_latest() -> None:
    rendered, large = RenderedMessages(kept_characters=10), answer('a' * 100)
    blocks = await rendered_of(rendered, large)
    assert await rendered_of(rendered, large) is blocks
    await rendered_of(rendered, answer('b'))
    assert await rendered_of(rendered, large) is not blocks


@pytest.mark.expects_log('render_fully was ended')
async def test_nobody_waits_for_a_message_whose_colours_are_never_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rendered_module, 'PATIENCE', 0.05)
    monkeypatch.setattr(rendered_module, 'COLOURED_WITHIN', 2.0)
    rendered, hostile, kind = RenderedMessages(), answer(NEVER_ENDING), answer('*a*')
    came: asyncio.Future[Rendered] = asyncio.get_running_loop().create_future()
    found = await rendered.find([hostile, kind], lambda _, late: came.set_result(late))
    assert found.keys() == {kind.id}
    [code] = (await came).blocks
    assert ' ' * 20_000 in code
    assert 'tok-' not in code
    assert (await rendered_of(rendered, hostile)) is await came


@pytest.mark.parametrize('length', [1, 3000])
async def test_a_message_looks_the_same_wherever_it_was_rendered(length: int) -> None:
    content = '**a** `b`\n\n```python\n' + 'return 1\n' * (length // 9 + 1) + '```\n'
    came: asyncio.Queue[Rendered] = asyncio.Queue()
    each = answer(content)
    rendered = RenderedMessages()
    found = await rendered.find([each], lambda _, late: came.put_nowait(late))
    blocks = (found.get(each.id) or await came.get()).blocks
    assert blocks == render_fully([content])[0]
    assert 'tok-keyword' in blocks[1]
