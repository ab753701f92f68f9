"""The window of its own. `desktop/` opens one for real, with Qt and Xvfb, and runs in scripts/test-native alone."""

import os

collect_ignore = [] if os.environ.get('GUILHERME_TEST_WINDOW') else ['desktop']
