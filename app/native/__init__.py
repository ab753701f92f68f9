"""The window of its own: what the server does for it, and what runs in its process. Only bootstrap and main know it."""
