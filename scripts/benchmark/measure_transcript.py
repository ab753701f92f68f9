"""A transcript of three hours: from YouTube's answer to the first paragraph and to the last, and how the page feels."""

from pathlib import Path
from tempfile import TemporaryDirectory

from scripts.benchmark.processes import app
from scripts.benchmark.stage import Stage
from scripts.benchmark.tab import Tab, tab
from scripts.benchmark.table import Row, at_most, middle
from tests.support.youtube_server import Track, Video, YouTubeServer, lecture

ID = 'threehours1'
WORDS = 30_000

WATCH_TASKS = """
probe.longest = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) probe.longest = Math.max(probe.longest, entry.duration);
}).observe({ type: 'longtask' });
"""
"""Notes the longest time (in ms, from 50 on) in which the page did not react."""


async def measure(stage: Stage) -> list[Row]:
    """Fetch it again and again, each time in a new chat."""
    repeats = 3 if stage.quick else 9
    first, last, longest = [], [], []
    with TemporaryDirectory() as folder:
        async with (
            YouTubeServer() as youtube,
            app(Path(folder), stage.model.url, YOUTUBE_BASE_URL=youtube.url) as server,
            tab(stage.browser) as page,
        ):
            youtube.show(Video(ID, seconds=10_800, tracks=[Track('en', 'English', lecture(WORDS))]))
            for _ in range(repeats):
                await page.go(server.url)
                await page.page.evaluate(WATCH_TASKS)
                await page.ask(f'/youtube {ID} --refresh', "probe.text().includes('w0 w1 w2')")
                shown = await _epoch(page)
                await page.arm("probe.last().dataset.status === 'complete'")
                complete = await _epoch(page)
                answered = 1000 * (youtube.requests[-1].ended_at or 0)
                first.append(shown - answered)
                last.append(complete - answered)
                longest.append(float(await page.page.evaluate('probe.longest')))
    name = f'a transcript of {WORDS:,} words: YouTube’s last answer →'
    return [
        at_most(f'{name} first paragraph shown', middle(first), 300, 'ms'),
        at_most(f'{name} all shown and complete', middle(last) / 1000, 2, 's'),
        at_most('meanwhile, the longest time in which the page does not react', middle(longest), 200, 'ms'),
    ]


async def _epoch(page: Tab) -> float:
    """Give when the condition held, in milliseconds since the epoch: the clock the stand-in writes down, too."""
    return float(await page.page.evaluate('probe.reached.then((at) => performance.timeOrigin + at)'))
