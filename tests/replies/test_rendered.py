from app.domain.message import Message, Role
from app.replies.rendered import RenderedMessages
from tests.storage.samples import conversation, message

CHAT = conversation()


def answer(content: str) -> Message:
    return message(CHAT, None, Role.ASSISTANT, content=content)


async def test_an_answer_is_markdown_and_a_question_stays_as_it_was_typed() -> None:
    rendered = RenderedMessages()
    assert await rendered.blocks(answer('*a*\n\nb')) == ['<p><em>a</em></p>', '<p>b</p>']
    [typed] = await rendered.blocks(message(CHAT, None, content='*a* <b>'))
    assert '*a* &lt;b&gt;' in typed


async def test_what_was_rendered_is_not_rendered_again() -> None:
    rendered, messages = RenderedMessages(), [answer('a'), answer('b')]
    first = await rendered.blocks(messages[0])
    found = await rendered.all_blocks(messages)
    assert found[messages[0].id] is first
    assert (await rendered.all_blocks(messages))[messages[1].id] is found[messages[1].id]


async def test_a_message_that_changed_is_rendered_anew() -> None:
    rendered, before = RenderedMessages(), answer('before')
    after = message(CHAT, None, Role.ASSISTANT, content='after', id=before.id)
    await rendered.blocks(before)
    assert await rendered.all_blocks([after]) == {before.id: ['<p>after</p>']}
    assert await rendered.blocks(after) == ['<p>after</p>']


async def test_the_least_recently_used_is_forgotten_first() -> None:
    rendered = RenderedMessages(kept_characters=3000)
    messages = [answer(letter * 500) for letter in 'abc']  # about 1,000 characters each: source and HTML
    blocks = [await rendered.blocks(each) for each in messages[:2]]
    assert await rendered.blocks(messages[0]) is blocks[0]
    await rendered.blocks(messages[2])
    assert await rendered.blocks(messages[0]) is blocks[0]
    assert await rendered.blocks(messages[1]) is not blocks[1]


async def test_one_message_larger_than_everything_is_kept_while_it_is_the_latest() -> None:
    rendered, large = RenderedMessages(kept_characters=10), answer('a' * 100)
    blocks = await rendered.blocks(large)
    assert await rendered.blocks(large) is blocks
    await rendered.blocks(answer('b'))
    assert await rendered.blocks(large) is not blocks
