"""Builds the parts from the settings and joins them."""

from dataclasses import dataclass

from app.bootstrap.parts import Parts
from app.bootstrap.serving import server_is_ending
from app.chat import (
    About,
    Asking,
    Branching,
    Chat,
    Downloads,
    Filing,
    Importing,
    Listing,
    ModelCatalog,
    Organising,
    Preferring,
    Queueing,
    Reading,
    Searching,
    Trash,
    Undoing,
    Wiping,
)
from app.chat.answering import Answering
from app.chat.commanding import Commanding
from app.chat.erasing import Erasing
from app.chat.exporting import Exporting
from app.chat.material import Material
from app.chat.model_lines import ModelLines
from app.chat.preferring import Guidance
from app.chat.titling import Titling
from app.chat.waiting_line import WaitingLine
from app.commands.help import help_command
from app.commands.registry import Commands, installed
from app.commands.videos import Videos
from app.commands.youtube import youtube_command
from app.commands.youtube_resumo import summary_command
from app.observability import logs
from app.operating.listening import lets_others_in
from app.providers.base import Provider
from app.replies.engine import Engine
from app.replies.live import LiveConversations
from app.replies.rendered import RenderedMessages
from app.settings import Settings
from app.sources.youtube.fetching import YouTube
from app.storage import erasing, trash
from app.storage.conversations import Conversations
from app.storage.copies import Copies
from app.storage.database import Database
from app.storage.documents import Documents
from app.storage.folders import Folders
from app.storage.imports import PastImports
from app.storage.instance import lock_of
from app.storage.journal import SqlJournal
from app.storage.memory import DatabaseWithMemory
from app.storage.messages import Messages
from app.storage.outgoing import Outgoing
from app.storage.preferences import Preferences
from app.storage.queue import Queue
from app.storage.search import Search
from app.storage.shelves import Shelves
from app.storage.staging import Staging
from app.storage.tags import Tags
from app.storage.taking_out import TakingOut
from app.storage.traces import Traces
from app.ui.spoken import spoken


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """What everything a person can do stands on."""

    settings: Settings
    database: Database
    conversations: Conversations
    messages: Messages
    documents: Documents
    catalog: ModelCatalog
    live: LiveConversations
    rendered: RenderedMessages
    journal: SqlJournal
    engine: Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answers:
    """How questions get their answers: at once, when it is their turn, and in the background."""

    reading: Reading
    preferring: Preferring
    commanding: Commanding
    asking: Asking
    queueing: Queueing
    titling: Titling


def build(settings: Settings) -> Parts:
    """Build everything, without touching disk or network yet."""
    logs.set_up(settings.log_format, settings.log_level)
    providers = _providers(settings)
    ground = _ground(settings, ModelCatalog(providers, settings.default_model))
    answers = _answers(ground)
    return Parts(
        settings=settings,
        database=ground.database,
        journal=ground.journal,
        engine=ground.engine,
        providers=providers,
        chat=_chat(ground, answers),
        titling=answers.titling,
        lock=lock_of(settings.resolved_database_url),
    )


def _ground(settings: Settings, catalog: ModelCatalog) -> _Ground:
    database = DatabaseWithMemory(settings.resolved_database_url)
    rendered, journal = RenderedMessages(), SqlJournal(database)
    engine = Engine(
        journal,
        rendered,
        load_limit=settings.load_limit,
        silence_notice=settings.silence_notice,
        silence_limit=settings.silence_limit,
    )
    return _Ground(
        settings=settings,
        database=database,
        conversations=Conversations(database),
        messages=Messages(database),
        documents=Documents(database),
        catalog=catalog,
        live=LiveConversations(),
        rendered=rendered,
        journal=journal,
        engine=engine,
    )


def _answers(ground: _Ground) -> _Answers:
    settings, catalog, engine = ground.settings, ground.catalog, ground.engine
    conversations, messages, documents = ground.conversations, ground.messages, ground.documents
    guidance = Guidance(num_ctx=settings.num_ctx, system_prompt=settings.system_prompt, titles=settings.titles)
    preferring = Preferring(Preferences(ground.database), catalog, guidance)
    answering = Answering(messages, Material(messages, documents), catalog, ModelLines(catalog), preferring)
    reading = Reading(conversations, messages, ground.live, ground.rendered)
    commanding = Commanding(commands(_youtube(settings)), conversations, messages, documents, spoken)
    queue = Queue(ground.database)
    line = WaitingLine(queue, messages)
    asking = Asking(
        messages=messages,
        reading=reading,
        live=ground.live,
        engine=engine,
        answering=answering,
        commanding=commanding,
        line=line,
    )
    queueing = Queueing(queue, line, reading, asking, server_is_ending)
    titling = Titling(
        conversations=conversations,
        messages=messages,
        reading=reading,
        answering=answering,
        preferring=preferring,
        queueing=queueing,
        is_quiet=lambda: not (engine.busy or server_is_ending()),
        enabled=settings.titles,
    )
    engine.before_reply.append(titling.make_way)
    engine.on_finished += [queueing.reply_ended, titling.reply_ended]
    return _Answers(
        reading=reading,
        preferring=preferring,
        commanding=commanding,
        asking=asking,
        queueing=queueing,
        titling=titling,
    )


def _chat(ground: _Ground, answers: _Answers) -> Chat:
    database, live, reading, asking = ground.database, ground.live, answers.reading, answers.asking
    shelves, folders = Shelves(database), Folders(database)
    listing = Listing(shelves, Tags(database))
    wiping = Wiping(Traces(database), is_quiet=lambda: not ground.engine.busy)
    deleted = Trash(trash.Trash(database), live, wiping)
    inbox = ground.settings.data_dir / 'imports'
    staging = Staging(database)
    undoing = Undoing(
        PastImports(database),
        TakingOut(database),
        staging,
        deleted,
        live,
        is_quiet=lambda: not ground.engine.busy,
        preferences_changed=answers.preferring.changed,
    )
    importing = Importing(staging, deleted, live, undoing, inbox=inbox, words=spoken)
    return Chat(
        asking=asking,
        branching=Branching(ground.messages, reading, live),
        queueing=answers.queueing,
        reading=reading,
        listing=listing,
        searching=Searching(Search(database), listing),
        organising=Organising(
            conversations=ground.conversations,
            shelves=shelves,
            folders=folders,
            reading=reading,
            asking=asking,
            live=live,
        ),
        filing=Filing(folders, shelves, live),
        trash=deleted,
        wiping=wiping,
        preferring=answers.preferring,
        erasing=Erasing(
            erasing.Erasing(database),
            Copies(ground.settings.resolved_database_url, ground.settings.backups),
            asking=asking,
            trash=deleted,
            preferring=answers.preferring,
            importing=importing,
            live=live,
            rendered=ground.rendered,
        ),
        commanding=answers.commanding,
        models=ground.catalog,
        downloads=Downloads(ground.catalog),
        exporting=Exporting(Outgoing(database)),
        importing=importing,
        undoing=undoing,
        about=About(
            database, ground.catalog, ground.settings.data_dir, is_open=lets_others_in(ground.settings.reached_at)
        ),
        live=live,
    )


def _providers(settings: Settings) -> list[Provider]:
    """Choose who can be asked; each is imported only if it is."""
    if settings.demo:
        from app.providers.scripted import Scripted

        return [Scripted()]
    from app.providers.ollama import Ollama

    providers: list[Provider] = [Ollama(settings.ollama_host)]
    if settings.openai_base_url:
        from app.providers.openai_compatible import OpenAICompatible

        providers.append(OpenAICompatible(settings.openai_base_url, settings.openai_api_key.get_secret_value()))
    return providers


def _youtube(settings: Settings) -> YouTube:
    return YouTube(
        base_url=settings.youtube_base_url,
        proxy=settings.youtube_proxy.get_secret_value(),
        webshare_username=settings.webshare_username.get_secret_value(),
        webshare_password=settings.webshare_password.get_secret_value(),
        webshare_locations=settings.webshare_locations,
        timeout=settings.youtube_timeout,
    )


def commands(youtube: YouTube) -> Commands:
    """Gather the commands, our own first: no other package can take their names."""
    commands, videos = Commands(), Videos(youtube)
    for each in (help_command(commands), youtube_command(videos), summary_command(videos), *installed()):
        commands.add(each)
    return commands
