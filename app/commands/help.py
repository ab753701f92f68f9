"""/help: what commands there are, and how one of them is used."""

from collections.abc import AsyncIterator, Iterable

from app.commands.base import Call, Command, Words, command
from app.commands.registry import Commands
from app.domain.delta import Delta, text


def help_command(commands: Commands) -> Command:
    """Make the command; it looks up what there is when it is asked."""

    @command('help', 'ajuda', usage='[command]')
    async def help_(call: Call) -> AsyncIterator[Delta]:
        """List the commands, or explain one.

        `/help` lists all commands. `/help youtube` explains one of them.
        """
        wanted = call.arguments.removeprefix('/')
        if wanted:
            yield text(_explained(call.words, commands.find(wanted)))
        else:
            yield text(_listed(call.words, commands))

    return help_


def _listed(t: Words, commands: Iterable[Command]) -> str:
    rows = (f'- `/{each.name}{_usage(t, each)}`  \n  {t(each.help).partition(chr(10))[0]}' for each in commands)
    hint = t('Type `/` to choose one. Two slashes send a message that begins with a slash: `//like this`.')
    return '\n'.join([t('**Commands**'), '', *rows, '', hint])


def _explained(t: Words, command: Command) -> str:
    names = [f'**`/{command.name}{_usage(t, command)}`**']
    if command.aliases:
        aliases = ', '.join(f'`/{alias}`' for alias in command.aliases)
        names.append(t('also {names}').format(names=aliases))
    return '\n\n'.join([' · '.join(names), t(command.help)])


def _usage(t: Words, command: Command) -> str:
    return f' {t(command.usage)}' if command.usage else ''
