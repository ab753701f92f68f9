"""What every request passes before anything else looks at it. ASGI layers, joined in `bootstrap/serving.py`."""
