"""Guilherme: a local AI chat whose replies never stop."""

__version__ = '0.1.0'
