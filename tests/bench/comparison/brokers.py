"""Brokers on this machine: ours, a private RabbitMQ, and peers that run already."""

import json
import os
import pathlib
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time

RABBITMQ = pathlib.Path("/usr/lib/rabbitmq/bin")
# Thousands of connections need more than a shell gives.
DESCRIPTORS = 65536


class BrokerError(Exception):
    """A broker did not do what a comparison needs; the text says what."""


def raise_descriptor_limit():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS if most == resource.RLIM_INFINITY else min(DESCRIPTORS, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def free_ports(count):
    """Ports of loopback that nobody has."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def send(number, pids):
    """Signals processes; those that are gone are left out."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass


class Broker:
    """A broker that we can load. `is_ours` says that we may also stop it and start it again."""

    name = ""
    is_ours = False

    def __init__(self):
        self.address = ""
        self.pids = []

    def freeze(self):
        """Lets others have the processors."""

    def thaw(self):
        pass

    def start_afresh(self):
        """Starts it anew, with nothing in it. Only what is ours."""

    def stop(self):
        pass

    def cpu_seconds(self):
        ticks = os.sysconf("SC_CLK_TCK")
        total = 0
        for pid in self.pids:
            try:
                stat = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
            except OSError:
                continue
            fields = stat.rpartition(")")[2].split()
            total += (int(fields[11]) + int(fields[12])) / ticks
        return total


class OwnBroker(Broker):
    """A broker that we start on a folder of its own."""

    is_ours = True

    def __init__(self, data):
        super().__init__()
        self.parent = data
        self.folder = None

    def start(self):
        """Starts it on `folder`. Does not return before it is certain that it will run."""
        raise NotImplementedError

    def start_afresh(self):
        self.stop()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"compare-{self.name}.", dir=self.parent))
        self.start()

    def freeze(self):
        send(signal.SIGSTOP, self.pids)

    def thaw(self):
        send(signal.SIGCONT, self.pids)

    def halt(self):
        """Ends the processes in order and leaves the data."""
        raise NotImplementedError

    def stop(self):
        self.halt()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.folder = None


class Warren(OwnBroker):
    """A warren-node of our own, on a free port."""

    name = "warren"

    def __init__(self, program, data):
        super().__init__(data)
        self.program = program
        self.process = None
        self.port = 0

    def start(self):
        self.launch()
        line = self.process.stdout.readline()
        if not line:
            raise BrokerError(f"{self.program} did not start: see {self.folder}/log")
        self.port = json.loads(line)["amqp_port"]
        self.address = f"127.0.0.1:{self.port}"

    def launch(self):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [self.program, "--data", self.folder / "data", "--amqp-port", str(self.port)],
                stdout=subprocess.PIPE, stderr=log, text=True, preexec_fn=raise_descriptor_limit)
        self.pids = [self.process.pid]

    def halt(self):
        if not self.process:
            return
        self.thaw()
        self.process.terminate()
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process, self.pids = None, []


class RabbitMq(OwnBroker):
    """The installed rabbitmq-server, as a node of its own with an epmd of its own."""

    name = "rabbitmq"

    def __init__(self, data):
        super().__init__(data)
        self.epmd = self.server = None
        self.port, self.distribution, self.epmd_port = free_ports(3)
        self.address = f"127.0.0.1:{self.port}"

    def environment(self):
        folder = str(self.folder)
        return {
            **os.environ,
            "HOME": folder,
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self.epmd_port),
            "RABBITMQ_NODENAME": f"compare-{self.port}@localhost",
            "RABBITMQ_CONF_ENV_FILE": f"{folder}/env.conf",
            "RABBITMQ_CONFIG_FILE": f"{folder}/rabbitmq.conf",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/plugins",
            "RABBITMQ_MNESIA_BASE": f"{folder}/data",
            "RABBITMQ_LOG_BASE": f"{folder}/log",
            "RABBITMQ_PID_FILE": f"{folder}/pid",
            "RABBITMQ_DIST_PORT": str(self.distribution),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS":
                "-kernel inet_dist_use_interface {127,0,0,1}",
        }

    def start(self):
        (self.folder / "env.conf").write_text("", encoding="utf-8")
        (self.folder / "plugins").write_text("[].\n", encoding="utf-8")
        (self.folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self.port}\n", encoding="utf-8")
        cookie = self.folder / ".erlang.cookie"
        cookie.write_text(os.urandom(16).hex(), encoding="utf-8")
        cookie.chmod(0o400)
        self.launch()
        self.await_startup()

    def launch(self):
        environment = self.environment()
        (self.folder / "pid").unlink(missing_ok=True)
        with open(self.folder / "output", "ab") as log:
            self.epmd = subprocess.Popen(["epmd"], env=environment, stdout=log, stderr=log)
            self.server = subprocess.Popen(
                [RABBITMQ / "rabbitmq-server"], env=environment, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, preexec_fn=raise_descriptor_limit)
        self.pids = []

    def await_startup(self):
        deadline = time.monotonic() + 120
        pid = self.folder / "pid"
        while not (pid.is_file() and pid.read_text(encoding="utf-8").strip()):
            if time.monotonic() > deadline or self.server.poll() is not None:
                raise BrokerError(f"rabbitmq-server did not start: see {self.folder}/output")
            time.sleep(0.05)
        self.pids = [int(pid.read_text(encoding="utf-8"))]
        done = subprocess.run(
            [RABBITMQ / "rabbitmqctl", "-n", f"compare-{self.port}@localhost", "await_startup",
             "--timeout", "300"], env=self.environment(), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise BrokerError(f"rabbitmq-server did not start: {done.stdout}{done.stderr}")

    def halt(self):
        self.thaw()
        for process, pids in ((self.server, self.pids), (self.epmd, [])):
            if not process:
                continue
            send(signal.SIGTERM, pids or [process.pid])
            try:
                process.wait(timeout=120)
            except subprocess.TimeoutExpired:
                send(signal.SIGKILL, [*pids, process.pid])
                process.wait()
        self.server = self.epmd = None
        self.pids = []


class Peer(Broker):
    """A broker that somebody else runs. Its process is found by its port, if it is on this machine
    and we may look."""

    def __init__(self, text):
        super().__init__()
        self.name, equals, self.address = text.partition("=")
        host, colon, port = self.address.rpartition(":")
        if not (self.name and equals and host and colon and port.isdigit()):
            raise BrokerError(f"--peer {text}: needs NAME=HOST:PORT")
        with socket.socket() as probe:
            probe.settimeout(5)
            try:
                probe.connect((host, int(port)))
            except OSError as error:
                raise BrokerError(f"--peer {text}: {error}") from error
        self.pids = listeners_of(int(port))


def listeners_of(port):
    """The processes that listen at a TCP port of this machine."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = pathlib.Path(table).read_text(encoding="utf-8").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{fields[9]}]")
    pids = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if any(os.readlink(one) in inodes for one in (process / "fd").iterdir()):
                pids.append(int(process.name))
        except OSError:
            continue
    return pids
