"""The table: which scenario is run by which official client, and which is left out for what reason.

A scenario without an implementation in a client, and an implementation that is not in the table, fail a test.
"""

from __future__ import annotations

CLIENTS = {
    "old": "daytona-sdk 0.14.0 for Python",
    "today_sync": "today's daytona for Python",
    "today_async": "today's daytona for Python, AsyncDaytona",
    "node": "today's @daytonaio/sdk for Node.js",
}

SCENARIOS = {
    # lifecycle
    "create": "language, name, environment, labels and intervals are what was asked for",
    "list_by_labels": "a list holds what has the labels, on all pages",
    "get": "a sandbox found by its id works",
    "get_unknown": "a sandbox that is not there is the client's own kind of error",
    "stop_and_start": "both wait until it is so, files stay, calls in between fail in words",
    "delete": "it is gone",
    "autostop": "the interval is kept",
    "labels": "labels are replaced",
    # process
    "execute": "shell, working folder, environment",
    "exit_codes": "whatever the command says",
    "exec_timeout": "a command that takes too long is an error",
    "code_run_python": "arguments, environment, a traceback",
    "code_run_javascript": "",
    "code_run_typescript": "with syntax that is more than types",
    "code_run_chart": "a figure of matplotlib arrives as data",
    # sessions
    "session_life": "create, twice, get, list, delete",
    "session_state": "folder and variables last from command to command",
    "session_async": "exit code and log of a command that was not waited for",
    "session_follow": "output arrives while the command runs, and ends with it",
    "session_input": "a command reads what is sent to it",
    # files
    "files_folder_list_info": "",
    "files_upload_download": "megabytes, an empty file, a name that is not ASCII",
    "files_bulk_upload": "many files in one call",
    "files_bulk_download": "many files in one call, one of them missing",
    "files_streamed": "from and to files and streams of this machine",
    "files_move": "",
    "files_permissions": "",
    "files_find": "text in files, without binary ones",
    "files_search": "names by pattern",
    "files_replace": "with an outcome for each file",
    "files_delete": "files, and folders with their content",
    # git, from and to a server in the sandbox
    "git_work": "clone, status, add, commit, push, pull; a repository that is not there",
    "git_branches": "create, check out, list, delete",
    "git_credentials": "what needs a password works with it, fails without, and leaves none behind",
    # language servers
    "lsp_python": "symbols and completions",
    "lsp_typescript": "symbols, of the whole project too, and completions",
    # preview
    "preview": "a page of the sandbox, with its token and not without",
}

EXCLUDED = {
    ("old", "session_input"): "the client has no such call",
    ("old", "git_branches"): "the client lists branches only, which git_work does",
    ("old", "files_bulk_download"): "the client has no such call",
    ("old", "files_streamed"): "the client takes and gives bytes only",
}
