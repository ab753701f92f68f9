"""Any conversations, documents and folders, for property tests. Texts hold what a database can hold."""

from datetime import UTC, datetime

from hypothesis import assume
from hypothesis import strategies as st

from app.domain.carried import Carried
from app.domain.conversation import LOCAL_OWNER, Conversation, Folder
from app.domain.document import Document, Passage
from app.domain.message import CommandCall, Message, Role, Source, Status, Step
from app.domain.model import ModelRef
from app.domain.queued import QueuedMessage

CHARACTERS = st.characters(exclude_categories=['Cs'], exclude_characters='\0')
texts = st.text(CHARACTERS, max_size=20)
names = st.text(CHARACTERS, min_size=1, max_size=20)
labels = names.map(lambda name: ' '.join(name.split())).filter(bool)
"""Names of folders and tags, which the app makes fit into a line."""


def mappings(values: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    return st.dictionaries(texts, values, max_size=3)


ids = st.uuids(version=4).map(str)  # one of version 8 would be temporary
times = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))
numbers = st.integers(-(2**31), 2**31) | st.integers(-(10**9), 10**9).map(lambda number: number / 1000)
plain_json = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | mappings(inner),
    max_leaves=5,
)
models = st.none() | st.builds(ModelRef, names, names)


details = mappings(plain_json)
documents = st.builds(
    Document,
    key=names,
    kind=names,
    title=texts,
    url=texts,
    passages=st.lists(st.builds(Passage, texts, st.none() | st.floats(0, 1e5)), max_size=4).map(tuple),
    fetched_at=times,
    data=details,
)
folders = st.builds(Folder, id=ids, owner_id=st.just(LOCAL_OWNER), name=labels, created_at=times)
preferences = st.fixed_dictionaries(
    {},
    optional={
        'default_model': st.builds(lambda provider, name: f'{provider.replace("/", "_")}/{name}', names, names),
        'parameters': st.fixed_dictionaries(
            {}, optional={'temperature': st.floats(0, 2), 'top_k': st.integers(1, 1000)}
        ),
        'num_ctx': st.integers(512, 2**20),
        'system_prompt': texts,
        'titles': st.booleans(),
    },
)


@st.composite
def conversations(draw: st.DrawFn, folder_ids: tuple[Folder, ...] = ()) -> Carried:
    """A conversation with a tree of any shape, in one of the folders or in none."""
    conversation_id = draw(ids)
    messages = draw(trees(conversation_id))
    folder = draw(st.sampled_from((None, *folder_ids)))
    conversation = Conversation(
        id=conversation_id,
        owner_id=LOCAL_OWNER,
        title=draw(texts),
        title_by_person=draw(st.booleans()),
        model=draw(models),
        parameters=draw(details),
        head_id=draw(st.sampled_from(messages)).id if messages else None,
        unread=draw(st.booleans()),
        pinned=draw(st.booleans()),
        folder_id=folder.id if folder else None,
        tags=tuple(sorted(draw(st.sets(labels, max_size=3)))),
        created_at=draw(times),
        updated_at=draw(times),
        archived_at=draw(st.none() | times),
        deleted_at=draw(st.none() | times),
    )
    queued = draw(st.lists(queued_messages(conversation_id), max_size=2))
    return Carried(
        conversation=conversation,
        messages=messages,
        folder=folder.name if folder else '',
        queued=tuple(sorted(queued, key=lambda each: (each.created_at, each.id))),
    )


@st.composite
def trees(draw: st.DrawFn, conversation_id: str) -> tuple[Message, ...]:
    """Messages of one conversation in the order they are read: by depth, time and id."""
    made: list[Message] = []
    for _ in range(draw(st.integers(0, 6))):
        parent = draw(st.sampled_from((None, *made)))
        made.append(draw(messages(conversation_id, parent)))
    return tuple(sorted(made, key=lambda each: (each.depth, each.created_at, each.id)))


def messages(conversation_id: str, parent: Message | None) -> st.SearchStrategy[Message]:
    return st.builds(
        Message,
        id=ids,
        conversation_id=st.just(conversation_id),
        parent_id=st.just(parent.id if parent else None),
        depth=st.just(parent.depth + 1 if parent else 0),
        role=st.sampled_from(Role),
        content=texts,
        status=st.sampled_from([each for each in Status if each is not Status.STREAMING]),
        created_at=times,
        finished_at=st.none() | times,
        thinking=texts,
        model=models,
        error=st.none() | details,
        stats=details,
        command=st.none() | st.builds(CommandCall, names, names),
        sources=st.lists(st.builds(Source, texts, texts, texts), max_size=2).map(tuple),
        steps=st.lists(st.builds(Step, texts, texts, details), max_size=2).map(tuple),
    )


def queued_messages(conversation_id: str) -> st.SearchStrategy[QueuedMessage]:
    return st.builds(
        QueuedMessage,
        id=ids,
        conversation_id=st.just(conversation_id),
        text=texts,
        created_at=times,
        model=models,
        language=names,
        behind_id=st.none() | ids,
    )


def ids_in(carried: Carried) -> list[str]:
    return [*(message.id for message in carried.messages), *(queued.id for queued in carried.queued)]


Everything = tuple[list[Carried], list[Document], list[Folder], dict[str, object]]


@st.composite
def everything(draw: st.DrawFn) -> Everything:
    """All that a person has; every id is there once."""
    folder_list = draw(st.lists(folders, max_size=2, unique_by=(lambda each: each.id, lambda each: each.name)))
    carried = draw(st.lists(conversations(tuple(folder_list)), max_size=3, unique_by=lambda each: each.conversation.id))
    kept = draw(st.lists(documents, max_size=2, unique_by=lambda each: each.key))
    used = [each for conversation in carried for each in ids_in(conversation)]
    assume(len(set(used)) == len(used))
    return carried, kept, folder_list, draw(preferences)
