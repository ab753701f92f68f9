import pytest

from app.sources.youtube.links import thumbnail_url, video_id, watch_url

ID = 'dQw4w9WgXcQ'


@pytest.mark.parametrize(
    'link',
    [
        ID,
        f'https://www.youtube.com/watch?v={ID}',
        f'http://youtube.com/watch?v={ID}',
        f'youtube.com/watch?v={ID}',
        f'www.youtube.com/watch?v={ID}',
        f'https://m.youtube.com/watch?v={ID}&feature=youtu.be',
        f'https://music.youtube.com/watch?v={ID}&si=abc',
        f'https://www.youtube.com/watch?v={ID}&list=PL123&index=4&t=1m30s',
        f'https://www.youtube.com/watch?app=desktop&t=90&v={ID}#comments',
        f'https://www.youtube.com/watch/{ID}',
        f'https://youtu.be/{ID}',
        f'https://youtu.be/{ID}?t=42&si=xyz',
        f'youtu.be/{ID}',
        f'https://www.youtube.com/shorts/{ID}',
        f'https://youtube.com/shorts/{ID}?feature=share',
        f'https://www.youtube.com/live/{ID}?si=x',
        f'https://www.youtube.com/embed/{ID}?start=10',
        f'https://www.youtube-nocookie.com/embed/{ID}',
        f'https://www.youtube.com/v/{ID}',
        f'HTTPS://WWW.YOUTUBE.COM/watch?v={ID}',
        f'<https://youtu.be/{ID}>',
        f'https://youtu.be/{ID}.',
        f'(youtu.be/{ID})',
    ],
)
def test_every_usual_form_names_its_video(link: str) -> None:
    assert video_id(link) == ID


@pytest.mark.parametrize(
    'word',
    [
        '',
        'hello',
        'https://example.com/watch?v=' + ID,
        'https://notyoutube.com/watch?v=' + ID,
        'https://youtube.com.evil.org/watch?v=' + ID,
        'https://www.youtube.com/',
        'https://www.youtube.com/@channel',
        'https://www.youtube.com/playlist?list=PL123',
        'https://www.youtube.com/watch?v=short',
        'https://www.youtube.com/watch?v=' + ID + 'x',
        'https://youtu.be/',
        'https://vimeo.com/12345678901',
        'http://[broken/',
        'dQw4w9WgXc',
        'dQw4w9WgXcQ1',
        'dQw4 9WgXcQ',
    ],
)
def test_nothing_else_does(word: str) -> None:
    assert video_id(word) is None


def test_links_of_ours_lead_to_the_moment() -> None:
    assert watch_url(ID) == f'https://www.youtube.com/watch?v={ID}'
    assert watch_url(ID, 61.9) == f'https://www.youtube.com/watch?v={ID}&t=61s'
    assert video_id(watch_url(ID, 5)) == ID
    assert ID in thumbnail_url(ID)
