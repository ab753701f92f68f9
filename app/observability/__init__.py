"""The form of the log, and whether the app is well. Only bootstrap imports this."""
