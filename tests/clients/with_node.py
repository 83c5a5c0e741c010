#!/usr/bin/env python3
"""Runs a client against a node that was started for it and keeps nothing.

    with_node.py NODE COMMAND [ARGUMENT…]

The command finds the node's port in AMQP_PORT. Ends with the command's exit code; with 1 if the node
cannot be started, does not stop in order, or the command is not there. What the node logged is shown
when anything failed.
"""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile

START_SECONDS = 60
STOP_SECONDS = 30


def start(program, log):
    """The node's process and its port."""
    process = subprocess.Popen(
        [program, "--ephemeral", "--amqp-port", "0"], stdout=subprocess.PIPE, stderr=log
    )
    readable, _, _ = select.select([process.stdout], [], [], START_SECONDS)
    line = process.stdout.readline() if readable else b""
    if not line:
        process.kill()
        process.wait()
        raise RuntimeError("the node did not start")
    ready = json.loads(line)
    if ready.get("ready") is not True or ready.get("pid") != process.pid:
        process.kill()
        process.wait()
        raise RuntimeError(f"the node said {line!r}")
    return process, ready["amqp_port"]


def stop(process):
    """The node's exit code."""
    process.send_signal(signal.SIGTERM)
    try:
        return process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise RuntimeError("the node did not stop") from None


def run(program, command):
    """What this program ends with."""
    if shutil.which(command[0]) is None:
        print(f"{command[0]} is not installed; installer/test installs it.", file=sys.stderr)
        return 1
    with tempfile.TemporaryFile() as log:
        code = 1
        try:
            process, port = start(program, log)
            try:
                code = subprocess.call(command, env={**os.environ, "AMQP_PORT": str(port)})
            finally:
                node_code = stop(process)
            if node_code != 0:
                print(f"The node ended with {node_code}.", file=sys.stderr)
                code = code or 1
        except RuntimeError as error:
            print(f"Failed: {error}.", file=sys.stderr)
            code = 1
        if code != 0:
            log.seek(0)
            print("The node's log:\n" + log.read().decode(errors="replace"), file=sys.stderr)
        return code


def main(arguments):
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    return run(arguments[0], arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
