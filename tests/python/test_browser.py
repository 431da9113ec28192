"""The Flask application of a private sandbox in a real browser: refused, signed in, and kept signed in by its cookie."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from browser import CHROMIUM, browser
from daytona_sdk import PortPreviewUrl, Sandbox, SessionExecuteRequest
from support import wait_until
from test_preview import fetch

if not CHROMIUM and "DAYTONA_TEST_BROWSER" in os.environ:
    raise RuntimeError("scripts/test.sh installed chromium, and it is not there")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="chromium is not installed: apt-get install chromium")

PORT = 3220
# The application of the guide, and a page that goes on talking to it.
APP = f"""
import time
from flask import Flask, Response, request
app = Flask(__name__)
PAGE = '''<h1>served from a sandbox</h1><p id="news"></p><p id="said"></p>
<script>
  new EventSource("/events").onmessage = (event) => {{ news.textContent += event.data + " "; }};
  fetch("/say", {{ method: "POST", body: "hello" }}).then((answer) => answer.text()).then((text) => {{
    said.textContent = text;
  }});
</script>'''
@app.route("/")
def hello():
    return PAGE
@app.route("/events")
def events():
    def all():
        for number in range(3):
            yield f"data: {{number}}\\n\\n"
            time.sleep(0.05)
        # The stream stays open: what has come must be shown without waiting for its end.
        time.sleep(600)
    return Response(all(), mimetype="text/event-stream")
@app.route("/say", methods=["POST"])
def say():
    return request.get_data(as_text=True) + ", with cookies: " + repr(sorted(request.cookies))
app.run(host="0.0.0.0", port={PORT}, threaded=True)
"""
SHOWN = "document.querySelector('h1')?.innerText"


@pytest.fixture
def link(sandbox: Sandbox) -> Iterator[PortPreviewUrl]:
    """The preview link of the application, which listens."""
    sandbox.fs.upload_file("/tmp/browsed.py", APP)
    sandbox.process.create_session("browsed")
    request = SessionExecuteRequest(command="python /tmp/browsed.py", run_async=True)
    sandbox.process.execute_session_command("browsed", request)
    link = sandbox.get_preview_link(PORT)
    wait_until(lambda: fetch(link, "/", link.token)[0] == 200, "the application listens")
    yield link
    sandbox.process.delete_session("browsed")


def test_a_link_with_its_token_shows_the_application_and_signs_in(link: PortPreviewUrl) -> None:
    with browser() as page:
        page.open(link.url)
        page.wait_for(f"{SHOWN} === 'This preview is private'")

        page.open(f"{link.url}?DAYTONA_SANDBOX_AUTH_KEY={link.token}")
        page.wait_for(f"{SHOWN} === 'served from a sandbox'")
        # The token is in no address that could be copied or sent on, and no script can read the cookie.
        assert link.token not in page.evaluate("location.href")
        assert page.evaluate("document.cookie") == ""
        # What the page itself asks for is let in by the cookie, which the application never sees.
        page.wait_for("document.getElementById('said').innerText === 'hello, with cookies: []'")
        page.wait_for("document.getElementById('news').textContent === '0 1 2 '")

        # Later, without the token.
        page.open("about:blank")
        page.open(link.url)
        page.wait_for(f"{SHOWN} === 'served from a sandbox'")


def test_the_token_can_be_typed_into_the_page(link: PortPreviewUrl) -> None:
    with browser() as page:
        page.open(link.url)
        page.type("input[type=password]", "not the token")
        page.press_enter()
        page.wait_for("location.search !== '' && document.readyState === 'complete'")
        assert page.evaluate(SHOWN) == "This preview is private"

        page.type("input[type=password]", link.token)
        page.press_enter()
        page.wait_for(f"{SHOWN} === 'served from a sandbox'")
        page.wait_for("document.getElementById('news').textContent === '0 1 2 '")


def test_one_sandbox_s_page_does_not_reach_another_port(link: PortPreviewUrl, sandbox: Sandbox) -> None:
    other = sandbox.get_preview_link(PORT + 1)
    with browser() as page:
        page.open(f"{link.url}?DAYTONA_SANDBOX_AUTH_KEY={link.token}")
        page.wait_for(f"{SHOWN} === 'served from a sandbox'")
        # Signed in at one origin is signed in at that one alone.
        page.open(other.url)
        page.wait_for(f"{SHOWN} === 'This preview is private'")
