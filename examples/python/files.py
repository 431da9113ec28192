"""Files in and out of a sandbox: bytes, text, local files of any size."""

import tempfile
from pathlib import Path

from daytona_sdk import Daytona, FileUpload

daytona = Daytona()
sandbox = daytona.create()
try:
    root = sandbox.get_user_root_dir()

    sandbox.fs.upload_file(root + "/hello.txt", b"Hello, World!")
    print(sandbox.fs.download_file(root + "/hello.txt").decode())

    with tempfile.TemporaryDirectory() as folder:
        local = Path(folder, "numbers.txt")
        local.write_text("\n".join(map(str, range(100_000))))

        # A path or an open file is streamed, so its size does not matter.
        sandbox.fs.upload_files(
            [
                FileUpload(root + "/data/numbers.txt", local),
                FileUpload(root + "/data/note.txt", "text goes as UTF-8: ä"),
            ]
        )
        print(sandbox.process.exec("wc -l < data/numbers.txt; cat data/note.txt", cwd=root).result)

        sandbox.fs.download_file(root + "/data/numbers.txt", folder + "/back.txt")
        print("came back the same:", Path(folder, "back.txt").read_bytes() == local.read_bytes())

    # Or piece by piece, in bounded memory.
    print(sum(len(chunk) for chunk in sandbox.fs.download_file_stream(root + "/data/numbers.txt")), "bytes")
finally:
    daytona.remove(sandbox)
