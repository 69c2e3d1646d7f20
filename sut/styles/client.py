#!/usr/bin/env python3
"""A client in Python: a thread sends stdin, the main thread prints what comes."""
import os
import select
import socket
import sys
import threading


def send_input(connection, state):
    try:
        while data := os.read(0, 16384):
            connection.sendall(data)
        state["delivered"] = True
        connection.shutdown(socket.SHUT_WR)
    except OSError as error:
        state["error"] = error
        try:
            connection.shutdown(socket.SHUT_RDWR)  # So that the main thread stops waiting as well.
        except OSError:
            pass


def write_output(data):
    while data:
        data = data[os.write(1, data):]


def talk(connection):
    state = {"delivered": False, "error": None}
    threading.Thread(target=send_input, args=(connection, state), daemon=True).start()
    while data := connection.recv(16384):
        write_output(data)
    # The server may be listening on. Both directions are over when stdin is, or when the server is gone.
    over = select.poll()
    over.register(connection, 0)
    over.poll()
    error = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if state["error"]:
        raise state["error"]
    if error:
        raise OSError(error, os.strerror(error))
    if not state["delivered"]:
        raise BrokenPipeError("the server is gone")


def main():
    if len(sys.argv) != 3:
        sys.exit(f"usage: {sys.argv[0]} HOST PORT")
    try:
        talk(socket.create_connection((sys.argv[1], sys.argv[2])))
    except OSError as error:
        print(f"{sys.argv[0]}: {error}", file=sys.stderr, flush=True)
        os._exit(1)
    os._exit(0)  # At once, whatever the other thread waits for.


main()
