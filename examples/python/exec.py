"""Shell commands and code: output, exit codes, arguments, environment, timeouts."""

from daytona_sdk import CodeRunParams, CreateSandboxParams, Daytona, ProcessExecutionError

daytona = Daytona()
sandbox = daytona.create(CreateSandboxParams(language="python", env_vars={"GREETING": "hello"}))
try:
    # A command goes through a shell: pipes, variables, quotes and && work.
    print(sandbox.process.exec('echo "$GREETING, $NAME" | tr a-z A-Z', env={"NAME": "world"}).result.rstrip())

    # stdout and stderr are kept apart, and together in the order they were written.
    response = sandbox.process.exec("echo out; echo err >&2; exit 3", cwd="/tmp")
    print(response.exit_code, repr(response.stdout), repr(response.stderr), repr(response.result))

    # A non-zero exit is a result, not an exception, unless you ask for one.
    try:
        response.check()
    except ProcessExecutionError as error:
        print(f"check() raised: exit code {error.exit_code}")

    # Code takes arguments and an environment of its own.
    code = "import os, sys; print(sys.argv[1:], os.environ['MODE'])"
    print(sandbox.process.code_run(code, CodeRunParams(argv=["a", "b c"], env={"MODE": "test"})).result.rstrip())

    # At the timeout, the command and everything it started are killed.
    try:
        sandbox.process.exec("sleep 600", timeout=1)
    except ProcessExecutionError as error:
        print(f"timed out: {error}")
finally:
    daytona.remove(sandbox)
