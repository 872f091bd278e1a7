"""The browser of the journeys sees what people see, and says what is wrong."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.support.browser import Browser, check_axe, shot

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("browser-itself")]

GOOD = """<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><title>开放日</title>
<meta name="viewport" content="width=device-width"></head>
<body><main><h1>开放日</h1><p id="script">没有脚本</p><label for="name">姓名</label> <input id="name"></main>
<script src="/script.js"></script></body></html>"""
PAGES = {
    "/": ("text/html", GOOD),
    "/unlabelled": ("text/html", GOOD.replace('<label for="name">姓名</label>', "")),
    "/broken": ("text/html", GOOD.replace("/script.js", "/gone.js")),
    "/inline": ("text/html", GOOD.replace("</body>", "<script>document.title = '改'</script></body>")),
    "/script.js": ("text/javascript", "document.getElementById('script').textContent = '有脚本'"),
}


class Site(BaseHTTPRequestHandler):
    def do_GET(self):
        kind, text = PAGES.get(self.path, ("text/html", "gone"))
        body = text.encode()
        self.send_response(200 if self.path in PAGES else 404)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Security-Policy", "default-src 'self'")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def site():
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def browser():
    with Browser() as started:
        yield started


def test_a_good_page_passes_axe_under_a_strict_policy(site, browser):
    page = browser.desk(site).new_page()
    page.goto("/")
    check_axe(page)
    assert page.locator("#script").inner_text() == "有脚本"
    browser.assert_quiet()


def test_axe_names_a_planted_fault(site, browser):
    page = browser.phone(site).new_page()
    page.goto("/unlabelled")
    with pytest.raises(AssertionError, match=r"label \(critical\)"):
        check_axe(page)


def test_without_javascript_the_page_is_as_it_was_sent(site, browser):
    page = browser.plain(site).new_page()
    page.goto("/")
    assert page.locator("#script").inner_text() == "没有脚本"


@pytest.mark.parametrize(
    ("address", "complaint"), [("/broken", "404: http"), ("/inline", "Content Security Policy"), ("/gone", None)]
)
def test_a_page_with_broken_parts_is_heard_of(site, browser, address, complaint):
    page = browser.desk(site).new_page()
    page.goto(address)
    if complaint is None:  # a page that is not there may be what the test is about
        browser.assert_quiet()
        return
    with pytest.raises(AssertionError, match=complaint):
        browser.assert_quiet()


def test_a_screenshot_is_as_wide_as_the_device(site, browser):
    page = browser.phone(site, wechat=True).new_page()
    page.goto("/")
    file = shot(page, "support-test")
    assert file.name == "support-test-390.png"
    assert int.from_bytes(file.read_bytes()[16:20], "big") == 390
    assert "MicroMessenger" in page.evaluate("navigator.userAgent")
    file.unlink()
