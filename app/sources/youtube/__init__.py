"""Videos: their addresses, their captions, and how YouTube is asked for them."""
