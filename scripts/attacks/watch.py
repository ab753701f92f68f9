"""Asks the app for its page and its pulse again and again, as a process of its own, and says what it saw at the end.

python -m scripts.attacks.watch URL         ends when its standard input does, and prints one line of JSON
"""

import http.client
import json
import sys
import threading
import time
from urllib.parse import urlsplit

PULSE_EVERY = 0.05
PAGE_EVERY = 10
"""The page is asked for with every so many pulses: each makes a page of which nobody shows anything."""

ANSWERS = {'/healthz': (200,), '/': (200, 503)}
"""What counts as an answer. While hundreds of pages are asked for that nobody shows, the next one comes a little later:
it says so, and reloads itself."""

PATIENCE = 30.0


def main() -> None:
    """Watch until told to stop."""
    host = urlsplit(sys.argv[1]).netloc
    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    slowest, count, refused, number = 0.0, 0, [], 0
    while not over.wait(PULSE_EVERY):
        path = '/healthz' if number % PAGE_EVERY else '/'
        number += 1
        began = time.monotonic()
        try:
            status = answer(host, path)
        except OSError as error:
            status = type(error).__name__
        slowest, count = max(slowest, time.monotonic() - began), count + 1
        if status not in ANSWERS[path]:
            refused.append(f'{path}: {status}')
    print(json.dumps({'slowest': slowest, 'count': count, 'refused': sorted(set(refused))}), flush=True)


def answer(host: str, path: str) -> int:
    """Ask for a path; give the status of the answer once all of it is there."""
    connection = http.client.HTTPConnection(host, timeout=PATIENCE)
    try:
        connection.request('GET', path)
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()


if __name__ == '__main__':
    main()
