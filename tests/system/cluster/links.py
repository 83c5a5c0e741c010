#!/usr/bin/python3
"""The wires between the nodes of a cluster on this machine, which can be cut.

Every node is told to the others under an address of ours; whoever dials it is connected through to the
node. Who dials is found out from the kernel's tables, so that the wire between two nodes can be cut while
both are heard by the third. When the node's process has ended, its address refuses whoever dials, as the node's
own would; that of a node that is cut off never does.

The proxies are a process of their own (this file as a program), since clients keep the interpreter busy:
class Links starts and commands it.
"""

import json
import os
import selectors
import socket
import subprocess
import sys

HOLD = "hold"  # bytes wait, connections stay: a wire that was pulled
RESET = "reset"  # connections break and none comes about: a wire that somebody answers for
BUFFER_BYTES_MAX = 1 << 20  # per direction; the sender waits then


class Links:
    """The process with the proxies, and its commands. Each has happened when the call returns."""

    def __init__(self):
        self.process = subprocess.Popen([sys.executable, "-B", __file__], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)

    def open(self, name):
        """The port of the proxy in front of this node."""
        return self._command(do="open", name=name)["port"]

    def set_node(self, name, pid, port):
        """Who the node is now, and where it really listens."""
        self._command(do="node", name=name, pid=pid, port=port)

    def cut(self, pairs, mode):
        self._command(do="cut", pairs=pairs, mode=mode)

    def heal(self):
        self._command(do="cut", pairs=[], mode=HOLD)

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def _command(self, **command):
        self.process.stdin.write(json.dumps(command).encode() + b"\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError("the proxies have ended")
        return json.loads(answer)


# ------------------------------------------------------------------------------------ the process


def owner_of(port, pids):
    """The name of the process among `pids` (by name) whose socket has this local port; None: none."""
    wanted = f"0100007F:{port:04X}"
    inode = None
    with open("/proc/net/tcp", encoding="ascii") as table:
        for line in table:
            fields = line.split()
            if fields[1] == wanted:
                inode = fields[9]
                break
    if inode is None:
        return None
    for name, pid in pids.items():
        try:
            for entry in os.scandir(f"/proc/{pid}/fd"):
                if os.readlink(entry.path) == f"socket:[{inode}]":
                    return name
        except OSError:
            continue  # it has ended, or closed that one
    return None


def is_listened_on(port):
    wanted, listening = f"0100007F:{port:04X}", "0A"
    with open("/proc/net/tcp", encoding="ascii") as table:
        return any(line.split()[1] == wanted and line.split()[3] == listening for line in table)


class End:
    """One end of a wire: a socket, and what waits to be written to it."""

    def __init__(self, wire, connection):
        self.wire = wire
        self.socket = connection
        self.pending = bytearray()
        self.is_connected = False
        self.is_finished = False  # it sends nothing more
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class Wire:
    """A connection from a dialer to a node."""

    def __init__(self, dialer, target, pids, accepted):
        self.dialer = dialer
        self.target = target
        self.pids = {name: pids.get(name) for name in (dialer, target)}
        self.near = End(self, accepted)
        self.near.is_connected = True
        self.far = None

    def other(self, end):
        return self.far if end is self.near else self.near


class Proxies:
    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.listeners, self.processes = {}, {}
        self.ports, self.pids = {}, {}
        self.wires = set()
        self.pairs, self.mode = set(), HOLD
        self.input = b""

    def run(self):
        os.set_blocking(sys.stdin.fileno(), False)
        self.selector.register(sys.stdin, selectors.EVENT_READ, self._on_command)
        while True:
            for key, events in self.selector.select():
                if isinstance(key.data, End):
                    if key.data.wire in self.wires:
                        self._serve(key.data, events)
                elif not key.data():
                    return

    # ---- commands

    def _on_command(self):
        data = os.read(sys.stdin.fileno(), 65536)
        if not data:
            return False
        self.input += data
        while b"\n" in self.input:
            line, self.input = self.input.split(b"\n", 1)
            print(json.dumps(self._execute(json.loads(line))), flush=True)
        return True

    def _execute(self, command):
        if command["do"] == "open":
            return {"port": self._open(command["name"])}
        if command["do"] == "node":
            self._begin(command["name"], command["pid"], command["port"])
            return {}
        self.pairs = {frozenset(pair) for pair in command["pairs"]}
        self.mode = command["mode"]
        for wire in list(self.wires):
            if self._is_cut(wire) and self.mode == RESET:
                self._drop(wire)
            else:
                self._connect(wire)
                self._watch(wire)
        return {}

    def _open(self, name):
        listener = socket.socket()
        listener.setblocking(False)
        # A port that was asked for by number stays this socket's while it does not listen.
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        self.listeners[name] = listener
        return port

    def _begin(self, name, pid, port):
        """The node's process is there, and its address answers until that ends."""
        if name in self.pids:
            self._end(name, self.pids[name])  # what has not been noticed yet
        listener, process = self.listeners[name], os.pidfd_open(pid)
        self.pids[name], self.ports[name], self.processes[name] = pid, port, process
        listener.listen()
        self.selector.register(listener, selectors.EVENT_READ, lambda: self._accept(listener, name))
        self.selector.register(process, selectors.EVENT_READ, lambda: self._end(name, pid))

    def _end(self, name, pid):
        if self.pids.get(name) != pid:
            return True  # noticed already
        del self.pids[name]
        process, listener = self.processes.pop(name), self.listeners[name]
        self.selector.unregister(process)
        self.selector.unregister(listener)
        os.close(process)
        listener.shutdown(socket.SHUT_RD)  # refuses those that wait to be accepted, too
        return True

    def _note_end(self, end):
        """A process that ends closes what it listens with before its connections, and only then counts as ended. Here,
        too, nobody is to hear of its connections before whoever dials it is refused."""
        name = end.wire.target if end is end.wire.far else end.wire.dialer
        pid = end.wire.pids.get(name)
        if end.is_connected and pid is not None and pid == self.pids.get(name):
            if not is_listened_on(self.ports[name]):
                self._end(name, pid)

    def _is_cut(self, wire):
        if wire.dialer is not None:
            return frozenset((wire.dialer, wire.target)) in self.pairs
        return any(wire.target in pair for pair in self.pairs)

    # ---- wires

    def _accept(self, listener, name):
        try:
            accepted, address = listener.accept()
        except OSError:
            return True  # the node has just ended
        wire = Wire(owner_of(address[1], self.pids), name, self.pids, accepted)
        self.wires.add(wire)
        if self._is_cut(wire) and self.mode == RESET:
            self._drop(wire)
        else:
            self._connect(wire)
            self._watch(wire)
        return True

    def _connect(self, wire):
        """Dials the node, unless that was done or has to wait."""
        if wire.far is not None or self._is_cut(wire):
            return
        wire.far = End(wire, socket.socket())
        wire.far.socket.connect_ex(("127.0.0.1", self.ports.get(wire.target, 1)))

    def _watch(self, wire):
        """Which events of the wire matter now."""
        is_cut = self._is_cut(wire)
        for end in (wire.near, wire.far):
            if end is None:
                continue
            other = wire.other(end)
            events = 0
            if not is_cut:
                has_room = other is not None and len(other.pending) < BUFFER_BYTES_MAX
                if end.is_connected and not end.is_finished and has_room:
                    events |= selectors.EVENT_READ
                if end.pending or not end.is_connected:
                    events |= selectors.EVENT_WRITE
            is_known = end.socket in self.selector.get_map()
            if events and is_known:
                self.selector.modify(end.socket, events, end)
            elif events:
                self.selector.register(end.socket, events, end)
            elif is_known:
                self.selector.unregister(end.socket)

    def _serve(self, end, events):
        wire = end.wire
        try:
            if events & selectors.EVENT_WRITE:
                self._write(end)
            if events & selectors.EVENT_READ:
                self._read(end)
        except OSError:
            self._note_end(end)
            return self._drop(wire)
        ends = (wire.near, wire.far)
        if all(one is not None and one.is_finished and not one.pending for one in ends):
            return self._drop(wire)
        self._watch(wire)
        return None

    def _write(self, end):
        if not end.is_connected:
            error = end.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if error:
                raise OSError(error, os.strerror(error))
            end.is_connected = True
        if end.pending:
            del end.pending[:end.socket.send(end.pending)]
        if not end.pending and end.wire.other(end).is_finished:
            end.socket.shutdown(socket.SHUT_WR)

    def _read(self, end):
        data = end.socket.recv(262144)
        other = end.wire.other(end)
        if data:
            other.pending += data
        else:
            self._note_end(end)
            end.is_finished = True
        if other.is_connected:
            self._write_soon(other)

    def _write_soon(self, end):
        """At once if it takes it: one turn less for every message."""
        try:
            self._write(end)
        except BlockingIOError:
            pass

    def _drop(self, wire):
        self.wires.discard(wire)
        for end in (wire.near, wire.far):
            if end is None:
                continue
            if end.socket in self.selector.get_map():
                self.selector.unregister(end.socket)
            # What breaks must look broken, not like an orderly end.
            end.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            end.socket.close()


if __name__ == "__main__":
    Proxies().run()
