"""A session keeps its folder and variables; the output of its commands is followed while they run."""

import asyncio

from daytona_sdk import Daytona, SessionExecuteRequest

daytona = Daytona()
sandbox = daytona.create()
try:
    process = sandbox.process
    process.create_session("build")

    # One command after the other, in the same shell.
    process.execute_session_command("build", SessionExecuteRequest(command="cd /tmp; export STAGE=test"))
    response = process.execute_session_command("build", SessionExecuteRequest(command='echo "$STAGE in $PWD"'))
    print(response.exit_code, response.output)

    # In the background: its output is an iterator that ends when the command does.
    steps = "for step in 1 2 3; do echo step $step; sleep 0.1; done; echo finished >&2"
    running = process.execute_session_command("build", SessionExecuteRequest(command=steps, run_async=True))
    command_id = running.cmd_id
    for chunk in process.stream_session_command_logs("build", command_id):
        print(f"{chunk.source}: {chunk.text}", end="")

    # Or it goes to a callback, plain or a coroutine function.
    asyncio.run(process.get_session_command_logs_async("build", command_id, lambda text: print("again:", text.strip())))

    # A command can be talked to.
    asking = SessionExecuteRequest(command='read name; echo "hello $name"', run_async=True)
    command_id = process.execute_session_command("build", asking).cmd_id
    process.send_session_command_input("build", command_id, "world\n")
    print("".join(chunk.text for chunk in process.stream_session_command_logs("build", command_id)), end="")

    process.delete_session("build")
finally:
    daytona.remove(sandbox)
