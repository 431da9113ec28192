"""A Flask application in a sandbox, reached from outside by its preview link."""

import time
import urllib.error
import urllib.request

from daytona_sdk import Daytona, SessionExecuteRequest

APP = """
from flask import Flask

app = Flask(__name__)


@app.route("/")
def hello():
    return "Hello from the sandbox"


app.run(host="0.0.0.0", port=3000)
"""


def get(url: str, token: str = "") -> tuple[int, str]:
    """The status and the text of an answer, also of one that is an error."""
    request = urllib.request.Request(url, headers={"x-daytona-preview-token": token} if token else {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


daytona = Daytona()
sandbox = daytona.create()
try:
    path = f"{sandbox.get_user_root_dir()}/app.py"
    sandbox.fs.upload_file(path, APP)
    sandbox.process.create_session("app")
    start = SessionExecuteRequest(command=f"python {path}", run_async=True)
    sandbox.process.execute_session_command("app", start)

    link = sandbox.get_preview_link(3000)
    print("url:", link.url)
    deadline = time.monotonic() + 60
    status, text = get(link.url, link.token)
    while status == 502 and time.monotonic() < deadline:  # nothing listens there yet
        time.sleep(0.1)
        status, text = get(link.url, link.token)
    print("with the token:", status, text)
    print("without it:", "open" if get(link.url)[1] == text else "closed")
finally:
    daytona.remove(sandbox)
