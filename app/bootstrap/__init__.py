"""The only room that knows every other: builds the parts from the settings, joins them, and serves them."""

from app.bootstrap.building import build
from app.bootstrap.parts import Parts
from app.bootstrap.serving import install, serve

__all__ = ['Parts', 'build', 'install', 'serve']
