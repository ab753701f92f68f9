"""The HTTP session the transcript library is given: another host if so set, a deadline, an end from outside.

The library has YouTube's address written into it and sets no timeout; `requests` has a place for both.
"""

import threading
import time
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import requests

YOUTUBE = 'https://www.youtube.com'
CONNECT_LIMIT = 10.0
"""Seconds until a connection must stand."""

LARGEST = 32 * 1024 * 1024
"""Bytes of one answer; a watch page has 1 to 2 million, the captions of a day-long stream 5."""

PIECE = 64 * 1024


class Ended(Exception):
    """The fetch was given up: nobody waits for it any more, or its time is over."""


COSTLIEST = 300_000_000
"""Marks times characters, summed over captions: half a second. A long one has 3 times 100, a stream of a day 50,000."""


class TooLarge(Exception):
    """An answer is larger than anything YouTube sends."""


class YouTubeSession(requests.Session):
    """Asks `base_url` where YouTube is meant, until `seconds` are over or `give_up` is called from another thread.

    `player` is what YouTube's player was told of the video, once that was asked: its title, channel and length.
    `captions_follow` is set before captions are asked for.
    """

    def __init__(self, base_url: str, seconds: float) -> None:
        super().__init__()
        self.trust_env = False  # proxies come from our settings, and nothing from a .netrc
        self.player: dict[str, Any] = {}
        self.captions_follow = False
        self._base_url = base_url.rstrip('/')
        self._deadline = time.monotonic() + seconds
        self._given_up = threading.Event()
        self._reading: requests.Response | None = None

    def give_up(self) -> None:
        """End what is under way: the thread that waits for an answer is woken."""
        self._given_up.set()
        reading = self._reading
        if reading is not None:
            with suppress(ValueError, RuntimeError, OSError):  # it came to its end meanwhile
                reading.raw.shutdown()

    def request(self, method: str, url: str, **options: Any) -> requests.Response:  # type: ignore[override]
        """Make a request as `requests` does, to where YouTube is asked."""
        if url.startswith(YOUTUBE):
            url = self._base_url + url.removeprefix(YOUTUBE)
            self._take_along_consent()
        options['timeout'] = (min(CONNECT_LIMIT, self._left()), self._left())
        response = super().request(method, url, **{**options, 'stream': True})
        self._read(response)
        if self.captions_follow:
            check_captions(response.text)
        if urlsplit(url).path.endswith('/player') and response.ok:
            self._note_player(response)
        return response

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0 or self._given_up.is_set():
            raise Ended
        return left

    def _read(self, response: requests.Response) -> None:
        """Read the body here, in pieces: a timeout of `requests` counts the silence, not the whole."""
        pieces, length = [], 0
        self._reading = response
        try:
            for piece in response.iter_content(PIECE):
                self._left()
                pieces.append(piece)
                length += len(piece)
                if length > LARGEST:
                    raise TooLarge
        finally:
            self._reading = None
            response.close()
        response._content = b''.join(pieces)

    def _take_along_consent(self) -> None:
        """Send the cookies that are meant for YouTube to whatever stands in for it."""
        if self._base_url != YOUTUBE:
            for cookie in [*self.cookies]:
                self.cookies.set(cookie.name, cookie.value)  # no domain: for every host

    def _note_player(self, response: requests.Response) -> None:
        try:
            details = response.json().get('videoDetails')
        except (ValueError, AttributeError):
            return
        if isinstance(details, dict):
            self.player = details


def check_captions(answer: str) -> None:
    """Refuse captions with which the library would never be done.

    It takes tags out of each at a cost of the marks that may begin one, times its length. What XML has beside elements
    and text, and YouTube does not send, could hide where a caption ends.
    """
    if '<!' in answer or '<?' in answer[2:]:
        raise TooLarge
    cost = sum((each.count('<') + each.count('&')) * len(each) for each in answer.split('</'))
    if cost > COSTLIEST:
        raise TooLarge
