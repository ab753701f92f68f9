"""Finding the passages of a document that matter for a question."""
