import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.domain.message import Message, Role
from app.domain.prompt import PromptMessage
from app.replies.prompt import CUT_MARK, budget, estimate_tokens, fit, keep_end
from app.replies.token_counting import TokenEstimator
from tests.storage.samples import conversation, message

CHAT = conversation()
NUM_CTX = 512  # the least a setting allows; three quarters of it are the prompt's


def branch(*contents: str) -> list[Message]:
    """Make a conversation of these messages, the person's and the model's in turn, the person's last."""
    roles = [Role.USER, Role.ASSISTANT]
    return [
        message(CHAT, None, roles[(len(contents) - 1 - at) % 2], content=content) for at, content in enumerate(contents)
    ]


def size(messages: tuple[PromptMessage, ...]) -> int:
    return sum(estimate_tokens(each.content) for each in messages)


def test_a_short_conversation_goes_whole_after_the_system_prompt() -> None:
    fitted = fit(branch('one', 'two', 'three'), 'Be brief.', NUM_CTX)
    assert [(each.role, each.content) for each in fitted.messages] == [
        (Role.SYSTEM, 'Be brief.'),
        (Role.USER, 'one'),
        (Role.ASSISTANT, 'two'),
        (Role.USER, 'three'),
    ]
    assert (fitted.omitted, fitted.shortened) == (0, False)
    assert fitted.tokens == size(fitted.messages)


def test_without_a_system_prompt_there_is_none() -> None:
    assert [each.role for each in fit(branch('one'), '', NUM_CTX).messages] == [Role.USER]


def test_the_newest_messages_go_first_and_the_rest_is_counted() -> None:
    said = branch(*(f'{number} word' * 50 for number in range(9)))
    fitted = fit(said, 'Be brief.', NUM_CTX, earlier=40)
    kept = [each.content for each in fitted.messages[1:]]
    assert kept == [each.content for each in said[-len(kept) :]]
    assert 1 < len(kept) < 9
    assert fitted.omitted == 40 + 9 - len(kept)
    assert fitted.tokens <= budget(NUM_CTX)


def test_a_message_that_does_not_fit_ends_the_history_even_if_an_older_one_would() -> None:
    fitted = fit(branch('short', 'x' * 5000, 'newest'), '', NUM_CTX)
    assert [each.content for each in fitted.messages] == ['newest']
    assert fitted.omitted == 2


def test_one_message_that_is_too_long_loses_its_middle() -> None:
    said = branch('older', 'older still', 'BEGIN ' + 'x' * 50_000 + ' END')
    fitted = fit(said, 'Be brief.', NUM_CTX)
    newest = fitted.messages[1]
    assert newest.content.startswith('BEGIN ')
    assert newest.content.endswith(' END')
    assert newest.content.count(CUT_MARK) == 1
    assert (fitted.shortened, fitted.omitted) == (True, 2)
    assert budget(NUM_CTX) * 0.9 < size(fitted.messages) <= budget(NUM_CTX)


def test_empty_messages_are_passed_over() -> None:
    fitted = fit(branch('one', '', 'three'), '', NUM_CTX)
    assert [each.content for each in fitted.messages] == ['one', 'three']
    assert fitted.omitted == 0


def test_what_something_else_takes_is_left_free() -> None:
    said = branch(*('x' * 90 for _ in range(20)))
    roomy, tight = fit(said, '', NUM_CTX), fit(said, '', NUM_CTX, taken=200)
    assert len(tight.messages) < len(roomy.messages)
    assert size(tight.messages) + 200 == tight.tokens <= budget(NUM_CTX)


def test_wide_characters_count_for_more() -> None:
    assert estimate_tokens('a' * 320) < estimate_tokens('語' * 320) < estimate_tokens('🙂' * 320)
    assert len(fit(branch('語' * 5000), '', NUM_CTX).messages[0].content) < 400
    assert estimate_tokens('') < 10


FAMILY = '👨\u200d👩\u200d👧\u200d👦'


@pytest.mark.parametrize('character', ['e\u0301', 'नि', FAMILY, '👍🏽', '🇧🇷', '\r\n', '\u1100\u1161\u11a8'])
@pytest.mark.parametrize('room', range(40, 80, 7))
def test_nothing_is_cut_in_the_middle_of_a_character(character: str, room: int) -> None:
    [cut] = fit(branch(character * 2000), '', room=room).messages
    head, _, tail = cut.content.partition(CUT_MARK)
    assert head == character * (len(head) // len(character))
    assert tail == character * (len(tail) // len(character)) != ''
    end = keep_end(character * 2000, room)
    assert end == character * (len(end) // len(character)) != ''


def test_what_the_model_is_known_to_make_of_texts_decides_what_fits() -> None:
    said = branch(*('ordinary text ' * 20 for _ in range(20)))
    dense = TokenEstimator({'words': 2.0})
    plain, taught = fit(said, '', 2048), fit(said, '', 2048, estimator=dense)
    assert 1 < len(taught.messages) < len(plain.messages)
    assert taught.tokens == dense.prompt_tokens(taught.messages) <= budget(2048)


def test_a_long_text_is_looked_at_as_far_as_it_fits() -> None:
    looked_at: list[int] = []

    class Counting(TokenEstimator):
        def size(self, text: str) -> float:
            looked_at.append(len(text))
            return super().size(text)

    fit(branch('word ' * 80_000), '', 8192, estimator=Counting())
    assert sum(looked_at[1:]) < 400_000 + 40 * 8192


TEXTS = st.text(alphabet=st.sampled_from('ab 語🙂\n1-.\u0301'), max_size=40).flatmap(
    lambda text: st.integers(1, 60).map(lambda times: text * times)
)


@settings(max_examples=200, deadline=None)
@given(st.lists(TEXTS, max_size=12), TEXTS.filter(bool), st.text(max_size=300), st.integers(512, 2048))
@example(['a'], '語' * 300 + 'a' * 6000 + '語' * 300, '', 512)
def test_never_above_the_budget_and_the_newest_message_always_in(
    earlier: list[str], newest: str, system_prompt: str, num_ctx: int
) -> None:
    fitted = fit(branch(*earlier, newest), system_prompt, num_ctx)
    assert size(fitted.messages) <= fitted.tokens <= budget(num_ctx)
    last = fitted.messages[-1]
    head, _, tail = last.content.partition(CUT_MARK)
    assert last.content == newest or (fitted.shortened and newest.startswith(head) and newest.endswith(tail))
    assert (fitted.messages[0].role is Role.SYSTEM) is bool(system_prompt)
    said = [content for content in (*earlier, newest) if content]
    assert fitted.omitted == len(said) - len(fitted.messages) + bool(system_prompt)
