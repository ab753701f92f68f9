"""Model servers. One file each, all behind the protocol in `base.py`; httpx stays inside this room."""
