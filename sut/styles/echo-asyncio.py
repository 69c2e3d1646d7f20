#!/usr/bin/env python3
"""An echo server on Python's asyncio: coroutines on one event loop."""
import asyncio
import os
import signal
import sys


async def echo(reader, writer):
    try:
        while data := await reader.read(16384):
            writer.write(data)
            await writer.drain()  # Do not read on while the client does not.
        writer.close()
        await writer.wait_closed()  # close() still sends what is buffered.
    except OSError:
        writer.close()  # This client is gone; the others do not care.


async def main():
    if len(sys.argv) != 3:
        sys.exit(f"usage: {sys.argv[0]} HOST PORT")
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, os._exit, 0)
    # Out of descriptors, the loop tries again after a second by itself: a page for each attempt helps nobody.
    loop.set_exception_handler(lambda *_: None)
    try:
        server = await asyncio.start_server(echo, sys.argv[1], sys.argv[2], reuse_address=True)
    except OSError as error:
        sys.exit(f"{sys.argv[0]}: {error}")
    if not server.sockets:  # asyncio passes over a socket that cannot be made, and says nothing.
        sys.exit(f"{sys.argv[0]}: no socket to listen on")
    await server.serve_forever()


asyncio.run(main())
