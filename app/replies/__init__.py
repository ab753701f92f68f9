"""Writing replies: the engine, the live state pages bind to, the journal protocol, the prompt, recovery."""
