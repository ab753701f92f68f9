"""Takes the pictures of README and docs from the real app: `scripts/screenshots`."""
