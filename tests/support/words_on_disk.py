"""Looks for words in every file of a folder, and in the index of the search, as somebody with the disk would."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path


def words_in_files(folder: Path, words: Iterable[str]) -> set[str]:
    """Give those words that stand anywhere in the files of a folder, however deep, as UTF-8 or as JSON writes them."""
    contents = [file.read_bytes().lower() for file in folder.rglob('*') if file.is_file()]
    return {
        word
        for word in words
        for content in contents
        if word.encode() in content or ascii(word)[1:-1].encode() in content
    }


def words_in_index(file: Path, words: Iterable[str]) -> set[str]:
    """Give those words that the index of the search in a database still knows.

    In its pages a word is written without what it has in common with the one before, so looking there is not enough.
    """
    wanted = set(words)
    with closing(sqlite3.connect(file)) as database:
        for index in ('search_words', 'search_wide'):
            database.execute(f"CREATE VIRTUAL TABLE temp.{index}_known USING fts5vocab (main, {index}, 'row')")
        query = 'SELECT term FROM search_words_known UNION ALL SELECT term FROM search_wide_known'
        return wanted & {term for (term,) in database.execute(query)}


def damage(file: Path) -> list[str]:
    """Give what SQLite finds wrong with a database and its index; nothing if it is whole."""
    with closing(sqlite3.connect(file)) as database:
        for index in ('search_words', 'search_wide'):
            database.execute(f"INSERT INTO {index} ({index}) VALUES ('integrity-check')")
        database.rollback()
        return [found for (found,) in database.execute('PRAGMA integrity_check') if found != 'ok']
