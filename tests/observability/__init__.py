"""The form of the log, and the health routes."""
