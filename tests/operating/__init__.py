"""The commands of the command line, mostly as real processes."""
