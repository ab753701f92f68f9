"""The engine and the live state, on a real database and with sources that the tests feed."""
