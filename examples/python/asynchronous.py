"""The async client: several sandboxes at once, and a task that is cancelled."""

import asyncio

from daytona_sdk import AsyncDaytona, AsyncSandbox


async def square(sandbox: AsyncSandbox, number: int) -> int:
    response = await sandbox.process.code_run(f"print({number} ** 2)")
    return int(response.check().result)


async def main() -> None:
    async with AsyncDaytona() as daytona:
        sandboxes = await asyncio.gather(daytona.create(), daytona.create())
        try:
            print(await asyncio.gather(*(square(sandbox, number) for number, sandbox in enumerate(sandboxes, 3))))

            # Whoever stops waiting stops the command too.
            try:
                await asyncio.wait_for(sandboxes[0].process.exec("sleep 600"), timeout=1)
            except asyncio.TimeoutError:
                print("gave up, and so did the sandbox")

            await sandboxes[1].fs.upload_file("notes.txt", b"some text")
            async for piece in await sandboxes[1].fs.download_file_stream("notes.txt"):
                print(piece.decode())
        finally:
            await asyncio.gather(*(daytona.remove(sandbox) for sandbox in sandboxes))


asyncio.run(main())
