"""A desktop in memory: a screen (Xvfb), a window manager (openbox), and what a person does with windows."""

import asyncio
import mmap
import os
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

SIZE = 1440, 900
PATIENCE = 20
"""Seconds to wait for a window to do something."""


async def wait_for(condition: Callable[[], Awaitable[object]]) -> None:
    """Wait until a condition that has to be asked for gives something true."""
    async with asyncio.timeout(PATIENCE):
        while not await condition():  # noqa: ASYNC110 (nothing tells)
            await asyncio.sleep(0.1)


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a window's content is, in pixels of the screen."""

    x: int
    y: int
    width: int
    height: int


class Desktop:
    """One desktop. Its windows are looked up by what stands in their title."""

    def __init__(self) -> None:
        self.display = ''
        self.pixels = Path()
        self.screen: asyncio.subprocess.Process | None = None

    async def windows(self) -> dict[str, Frame]:
        """Give the title and frame of every window, minimized ones too."""
        found = {}
        for line in (await self._do('wmctrl', '-lG')).splitlines():
            _, _, x, y, width, height, _, title = line.split(None, 7)
            found[title] = Frame(int(x), int(y), int(width), int(height))
        return found

    async def window(self, title: str) -> Frame:
        """Wait for a window and give its frame."""
        await self.until(lambda windows: any(title in each for each in windows), f'a window {title}')
        return next(frame for each, frame in (await self.windows()).items() if title in each)

    async def belongs_to(self, title: str) -> str:
        """Give the class of a window, by which a desktop finds the entry it belongs to."""
        [line] = [line for line in (await self._do('wmctrl', '-lx')).splitlines() if title in line]
        return line.split()[2].rpartition('.')[2]

    async def gone(self, title: str) -> None:
        """Wait until there is no such window."""
        await self.until(lambda windows: not any(title in each for each in windows), f'no window {title}')

    async def becomes(self, title: str, expected: Callable[[Frame], bool]) -> Frame:
        """Wait until a window's frame is as expected, and give it."""
        await self.until(
            lambda windows: any(title in each and expected(frame) for each, frame in windows.items()),
            f'a window {title} of another size or place',
        )
        return await self.window(title)

    async def close(self, title: str) -> None:
        """Press the cross of a window."""
        await self._do('wmctrl', '-c', title)

    async def place(self, title: str, x: int, y: int, width: int, height: int) -> None:
        await self._do('wmctrl', '-r', title, '-e', f'0,{x},{y},{width},{height}')

    async def maximize(self, title: str, action: str = 'add') -> None:
        await self._do('wmctrl', '-r', title, '-b', f'{action},maximized_vert,maximized_horz')

    async def minimize(self, title: str) -> None:
        lines = (await self._do('wmctrl', '-l')).splitlines()
        [number] = [line.split()[0] for line in lines if title in line]
        await self._do('xdotool', 'windowminimize', number)

    async def active(self) -> str:
        """Give the title of the window in front; nothing if there is none."""
        return (await self._do('xdotool', 'getactivewindow', 'getwindowname', check=False)).strip()

    async def until_active(self, title: str) -> None:
        """Wait until a window is in front; with an empty title, until none is."""

        async def in_front() -> bool:
            active = await self.active()
            return title in active if title else not active

        await wait_for(in_front)

    async def click(self, x: float, y: float, button: int = 1) -> None:
        """Click somewhere on the screen; 3 is the right button."""
        await self._do('xdotool', 'mousemove', f'{x:.0f}', f'{y:.0f}', 'click', str(button))

    def colour(self, x: int, y: int) -> str:
        """Give the colour of a pixel of the screen, as in a style sheet."""
        with self.pixels.open('rb') as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as seen:
            head = struct.unpack('>25I', seen[:100])  # an XWD file: see X11/XWDFile.h
            place = head[0] + head[19] * 12 + y * head[12] + x * 4
            return f'#{seen[place : place + 3][::-1].hex()}'

    async def type(self, text: str) -> None:
        await self._do('xdotool', 'type', '--delay', '20', text)

    async def press(self, key: str) -> None:
        await self._do('xdotool', 'key', key)

    async def end(self) -> None:
        """Let the screen go away, as when a person logs out."""
        assert self.screen is not None
        self.screen.terminate()
        await self.screen.wait()

    async def until(self, expected: Callable[[dict[str, Frame]], bool], what: str) -> None:
        """Look at the windows until they are as expected."""

        async def so() -> bool:
            return expected(await self.windows())

        try:
            await wait_for(so)
        except TimeoutError:
            raise AssertionError(f'waited for {what}; there is: {await self.windows()}') from None

    async def answers(self, *command: str) -> bool:
        """Tell whether a program finds what it looks for on this desktop."""
        return await (await self._begin(*command)).wait() == 0

    async def _do(self, *command: str, check: bool = True) -> str:
        process = await self._begin(*command)
        out, err = await process.communicate()
        assert process.returncode == 0 or not check, f'{command}: {err.decode()}'
        return out.decode()

    async def _begin(self, *command: str) -> asyncio.subprocess.Process:
        place = {**os.environ, 'DISPLAY': self.display}
        pipe = asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_exec(*command, env=place, stdout=pipe, stderr=pipe)


@asynccontextmanager
async def desktop(folder: Path) -> AsyncIterator[Desktop]:
    """Give an empty desktop of its own; `folder` keeps what its programs say."""
    one = Desktop()
    with (folder / 'desktop.log').open('ab') as log:
        async with AsyncExitStack() as running:
            one.screen, one.display = await _screen(running, log, folder)
            one.pixels = folder / 'Xvfb_screen0'
            # On a busy machine a first connection may be refused although the screen has said that it is there.
            await wait_for(lambda: one.answers('xdotool', 'getdisplaygeometry'))
            await _run(running, 'openbox', env={**os.environ, 'DISPLAY': one.display}, stdout=log, stderr=log)
            await wait_for(lambda: one.answers('wmctrl', '-m'))
            yield one


async def _screen(running: AsyncExitStack, log: BinaryIO, folder: Path) -> tuple[asyncio.subprocess.Process, str]:
    """Start a screen, with its pixels in a folder; give its process and its name."""
    reading, writing = os.pipe()
    size = '{}x{}x24'.format(*SIZE)
    # Without -noreset it starts anew when its last client leaves, on the others that are just coming.
    arguments = '-displayfd', str(writing), '-screen', '0', size, '-nolisten', 'tcp', '-noreset', '-fbdir', str(folder)
    screen = await _run(running, 'Xvfb', *arguments, pass_fds=[writing], stdout=log, stderr=log)
    os.close(writing)
    with os.fdopen(reading) as number:
        return screen, f':{(await asyncio.to_thread(number.readline)).strip()}'


async def _run(running: AsyncExitStack, *command: str, **how: Any) -> asyncio.subprocess.Process:
    """Start a program that ends with `running`."""
    process = await asyncio.create_subprocess_exec(*command, **how)

    async def end() -> None:
        with suppress(ProcessLookupError):  # it ended by itself
            process.terminate()
        await process.wait()

    running.push_async_callback(end)
    return process
