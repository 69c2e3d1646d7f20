#!/usr/bin/env python3
"""A protocol of its own on Python's socketserver: readline() over a buffered file, a thread for each connection.

Each line is answered by its length and itself in capitals; after "quit" the connection ends."""
import os
import signal
import socketserver
import sys

LONGEST = 64 * 1024


class Lines(socketserver.StreamRequestHandler):
    def handle(self):
        try:
            # At the end of the stream readline() returns what has come so far, without its end: no line.
            while (line := self.rfile.readline(LONGEST)).endswith(b"\n") and line != b"quit\n":
                self.wfile.write(b"%d %s" % (len(line) - 1, line.upper()))
        except OSError:
            pass  # This client is gone; the others do not care.


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128


def main():
    if len(sys.argv) != 3:
        sys.exit(f"usage: {sys.argv[0]} HOST PORT")
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    try:
        server = Server((sys.argv[1], int(sys.argv[2])), Lines)
    except OSError as error:
        sys.exit(f"{sys.argv[0]}: {error}")
    server.serve_forever()


main()
