"""Runs MiniStack and makes sure that nothing of it outlives the sandbox.

    keeper.py RUN_FOLDER SECONDS COMMAND...

MiniStack starts the functions as children of its own. All of them share the process group that this script leads, and
the script ends the group as soon as one of these is so: its standard input is closed (the sandbox dropped it, or died in
whatever way), MiniStack ended, or the time is up. Then the run's folder is removed.

It opens MiniStack's port before it starts it and writes the number to `port` in the run's folder. Were a free port only
looked for, two sandboxes that start at once could be given the same one, and the second would talk to the cloud of the first.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading


def open_port(folder: str) -> socket.socket:
    """A port of this run alone, which nobody can connect to until MiniStack listens."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.bind(("127.0.0.1", 0))
    path = os.path.join(folder, "port")
    with open(path + ".new", "w", encoding="ascii") as file:
        file.write(str(listener.getsockname()[1]))
    os.replace(path + ".new", path)
    return listener


def main() -> None:
    folder, seconds, command = sys.argv[1], float(sys.argv[2]), sys.argv[3:]
    # A signal to the whole terminal is for the sandbox, which then closes our input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    listener = open_port(folder)
    port = {"GATEWAY_PORT": str(listener.getsockname()[1]), "SANDBOX_LISTENER": str(listener.fileno())}
    child = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, env=os.environ | port, pass_fds=[listener.fileno()]
    )
    over = threading.Event()

    def when_input_closes() -> None:
        while os.read(0, 1024):
            pass
        over.set()

    def when_child_ends() -> None:
        child.wait()
        over.set()

    for wait in (when_input_closes, when_child_ends):
        threading.Thread(target=wait, daemon=True).start()
    over.wait(timeout=seconds)

    # Everyone of the group but ourselves: we ignore the first signal, and the second comes after the cleaning.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(0, signal.SIGTERM)
    try:
        child.wait(timeout=1)
    except subprocess.TimeoutExpired:
        child.kill()
    if os.environ.get("PARAMEDIC_KEEP_RUN") != "1":
        shutil.rmtree(folder, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    if os.getpgrp() != os.getpid():
        os.setpgid(0, 0)
    main()
