"""Three nodes of ours on this machine, each a process that can be killed, held and cut off."""

import contextlib
import json
import pathlib
import select
import signal
import socket
import subprocess
import time

from links import Links
from nodes import CallFailed, Cluster

START_SECONDS = 60
STOP_SECONDS = 60
CALL_SECONDS = 30  # for warrenctl


def free_port():
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class WarrenNode:
    """A node: its folder stays, its process comes and goes. Ports of clients differ each time."""

    def __init__(self, number, programs, folder, links):
        self.number = number
        self.name = f"n{number}@localhost"
        self.programs, self.links = programs, links
        self.data = folder / f"n{number}"
        self.cookie = folder / "cookie"
        self.log_path = folder / f"n{number}.log"
        self.cluster_port = free_port()
        self.proxy_port = links.open(self.name) or self.cluster_port
        self.process = None
        self.port = None  # of clients; None: it does not run
        self.is_held = False

    def start(self, join=None):
        """Returns when clients can connect. @raises RuntimeError it did not come up"""
        command = [self.programs.node, "--data", str(self.data), "--node-name", self.name,
                   "--amqp-port", "0", "--cluster-port", str(self.cluster_port),
                   "--cluster-address", f"127.0.0.1:{self.proxy_port}",
                   "--cookie-file", str(self.cookie)]
        if join is not None:
            command += ["--join", f"127.0.0.1:{join.proxy_port}"]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log)
        self.links.set_node(self.name, self.process.pid, self.cluster_port)
        readable, _, _ = select.select([self.process.stdout], [], [], START_SECONDS)
        line = self.process.stdout.readline() if readable else b""
        if not line:
            self.kill()
            raise RuntimeError(f"{self.name} did not start:\n{self.log_tail()}")
        self.port = json.loads(line)["amqp_port"]

    def _ended(self):
        self.process.stdout.close()
        self.process = self.port = None
        self.is_held = False

    def kill(self):
        self.process.kill()
        self.process.wait()
        self._ended()

    def terminate(self):
        """@returns the exit code; None: it had to be killed"""
        self.port = None  # nobody new is welcome
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            return None
        self._ended()
        return code

    def hold(self):
        self.process.send_signal(signal.SIGSTOP)
        self.is_held = True

    def release(self):
        self.process.send_signal(signal.SIGCONT)
        self.is_held = False

    def has_ended_by_itself(self):
        return self.process is not None and self.process.poll() is not None

    def __repr__(self):
        return self.name

    def log_tail(self, bytes_max=3000):
        return self.log_path.read_bytes()[-bytes_max:].decode(errors="replace")

    def call(self, *arguments):
        """What warrenctl says, as JSON. @raises CallFailed"""
        done = subprocess.run(
            [self.programs.ctl, "--data", str(self.data), "--json", "--timeout", str(CALL_SECONDS),
             *arguments], capture_output=True, text=True, check=False, timeout=CALL_SECONDS + 20)
        if done.returncode != 0:
            raise CallFailed(f"{' '.join(arguments)} at {self.name}: {done.stderr.strip()}")
        return json.loads(done.stdout)


class WarrenCluster(Cluster):
    can_cut = True

    def __init__(self, programs, folder, count=3, wires=None):
        """@param wires  between the nodes; those of Links if left out"""
        self.folder = pathlib.Path(folder)
        # With the rights that such a file must have.
        cookie = self.folder / "cookie"
        cookie.touch(0o600)
        cookie.write_text("a cookie for this run only")
        self.links = wires or Links()
        self.nodes = [WarrenNode(number, programs, self.folder, self.links)
                      for number in range(1, count + 1)]

    def start(self):
        self.nodes[0].start()
        for node in self.nodes[1:]:
            node.start(join=self.nodes[0])
        self.await_health(START_SECONDS)

    def close(self):
        for node in self.nodes:
            if node.process is not None:
                node.kill()
        self.links.close()

    # ---- faults

    def isolate(self, node, mode):
        self.links.cut([[node.name, other.name] for other in self.nodes if other is not node], mode)

    def cut(self, one, other, mode):
        self.links.cut([[one.name, other.name]], mode)

    def heal(self):
        self.links.heal()

    # ---- questions

    def masters(self):
        """{queue: node} as some node sees it; nobody's are missing."""
        by_name = {node.name: node for node in self.nodes}
        try:
            queues = self.call_any("list_queues")["queues"]
        except CallFailed:
            return {}
        return {queue["name"]: by_name[queue["master"]] for queue in queues
                if queue.get("master") in by_name}

    def complaint(self):
        """What is not as it should be when all is well; empty: nothing."""
        for node in self.nodes:
            if node.port is None:
                return f"{node.name} does not run"
            try:
                status = node.call("cluster_status")
            except CallFailed as error:
                return str(error)
            states = {row["name"]: row["state"] for row in status["nodes"]}
            for other in self.nodes:
                if states.get(other.name) != "running":
                    return f"{node.name} sees {other.name} as {states.get(other.name)}"
            for queue in status["queues"]:
                replicas = {row["node"]: row["state"] for row in queue["replicas"]}
                if not queue["policy"]:
                    continue
                for other in self.nodes:
                    if replicas.get(other.name) not in ("master", "in_sync"):
                        return (f"{node.name} sees {queue['name']} at {other.name} as "
                                f"{replicas.get(other.name)}")
        return ""

    def await_health(self, patience):
        """@raises RuntimeError with what is wrong"""
        deadline = time.monotonic() + patience
        while complaint := self.complaint():
            if time.monotonic() > deadline:
                raise RuntimeError(f"not well after {patience} s: {complaint}")
            time.sleep(0.25)

    def contents(self):
        """What each node believes to be in the queues."""
        texts = []
        for node in self.answering():
            try:
                queues = node.call("list_queues")["queues"]
            except CallFailed as error:
                texts.append(str(error))
                continue
            texts.append(f"{node.name}: " + ", ".join(
                f"{queue['name']} {queue.get('messages_ready')} ready, "
                f"{queue.get('messages_unacknowledged')} unacked, "
                f"{queue.get('consumers')} consumers" for queue in queues))
        return "; ".join(texts)

    def losses(self):
        """How often the cluster itself says that confirmed messages may be lost."""
        queues = self.call_any("cluster_status")["queues"]
        return sum(queue["losses"] for queue in queues)

    def ended_by_themselves(self):
        return [node for node in self.nodes if node.has_ended_by_itself()]
