"""Tests of `app/rendering`."""
