"""The parts a page is made of, one file each."""
