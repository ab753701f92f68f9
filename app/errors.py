"""Every exception we raise.

GuilhermeError                  code, details: the screen puts them into words in the person's language
├── ProviderError               a model server did not do what it was asked
│   ├── ServerUnreachable       nobody listens at the address
│   ├── AnotherServer           something else than a model server answers at the address
│   ├── SignInNeeded            what stands before the model server wants a name and password
│   ├── ServerBusy              too many requests wait already
│   ├── ModelNotFound           the server does not have the model
│   ├── OutOfMemory             the model does not fit into memory
│   ├── AccessDenied            the server wants another key
│   ├── PromptTooLong           the server says that the prompt does not fit into its window
│   ├── CannotChat              the model is one for something else, such as embeddings
│   ├── ModelStopped            what runs the model ended in mid-reply
│   ├── UpstreamUnreachable     the server cannot reach another one that it needs
│   ├── ServerFault             the server answered with an error of its own
│   ├── ReplyUnfinished         the server ended a reply without saying why
│   ├── ConnectionDropped       the connection ended in mid-reply
│   ├── BrokenStream            a line of the stream was not what the protocol says
│   └── ServerSilent            nothing came for longer than the limit
├── ReplyTooLong                a reply grew longer than anybody could read, or a browser show
├── SourceError                 something outside did not give what a command asked of it
│   └── TranscriptUnavailable   there is no transcript to be had of a video
├── UnknownCommand              there is no slash command of that name
├── NotFound                    no such conversation or message (for this owner)
├── Conflict                    the request does not fit what is stored
├── InvalidInput                what a person gave cannot be used
├── ImportRefused               a file with conversations cannot be read
├── StorageUnavailable          the database does not answer or refuses to commit
│   └── QueryTooSlow            what was to be read took longer than it may
├── SettingsInvalid             a setting cannot be used
├── DatabaseUnusable            we cannot start on the database there is
├── AlreadyRunning              another process works with the database
├── OperationRefused            a command of the command line cannot do what it was asked
├── PortTaken                   we cannot listen where we should
├── WindowOpenAlready           a second start found the window open and let it come forward
├── WindowUnavailable           a window of its own cannot be opened on this machine
└── UnexpectedFault             an exception that nobody foresaw, in a form that can be stored with a message
"""

from typing import Any


class GuilhermeError(Exception):
    """Base of all our exceptions. `code` names the kind, `details` are values for the sentence (strings, numbers)."""

    code = 'error'

    def __init__(self, **details: Any) -> None:
        self.details = details
        super().__init__(self.code, details)

    def __str__(self) -> str:
        """Give a line for the log; the sentence for the person is made where it is shown."""
        inside = ', '.join(f'{name}={value!r}' for name, value in self.details.items())
        return f'{self.code}({inside})'

    def as_data(self) -> dict[str, Any]:
        """Give the form that is stored with a message."""
        return {'code': self.code, **self.details}


class ProviderError(GuilhermeError):
    """Raised when a model server did not do what it was asked. Details: `provider`."""

    code = 'provider_error'


class ServerUnreachable(ProviderError):
    """Raised when nobody listens at the address. Details: `url`."""

    code = 'server_unreachable'


class AnotherServer(ProviderError):
    """Raised when a proxy's page, or anything else that no model server says, comes from the address.

    Details: `url`, `status` (that of HTTP).
    """

    code = 'another_server'


class SignInNeeded(ProviderError):
    """Raised when the address refuses us (401, 403, 407) and the server behind it has no keys.

    Details: `url`, `status`. With the `reason` password_refused, the name and password in the address were not
    accepted; with forbidden nobody said that they would help.
    """

    code = 'sign_in_needed'


class ServerBusy(ProviderError):
    """Raised when the server refuses because too many requests wait (429, 503)."""

    code = 'server_busy'


class ModelNotFound(ProviderError):
    """Raised when the server does not have the model. Details: `model`."""

    code = 'model_not_found'


class OutOfMemory(ProviderError):
    """Raised when the model does not fit into memory. Details: `model`, `message`."""

    code = 'out_of_memory'


class AccessDenied(ProviderError):
    """Raised when the server wants another key (401, 403). With the `reason` key_missing none was given; then `url`."""

    code = 'access_denied'


class PromptTooLong(ProviderError):
    """Raised when the server refuses a prompt because it does not fit into its context window.

    Details: `tokens` of the prompt and `num_ctx` of the window, as the server counts them; None where it does not tell.
    """

    code = 'prompt_too_long'


class CannotChat(ProviderError):
    """Raised when a model is for something else, such as embeddings. Details: `model`."""

    code = 'cannot_chat'


class ModelStopped(ProviderError):
    """Raised when the server says that what runs the model ended, and not why. Details: `model`."""

    code = 'model_stopped'


class UpstreamUnreachable(ProviderError):
    """Raised when the server cannot reach another one: where models come from, or where a cloud model runs.

    Details: `model`, `message`.
    """

    code = 'upstream_unreachable'


class ServerFault(ProviderError):
    """Raised when the server answered with an error of its own. Details: `message`."""

    code = 'server_fault'


class ReplyUnfinished(ProviderError):
    """Raised when the server ended a reply in good order, but without the line that says that it is whole.

    With the `reason` repeats the last pieces were all the same, after which Ollama gives up.
    """

    code = 'reply_unfinished'


class ConnectionDropped(ProviderError):
    """Raised when the connection ended before the reply did."""

    code = 'connection_dropped'


class BrokenStream(ProviderError):
    """Raised when a line of the stream was not what the protocol says. Details: `line`, its first 80 characters."""

    code = 'broken_stream'


class ServerSilent(ProviderError):
    """Raised when nothing came for longer than the limit. Details: `seconds`.

    With the `reason` slow_answer it was no reply but a small answer.
    """

    code = 'server_silent'


class ReplyTooLong(GuilhermeError):
    """Raised when a reply grew longer than anybody could read, or a browser show. Details: `longest` (characters)."""

    code = 'reply_too_long'


class SourceError(GuilhermeError):
    """Raised when something outside did not give what a command asked of it. Details: `reason`."""

    code = 'source_error'


class TranscriptUnavailable(SourceError):
    """Raised when there is no transcript to be had of a video.

    Details: `reason`, `video` (its id), `message` (YouTube's own words), `language` and `offered` (languages).
    """

    code = 'transcript_unavailable'


class UnknownCommand(GuilhermeError):
    """Raised when there is no slash command of that name. Details: `name`, and `nearest` (empty if none is near)."""

    code = 'unknown_command'


class NotFound(GuilhermeError):
    """Raised when there is no such conversation or message for this owner. Details: `id`."""

    code = 'not_found'


class Conflict(GuilhermeError):
    """Raised when the request does not fit what is stored, such as a reply to a conversation that still answers."""

    code = 'conflict'


class InvalidInput(GuilhermeError):
    """Raised when what a person gave cannot be used. Details: `reason`."""

    code = 'invalid_input'


class ImportRefused(GuilhermeError):
    """Raised when a file with conversations cannot be read; nothing of it is kept.

    Details: `reason`, and where the fault is, as far as it is known: `file` (inside an archive), `conversation` and
    `message` (counted from 1), `byte` (from 0), `line` and `column` (from 1). Some reasons name a `field`, its `value`,
    a `limit` (of a size in MB) or an `encoding`.
    """

    code = 'import_refused'


class StorageUnavailable(GuilhermeError):
    """Raised when the database does not answer or refuses to commit.

    Details: `message`, and where it is something a person can put right a `reason` with `revision`, `needed`, `free`,
    `encoding`.
    """

    code = 'storage_unavailable'


class QueryTooSlow(StorageUnavailable):
    """Raised when what was to be read took longer than it may, and was ended. Details: `message`; `seconds`."""

    code = 'query_too_slow'


class SettingsInvalid(GuilhermeError):
    """Raised when a setting cannot be used. Details: `name`, `message`."""

    code = 'settings_invalid'


class DatabaseUnusable(GuilhermeError):
    """Raised when we cannot start on the database there is. Details: those of `StorageUnavailable`; `message`."""

    code = 'database_unusable'


class AlreadyRunning(GuilhermeError):
    """Raised when another process works with the database. Details: `url`, `process`, `folder`.

    With the `reason` busy_folder it is not the app but one of its commands. For PostgreSQL the reasons are
    running_database and busy_database, and `machine` stands in the place of `folder`.
    """

    code = 'already_running'


class OperationRefused(GuilhermeError):
    """Raised when a command of the command line cannot do what it was asked; nothing was changed.

    Details: `reason`, and what its sentence needs: `file`, `program`, `revision`, `table`, `message`.
    """

    code = 'operation_refused'


class PortTaken(GuilhermeError):
    """Raised when we cannot listen at the address. Details: `host`, `port`, `message`.

    With the `reason` port_forbidden or host_unknown it is not that something else listens there.
    """

    code = 'port_taken'


class WindowOpenAlready(GuilhermeError):
    """Raised when a second start found the window open: it was brought forward, and there is nothing else to do."""

    code = 'window_open_already'


class WindowUnavailable(GuilhermeError):
    """Raised when a window of its own cannot be opened on this machine. Details: `reason`; `packages` to install."""

    code = 'window_unavailable'


class UnexpectedFault(GuilhermeError):
    """Stands for an exception that nobody foresaw; the log has its traceback. Details: `message`."""

    code = 'unexpected'
