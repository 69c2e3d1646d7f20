#!/usr/bin/env python3
"""An echo server on Python's socketserver: a thread for each connection, blocking calls."""
import signal
import socket
import socketserver
import sys
import time


class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        try:
            while data := self.request.recv(16384):
                self.request.sendall(data)
        except OSError:
            pass  # This client is gone; the others do not care.


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 1024

    def get_request(self):
        try:
            return super().get_request()
        except OSError:
            time.sleep(0.05)  # No descriptor left, perhaps: do not try again at once.
            raise


def main():
    if len(sys.argv) != 3:
        sys.exit(f"usage: {sys.argv[0]} HOST PORT")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        # The port may be the name of a service.
        addresses = socket.getaddrinfo(sys.argv[1], sys.argv[2], socket.AF_INET, socket.SOCK_STREAM)
        with Server(addresses[0][4], Echo) as server:
            server.serve_forever()
    except OSError as error:
        sys.exit(f"{sys.argv[0]}: {error}")


main()
