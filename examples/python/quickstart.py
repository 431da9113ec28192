"""Creates a sandbox, runs code in it, removes it, and says how long that took.

DAYTONA_TARGET=local python quickstart.py     runs it on this machine; nothing else is needed
DAYTONA_API_KEY=... python quickstart.py      runs it on a Daytona server
"""

from time import perf_counter

from daytona_sdk import CreateSandboxParams, Daytona

daytona = Daytona()

began = perf_counter()
sandbox = daytona.create(CreateSandboxParams(language="python"))
created = perf_counter()
try:
    response = sandbox.process.code_run('print("Sum of 3 and 4 is " + str(3 + 4))')
    ran = perf_counter()
    if response.exit_code != 0:
        print(f"Error running code: {response.exit_code} {response.result}")
    else:
        print(response.result.rstrip())
    print(f"create: {(created - began) * 1000:.1f} ms, run: {(ran - created) * 1000:.1f} ms")
finally:
    daytona.remove(sandbox)
