"""A real browser for journeys: a phone, a desk, one without JavaScript; axe for accessibility; screenshots.

    with Browser() as browser:
        page = browser.phone(server.url).new_page()
        page.goto("/activities")      # relative to the address given above
        check_axe(page)
        shot(page, "activities")
        browser.assert_quiet()        # no script errors, no broken parts, nothing fetched from elsewhere

`page.wait_for_function` is eval and stands still under the site's content security policy: wait for locators instead.
"""

import shutil
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response, sync_playwright
from playwright.sync_api import TimeoutError as Late

PROJECT = Path(__file__).resolve().parents[2]
SCREENS = PROJECT / "test-artefacts" / "screens"
_AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"
_WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
]
_HERE = {"127.0.0.1", "localhost", ""}
_WECHAT = (
    "Mozilla/5.0 (Linux; Android 14; Phone) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/130.0.0.0 "
    "Mobile Safari/537.36 MicroMessenger/8.0.50 NetType/4G Language/zh_CN"
)


class Browser:
    """One Chromium; each context (`phone`, `desk`, `plain`) is a person's own, with own cookies."""

    def __init__(self, *, camera: Path | None = None) -> None:
        """`camera`: a film (.mjpeg) that pages see when they ask for a camera."""
        self._playwright = sync_playwright().start()
        # Debian's package first; without it, the one that `playwright install chromium` fetched.
        found = [
            shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
        ]
        path = next((name for name in found if name), None)
        try:
            self._chromium = self._playwright.chromium.launch(executable_path=path, args=[*_FLAGS, *_filming(camera)])
        except BaseException:
            self._playwright.stop()
            raise
        self.complaints: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the browser and all its contexts."""
        self._chromium.close()
        self._playwright.stop()

    def phone(self, base_url: str, *, wechat: bool = False, **more: Any) -> BrowserContext:
        """A phone of 390 × 844 with touch; `wechat` names WeChat's browser; `more` goes to Playwright's new_context."""
        if wechat:
            more["user_agent"] = _WECHAT
        return self._context(base_url, 390, 844, has_touch=True, is_mobile=True, **more)

    def desk(self, base_url: str, **more: Any) -> BrowserContext:
        """An office computer with a window of 1280 × 900."""
        return self._context(base_url, 1280, 900, **more)

    def plain(self, base_url: str, **more: Any) -> BrowserContext:
        """A phone's width without JavaScript."""
        return self._context(base_url, 390, 844, java_script_enabled=False, **more)

    def assert_quiet(self) -> None:
        """Fail when a page complained since the last call: see `complaints`."""
        complaints, self.complaints = self.complaints, []
        assert not complaints, "the browser complained:\n  " + "\n  ".join(complaints)

    def _context(self, base_url: str, width: int, height: int, **more: Any) -> BrowserContext:
        settings: dict[str, Any] = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", **more}
        # With a closing slash "activities" stays under a sub-path; "/activities" goes to the root of the host.
        context = self._chromium.new_context(
            base_url=base_url.rstrip("/") + "/", viewport={"width": width, "height": height}, **settings
        )
        context.set_default_timeout(10_000)
        context.on("weberror", lambda error: self.complaints.append(f"script: {error.error}"))
        context.on("console", self._hear_console)
        context.on("request", self._hear_request)
        context.on("response", self._hear_response)
        return context

    def _hear_console(self, message: ConsoleMessage) -> None:
        # A page that answers 4xx is said here too, and may be meant; broken parts are heard of by their response.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.complaints.append(f"console: {message.text}")

    def _hear_request(self, request: Request) -> None:
        if (urlsplit(request.url).hostname or "") not in _HERE:
            self.complaints.append(f"fetched from elsewhere: {request.url}")

    def _hear_response(self, response: Response) -> None:
        if response.status >= 400 and response.request.resource_type not in ("document", "fetch", "xhr"):
            self.complaints.append(f"{response.status}: {response.url}")


def _filming(camera: Path | None) -> list[str]:
    if camera is None:
        return []
    return [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={camera}",
    ]


def check_axe(page: Page) -> None:
    """Fail with a readable list when axe finds anything against WCAG 2.2 A or AA on the page as it stands.

    axe goes in through the debugging channel, which the content security policy does not bind.
    """
    if not _AXE.exists():
        raise AssertionError("axe-core is missing: run make setup")
    channel = page.context.new_cdp_session(page)
    try:
        _evaluate(channel, _AXE.read_text(encoding="utf-8") + "; true")
        run = f"axe.run(document, {{runOnly: {{type: 'tag', values: {_WCAG!r}}}, resultTypes: ['violations']}})"
        found = _evaluate(channel, f"{run}.then(r => ({{violations: r.violations, passes: r.passes.length}}))")
    finally:
        channel.detach()
    assert found["passes"], f"axe found nothing to look at on {page.url}"
    wrong = [_readable(violation) for violation in found["violations"]]
    assert not wrong, f"{page.url} ({page.viewport_size}):\n" + "\n".join(wrong)


def _evaluate(channel: Any, expression: str) -> Any:
    answer = channel.send("Runtime.evaluate", {"expression": expression, "awaitPromise": True, "returnByValue": True})
    if "exceptionDetails" in answer:
        raise AssertionError(f"axe failed: {answer['exceptionDetails']}")
    return answer["result"].get("value")


def _readable(violation: dict[str, Any]) -> str:
    nodes = violation["nodes"]
    lines = [f"  {violation['id']} ({violation['impact']}): {violation['help']}"]
    for node in nodes[:5]:
        lines.append(f"    {' '.join(map(str, node['target']))}: {node['html'][:160]}")
        lines += [f"      {line.strip()}" for line in (node.get("failureSummary") or "").splitlines()[1:]]
    if len(nodes) > 5:
        lines.append(f"    and {len(nodes) - 5} more")
    return "\n".join(lines)


def shot(page: Page, name: str) -> Path:
    """Save the whole page as test-artefacts/screens/<name>-<width>.png and return the path."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    width = page.viewport_size["width"] if page.viewport_size else 0
    file = SCREENS / f"{name}-{width}.png"
    try:
        page.screenshot(path=file, full_page=True, animations="disabled")
    except Late:  # a page that moves on by itself left in the middle of it
        page.wait_for_load_state("load")
        page.screenshot(path=file, full_page=True, animations="disabled")
    return file
