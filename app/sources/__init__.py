"""Where text comes from that is neither typed nor answered: YouTube, files given by hand. Fetching and reading only."""
