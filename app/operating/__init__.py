"""The commands of the command line: what whoever runs the app does with it, besides running it."""
