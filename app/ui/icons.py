"""The icons: one set, drawn for this app on a 24-pixel grid with round 1.75-pixel strokes. Inline, so no font loads."""

from collections.abc import Mapping

_PATHS: Mapping[str, str] = {
    'plus': 'M12 5v14M5 12h14',
    'new-chat': 'M12 4H7a3 3 0 0 0-3 3v10a3 3 0 0 0 3 3h10a3 3 0 0 0 3-3v-5M17.6 3.9a1.8 1.8 0 0 1 2.5 2.5L12.5 14 9 15l1-3.5z',
    'sidebar': 'M7 4h10a3 3 0 0 1 3 3v10a3 3 0 0 1-3 3H7a3 3 0 0 1-3-3V7a3 3 0 0 1 3-3zM9.5 4v16',
    'search': 'M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM15.3 15.3 20 20',
    'more': 'M6 12h.01M12 12h.01M18 12h.01',
    'send': 'M12 19V5.5M6 11l6-6 6 6',
    'stop': 'M8.5 7h7A1.5 1.5 0 0 1 17 8.5v7a1.5 1.5 0 0 1-1.5 1.5h-7A1.5 1.5 0 0 1 7 15.5v-7A1.5 1.5 0 0 1 8.5 7z',
    'waiting': 'M12 3.8a8.2 8.2 0 1 1 0 16.4 8.2 8.2 0 0 1 0-16.4zM12 7.8V12l2.8 2',
    'copy': 'M10.5 8.5h7a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-7a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2zM5.5 15.5a2 2 0 0 1-1-1.7V6.5a2 2 0 0 1 2-2h7.3a2 2 0 0 1 1.7 1',
    'check': 'M5 12.5l4.5 4.5L19 7.5',
    'again': 'M19 12a7 7 0 1 1-2.2-5.1M19.5 4v4.2h-4.2',
    'continue': 'M5 6l7 6-7 6zM13 6l7 6-7 6z',
    'left': 'M14.5 6l-6 6 6 6',
    'right': 'M9.5 6l6 6-6 6',
    'down': 'M12 5v13.5M6 13l6 6 6-6',
    'top': 'M6 4.5h12M12 20V9M7 13.5l5-5 5 5',
    'sun': 'M12 8.2a3.8 3.8 0 1 1 0 7.6 3.8 3.8 0 0 1 0-7.6zM12 3v1.6M12 19.4V21M3 12h1.6M19.4 12H21M5.6 5.6l1.2 1.2M17.2 17.2l1.2 1.2M18.4 5.6l-1.2 1.2M6.8 17.2l-1.2 1.2',
    'moon': 'M19.5 14.2A8 8 0 0 1 9.8 4.5a8 8 0 1 0 9.7 9.7z',
    'edit': 'M15.6 5.4a2 2 0 0 1 2.9 2.9L8.5 18.3 4.5 19.5l1.2-4z',
    'delete': 'M5 7h14M10 7V5.2c0-.7.5-1.2 1.2-1.2h1.6c.7 0 1.2.5 1.2 1.2V7M7 7l.7 11a2 2 0 0 0 2 1.9h4.6a2 2 0 0 0 2-1.9L17 7',
    'ideas': 'M9.5 18h5M10.5 20.5h3M8.7 14.6a5.7 5.7 0 1 1 6.6 0c-.5.4-.8 1-.8 1.6h-5c0-.6-.3-1.2-.8-1.6z',
    'summary': 'M5 6.5h14M5 11h14M5 15.5h8',
    'code': 'M9 7.5 4.5 12 9 16.5M15 7.5l4.5 4.5-4.5 4.5',
    'question': 'M9 9.3a3 3 0 1 1 4.4 2.6c-.9.5-1.4 1.1-1.4 2.1M12 17.3h.01M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17z',
    'keyboard': 'M6 6.5h12a2.5 2.5 0 0 1 2.5 2.5v6a2.5 2.5 0 0 1-2.5 2.5H6A2.5 2.5 0 0 1 3.5 15V9A2.5 2.5 0 0 1 6 6.5zM7.5 10.5h.01M12 10.5h.01M16.5 10.5h.01M9 14h6',
    'settings': 'M4 7.5h8.5M17.5 7.5H20M4 16.5h2.5M11.5 16.5H20M15 5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5zM9 14a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z',
    'close': 'M6.5 6.5l11 11M17.5 6.5l-11 11',
    'download': 'M12 4.5v10M7.5 10.5 12 15l4.5-4.5M5 19.5h14',
    'offline': 'M4 4l16 16M8.2 12.4a6 6 0 0 1 2.4-1.2M5 9.2a10.5 10.5 0 0 1 2.6-1.7M11 6.5a10.6 10.6 0 0 1 8 2.7M10.3 15.7a3 3 0 0 1 3.4 0M12 19h.01',
    'pin': 'M9 4h6l-.8 6 3.3 3.5h-11L9.8 10zM12 13.5V20',
    'unpin': 'M9 4h6l-.8 6 3.3 3.5h-11L9.8 10zM12 13.5V20M4.5 4.5l15 15',
    'folder': 'M6.5 5.5h3.2l2 2.3h5.8a2.5 2.5 0 0 1 2.5 2.5v5.7a2.5 2.5 0 0 1-2.5 2.5h-11A2.5 2.5 0 0 1 4 16V8a2.5 2.5 0 0 1 2.5-2.5z',
    'folder-new': 'M6.5 5.5h3.2l2 2.3h5.8a2.5 2.5 0 0 1 2.5 2.5v5.7a2.5 2.5 0 0 1-2.5 2.5h-11A2.5 2.5 0 0 1 4 16V8a2.5 2.5 0 0 1 2.5-2.5zM12 10.8v4.6M9.7 13.1h4.6',
    'tag': 'M5.5 4.5h5.2a2 2 0 0 1 1.4.6l6.8 6.8a2 2 0 0 1 0 2.8l-4.2 4.2a2 2 0 0 1-2.8 0l-6.8-6.8a2 2 0 0 1-.6-1.4V5.5a1 1 0 0 1 1-1zM8.6 8.6h.01',
    'archive': 'M5 4.5h14a1 1 0 0 1 1 1V8a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5.5a1 1 0 0 1 1-1zM5.5 9v8A2.5 2.5 0 0 0 8 19.5h8a2.5 2.5 0 0 0 2.5-2.5V9M10 13h4',
    'restore': 'M8 5 4.5 8.5 8 12M4.5 8.5h9a5.5 5.5 0 0 1 0 11H9',
    'select': 'M7 4h10a3 3 0 0 1 3 3v10a3 3 0 0 1-3 3H7a3 3 0 0 1-3-3V7a3 3 0 0 1 3-3zM8.3 12.2l2.6 2.6 4.8-5.3',
    'chats': 'M5.5 5h13A1.5 1.5 0 0 1 20 6.5v8.5a1.5 1.5 0 0 1-1.5 1.5h-6L8 20v-3.5H5.5A1.5 1.5 0 0 1 4 15V6.5A1.5 1.5 0 0 1 5.5 5z',
    'think': 'M12 4v3M12 17v3M4 12h3M17 12h3M6.6 6.6l1.9 1.9M15.5 15.5l1.9 1.9M17.4 6.6l-1.9 1.9M8.5 15.5l-1.9 1.9',
}


def svg(name: str) -> str:
    """Give an icon as inline SVG in the colour of the text around it, hidden from screen readers."""
    return (
        '<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" '
        f'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="{_PATHS[name]}"/></svg>'
    )


def svgs(*names: str) -> dict[str, str]:
    """Give several icons by name, for a custom element."""
    return {name: svg(name) for name in names}
