"""Puts states and faults into sentences a person can act on, in their language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.ui.translations import Translator, msgid

ERRORS: Mapping[str, str] = {
    'error': msgid('Something went wrong: {message}'),
    'unexpected': msgid('Something went wrong that we did not foresee. The log has the details.'),
    'provider_error': msgid('The model server did not do what it was asked.'),
    'server_unreachable': msgid('Nobody answers at {url}. Start Ollama there, then try again.'),
    'another_server': msgid(
        'Something else than {server} answers at {url} (status {status}). Check the address, and what stands before it.'
    ),
    'sign_in_needed': msgid(
        'What stands in front of {server} at {url} asks for a sign-in (status {status}). If it takes a name and a '
        'password, write them into the address: http://name:password@host'
    ),
    'server_busy': msgid('The model server has too much to do just now. Try again in a moment.'),
    'model_not_found': msgid('The model {model} is not installed. Download it or choose another one.'),
    'out_of_memory': msgid('There is not enough memory for {model}. Close other programs or choose a smaller model.'),
    'access_denied': msgid('The model server refused the key. Check the key in the settings.'),
    'prompt_too_long': msgid(
        'The question does not fit into the context window of this model. Shorten it, or choose a wider window.'
    ),
    'cannot_chat': msgid('{model} cannot chat: it is made for something else. Choose another model.'),
    'model_stopped': msgid(
        'The model ended unexpectedly, and its server does not say why. Most often there was not enough memory: '
        'close other programs, or choose a smaller model.'
    ),
    'upstream_unreachable': msgid(
        'The model server has no connection to the internet, or not to where it needs it. Check it, then try again.'
    ),
    'server_fault': msgid('The model server reported a fault: {message}'),
    'reply_unfinished': msgid('The model server ended the answer without saying why.'),
    'connection_dropped': msgid('The connection to the model server broke off.'),
    'broken_stream': msgid('The model server sent something that makes no sense: {line}'),
    'server_silent': msgid('Nothing came for {seconds} seconds, so the answer was ended.'),
    'reply_too_long': msgid(
        'The answer grew longer than {longest} characters, so it was ended. What had arrived is kept.'
    ),
    'source_error': msgid('What the command needs could not be fetched.'),
    'transcript_unavailable': msgid('There is no transcript to be had of this video.'),
    'unknown_command': msgid(
        'There is no command /{name}. /help lists those there are; begin with // to send it as a message: //{name}'
    ),
    'not_found': msgid('This does not exist any more, or it was deleted.'),
    'conflict': msgid('This does not fit what is stored. Reload the page and try again.'),
    'invalid_input': msgid('This cannot be used.'),
    'import_refused': msgid('This file cannot be imported.'),
    'storage_unavailable': msgid(
        'The database does not answer right now. Nothing was changed, and nothing you wrote is lost.'
    ),
    'query_too_slow': msgid('This took too long and was ended. Nothing was changed. Try again in a moment.'),
    'database_unusable': msgid('The database cannot be used: {message}'),
    'already_running': msgid(
        'Guilherme is running already with this data folder, at {url}. '
        'Use it there, or stop it first (process {process}).'
    ),
    'operation_refused': msgid('This could not be done, and nothing was changed.'),
    'port_taken': msgid('Port {port} cannot be used ({message}). Stop what listens there, or choose another: --port'),
    'window_open_already': msgid('The window is open already and was brought forward.'),
    'window_unavailable': msgid('A window cannot be opened here. Start without --native to use the browser.'),
    'settings_invalid': msgid('The setting {name} cannot be used: {message}'),
}
"""One sentence per exception of ours; a test proves that none is missing."""

OPEN = msgid(
    'Other machines can come in too, and there is no sign-in yet: whoever reaches Guilherme over the network can read '
    'and write everything.'
)
"""Said while more is listened to than this machine."""
KEPT = msgid('What had arrived is kept.')
KEPT_AFTER = frozenset({'reply_unfinished', 'connection_dropped', 'server_silent', 'model_stopped'})
"""Faults after which a person wonders what became of the answer so far."""

REASONS: Mapping[str, str] = {
    'password_refused': msgid(
        'The name and password in the address of {server} were refused at {url} (status {status}). '
        'Check the address that was set.'
    ),
    'forbidden': msgid(
        'What answers at {url} in front of {server} does not let us in (status {status}). If it asks for a sign-in, '
        'write name and password into the address: http://name:password@host'
    ),
    'slow_answer': msgid('The model server did not answer within {seconds} seconds. It may have too much to do.'),
    'key_missing': msgid('The model server at {url} wants a key (status {status}). Set GUILHERME_OPENAI_API_KEY.'),
    'temporary_gone': msgid('This was a temporary chat. It was never saved, and is gone since the app restarted.'),
    'repeats': msgid('The model began to repeat itself, so its server ended the answer.'),
    'empty_message': msgid('Write something first.'),
    'long_message': msgid('This message is too long. Up to {longest} characters fit into one.'),
    'queue_full': msgid('{most} messages wait already. Let some of them be answered first.'),
    'empty_title': msgid('A conversation needs a title.'),
    'empty_folder': msgid('A folder needs a name.'),
    'empty_tag': msgid('Write a word for the tag first.'),
    'cannot_pull': msgid('This server cannot download models by itself.'),
    'out_of_range': msgid('It has to be a number from {least} to {most}.'),
    'not_a_number': msgid('This has to be a number.'),
    'slow_pdf': msgid('This conversation is too long for a PDF. Take it along as Markdown or as text instead.'),
    'long_prompt': msgid('This instruction is too long. Up to {longest} characters fit into one.'),
    'busy': msgid('This conversation is still answering. Wait for the end, or stop it.'),
    'bad_id': msgid('This address is not one of a conversation.'),
    'no_link': msgid('Which video? Put its link after the command.'),
    'not_a_video': msgid('“{video}” is not the link of a YouTube video.'),
    'one_video': msgid('A pasted transcript belongs to one video. Give only its link.'),
    'no_transcript': msgid('There are no words in what was pasted after the command.'),
    'no_video': msgid('This video does not exist any more, or the link has a mistake.'),
    'private_video': msgid('This video is private: only its owner can read it.'),
    'unplayable': msgid('YouTube does not play this video: {message}'),
    'age_restricted': msgid(
        'YouTube shows this video to signed-in adults only, so its transcript cannot be fetched. '
        'You can paste it after the command.'
    ),
    'no_captions': msgid(
        'This video has no captions, or its owner has switched them off. You can paste a transcript after the command.'
    ),
    'empty_translation': msgid(
        'YouTube translated the captions into “{language}” with nothing in it. Ask for the original: {offered}'
    ),
    'no_language': msgid('There is no transcript in “{language}”, nor can it be translated. There is: {offered}'),
    'blocked': msgid(
        'YouTube refuses requests from this address. Wait a while, set a proxy (GUILHERME_YOUTUBE_PROXY), '
        'or paste the transcript after the command.'
    ),
    'po_token': msgid(
        'YouTube gives the captions of this video only to its own player. Copy the transcript there '
        'and paste it after the command.'
    ),
    'consent': msgid('YouTube asks for consent to cookies and did not accept ours. Try again in a while.'),
    'refused': msgid('YouTube refused the request ({message}). Try again in a while.'),
    'not_understood': msgid(
        'YouTube answered in a way I do not know. Try again in a while, or paste the transcript after the command.'
    ),
    'proxy': msgid('The proxy for YouTube cannot be used. Check GUILHERME_YOUTUBE_PROXY and the Webshare settings.'),
    'unreachable': msgid(
        'YouTube cannot be reached from here. Check the connection, or paste the transcript after the command.'
    ),
    'timeout': msgid('YouTube did not answer in time. Try again in a while.'),
    'newer_database': msgid(
        'This database belongs to a newer version of Guilherme (revision {revision}). '
        'Install that version, or restore a backup.'
    ),
    'encoding': msgid(
        'This database is in {encoding}, which cannot hold every character. Make one in UTF-8: '
        'createdb --encoding UTF8 --template template0'
    ),
    'no_tables': msgid(
        'The user of this database may not make tables in it. Make that user its owner: '
        'ALTER DATABASE name OWNER TO user'
    ),
    'little_space': msgid(
        'There is not enough space on the disk to bring the database up to date: {needed} MB are needed, '
        '{free} MB are free. Make some room and start again.'
    ),
    'busy_folder': msgid('Another command works with this data folder just now (process {process}). Wait for its end.'),
    'no_key': msgid(
        'Guilherme runs with this database at {url}, but its key is not in {folder}. Give the command as the user who '
        'runs it and with its data folder, import on its page, or stop it first (process {process}).'
    ),
    'running_database': msgid(
        'Guilherme is running already with this database, at {url} on {machine}. '
        'Use it there, or stop it first (process {process}).'
    ),
    'busy_database': msgid(
        'A command works with this database just now (process {process} on {machine}). Wait for its end.'
    ),
    'file_exists': msgid('{file} exists already and is not overwritten. Choose another name.'),
    'file_there': msgid('{file} exists already. Choose another name, or overwrite it with --force.'),
    'no_file': msgid('{file} is not a file, so it is not overwritten. Choose another name.'),
    'no_such_file': msgid('There is no file {file}.'),
    'a_folder': msgid('{file} is a folder. Name the files in it.'),
    'unreadable': msgid('{file} cannot be read: {message}'),
    'app_gone': msgid(
        'Guilherme ended before it was done ({message}). Give the same command again: nothing comes in twice.'
    ),
    'no_way_in': msgid(
        'Guilherme runs, but this command cannot reach it ({message}). Import on its page, or stop it first.'
    ),
    'other_revision': msgid(
        'The Guilherme that runs is of another version than this command (revision {revision}). Start it anew, then '
        'try again.'
    ),
    'unwritable': msgid('{file} cannot be written: {message}'),
    'no_database': msgid('There is no database at {file}. Check the data folder and GUILHERME_DATABASE_URL.'),
    'no_backup': msgid('{file} cannot be read: {message}'),
    'not_a_backup': msgid('{file} is not a backup of Guilherme.'),
    'damaged_backup': msgid('{file} is damaged, so nothing was restored: {message}'),
    'newer_backup': msgid(
        '{file} was made by a newer version of Guilherme (revision {revision}). Install that version first.'
    ),
    'other_system': msgid(
        '{file} was made of another database system than the one in use. Restore it where it comes from, '
        'then carry everything over with migrate-data.'
    ),
    'no_program': msgid(
        '{program} is needed for PostgreSQL and was not found. Install the client programs of PostgreSQL '
        '(on Debian and Ubuntu: apt install postgresql-client).'
    ),
    'program_failed': msgid('{program} did not succeed: {message}'),
    'not_empty': msgid('The database to be filled is not empty. Make a new, empty one and name that.'),
    'same_database': msgid('Both addresses name the same database.'),
    'older_source': msgid(
        'The database to be carried over is at revision {revision}. Start this version of Guilherme with it once, '
        'which brings it up to date, then try again.'
    ),
    'differs': msgid('The rows of {table} are not the same on both sides, so nothing was kept. Please report this.'),
    'port_forbidden': msgid('Port {port} is not yours to use ({message}). Choose one above 1023: --port'),
    'host_unknown': msgid('“{host}” is no address of this machine ({message}). Choose another: --host'),
    'no_pywebview': msgid(
        'The window needs pywebview, which is not installed: start with scripts/run --native, '
        'or install it with pip install -r requirements-native.txt'
    ),
    'no_engine': msgid(
        'The window needs Qt (or GTK with WebKit), and neither is installed: '
        'install Qt with pip install -r requirements-native.txt'
    ),
    'no_webkit': msgid(
        'The window needs WebKit for GTK, which is missing; on Debian and Ubuntu: apt install gir1.2-webkit2-4.1'
    ),
    'no_libraries': msgid(
        'The window needs libraries of the system that are missing; on Debian and Ubuntu: apt install {packages}'
    ),
    'no_screen': msgid('There is no screen to open a window on; start without --native to use the browser.'),
    'window_as_root': msgid(
        'The window does not open for root, since its browser then runs without protection; '
        'start as another user, or set QTWEBENGINE_DISABLE_SANDBOX=1 if that is what you want.'
    ),
}

SERVERS: Mapping[str, str] = {'ollama': 'Ollama'}
"""What model servers are called by, where one is meant that has a name."""

NEAREST = msgid('There is no command /{name}. Did you mean /{nearest}? As a message it begins with //')

PROGRESS: Mapping[str, str] = {
    'waiting': msgid('Waiting for the model · {seconds} s'),
    'loading': msgid('Loading the model into memory · {seconds} s'),
    'silent': msgid('The model has been silent for {seconds} s. You can stop it at any time.'),
}

PLACE = msgid('Waiting its turn · {ahead} before this one')
PLACE_LOADING = msgid('Waiting its turn · {ahead} before this one · loading the model')

WORK: Mapping[str, tuple[str, str]] = {
    'fetching_video': (msgid('Fetching the transcript'), msgid('Fetching transcript {number} of {count}')),
    'reading_part': (msgid('Reading'), msgid('Reading part {number} of {count}')),
    'joining_notes': (msgid('Putting the notes together'), msgid('Putting the notes together')),
    'writing_summary': (msgid('Writing the summary'), msgid('Writing the summary')),
}
"""What commands do meanwhile, when it is one thing and when it is one of several."""

STATUS: Mapping[str, str] = {
    'interrupted': msgid('I stopped here because the server restarted. Continue?'),
    'stopped': msgid('Stopped'),
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """What to say, and the one action that helps (its name), if there is one."""

    text: str
    action: str = ''


def error_sentence(t: Translator, error: Mapping[str, Any], *, kept: bool = False) -> Sentence:
    """Say what went wrong and what helps; with `kept`, there is an answer that began before it went wrong."""
    code = str(error.get('code', 'error'))
    template = REASONS.get(str(error.get('reason', '')), ERRORS.get(code, ERRORS['unexpected']))
    if error.get('nearest'):
        template = NEAREST
    server = SERVERS.get(str(error.get('provider', '')), t('a model server'))
    text = _filled(t(template), {'server': server, **error}) + (f' {t(KEPT)}' if kept and code in KEPT_AFTER else '')
    return Sentence(text, 'pull' if code == 'model_not_found' else '')


def progress_sentence(t: Translator, progress: Mapping[str, Any]) -> str:
    """Say what a reply waits for or is doing. A command of another package says it itself, as `text`."""
    code = str(progress.get('code', 'waiting'))
    if text := progress.get('text'):
        return str(text)
    if code in WORK:
        one, several = WORK[code]
        return _filled(t(several if progress.get('count', 1) > 1 else one), progress)
    if code == 'beside':
        others = int(progress.get('answered', 1))
        template = t.n(
            'Waiting for the model, which is answering {n} other question · {seconds} s',
            'Waiting for the model, which is answering {n} other questions · {seconds} s',
            others,
        )
        return _filled(template, {**progress, 'n': others})
    if code == 'queued':
        return _filled(t(PLACE_LOADING if progress.get('loading') else PLACE), progress)
    return _filled(t(PROGRESS.get(code, PROGRESS['waiting'])), progress)


def size(t: Translator, size_in_bytes: float) -> str:
    """Write a size the way people read it, in powers of ten as downloads are."""
    for unit in ('B', 'kB', 'MB'):
        if size_in_bytes < 1000:
            return f'{number(t, size_in_bytes)} {unit}'
        size_in_bytes /= 1000
    return f'{number(t, size_in_bytes)} GB'


def number(t: Translator, value: float) -> str:
    """Write a number as one reads it: a decimal below a hundred, with the sign of the language before it."""
    written = f'{value:.0f}' if value >= 100 else f'{value:.1f}'
    return written.replace('.', ',') if t.language == 'pt-BR' else written


def day(t: Translator, at: datetime) -> str:
    """Write a day as one reads it, by the clock of the server."""
    local = at.astimezone()
    return f'{local:%d/%m/%Y}' if t.language == 'pt-BR' else f'{local.day} {local:%B} {local.year}'


def _filled(template: str, values: Mapping[str, Any]) -> str:
    return template.format_map(_Blank(values))


class _Blank(dict[str, Any]):
    """A missing detail leaves a gap instead of breaking the sentence."""

    def __missing__(self, key: str) -> str:
        return '…'
