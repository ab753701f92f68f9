"""Pages and their words, through NiceGUI’s simulated browser."""
