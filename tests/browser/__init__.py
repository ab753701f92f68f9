"""The whole app in a real browser, against a stand-in for Ollama."""
