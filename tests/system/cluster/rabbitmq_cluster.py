"""Three nodes of Debian's rabbitmq-server on this machine, to compare with.

Runs as any user and touches no service: data, logs, cookie and epmd are of this run only.
"""

import json
import os
import pathlib
import secrets
import signal
import subprocess
import time

from nodes import CallFailed, Cluster
from warren_cluster import free_port

PROGRAMS = pathlib.Path("/usr/lib/rabbitmq/bin")
START_SECONDS = 180
STOP_SECONDS = 60


class RabbitmqNode:
    def __init__(self, number, cluster):
        self.number, self.cluster = number, cluster
        self.name = f"n{number}@localhost"
        self.amqp_port, self.distribution_port = free_port(), free_port()
        self.pid_path = cluster.folder / f"n{number}.pid"
        self.log_path = cluster.folder / f"n{number}.log"
        self.conf_path = cluster.folder / f"n{number}.conf"
        self.pid = self.port = None
        self.is_held = False

    def environment(self):
        folder = self.cluster.folder
        return {**os.environ, "HOME": str(folder), "ERL_EPMD_ADDRESS": "127.0.0.1",
                "ERL_EPMD_PORT": str(self.cluster.epmd_port),
                "RABBITMQ_NODENAME": self.name,
                "RABBITMQ_CONF_ENV_FILE": str(folder / "env.conf"),
                "RABBITMQ_CONFIG_FILE": str(self.conf_path),
                "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
                "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
                "RABBITMQ_LOG_BASE": str(folder / "log"),
                "RABBITMQ_PID_FILE": str(self.pid_path),
                "RABBITMQ_DIST_PORT": str(self.distribution_port),
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS":
                    "-kernel inet_dist_use_interface {127,0,0,1}"}

    def start(self):
        self.pid_path.unlink(missing_ok=True)
        with open(self.log_path, "ab") as log:
            subprocess.Popen([PROGRAMS / "rabbitmq-server"], env=self.environment(), stdout=log,
                             stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
        deadline = time.monotonic() + START_SECONDS
        while not (self.pid_path.exists() and self.pid_path.read_text().strip()):
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} did not start, see {self.log_path}")
            time.sleep(0.1)
        self.pid = int(self.pid_path.read_text())
        self.call("await_startup", "--timeout", str(START_SECONDS), patience=START_SECONDS + 20)
        self.port = self.amqp_port

    def _has_ended(self):
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        state = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state == "Z"

    def _end(self, number):
        self.port = None
        os.kill(self.pid, number)
        deadline = time.monotonic() + STOP_SECONDS
        while not self._has_ended():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        self.pid = None
        self.is_held = False
        return True

    def kill(self):
        self._end(signal.SIGKILL)

    def terminate(self):
        if self._end(signal.SIGTERM):
            return 0
        self.kill()
        return None

    def hold(self):
        os.kill(self.pid, signal.SIGSTOP)
        self.is_held = True

    def release(self):
        os.kill(self.pid, signal.SIGCONT)
        self.is_held = False

    def call(self, *arguments, patience=60):
        """@raises CallFailed"""
        try:
            done = subprocess.run([PROGRAMS / "rabbitmqctl", "-n", self.name, *arguments],
                                  env=self.environment(), capture_output=True, text=True,
                                  check=False, timeout=patience)
        except subprocess.TimeoutExpired as error:
            raise CallFailed(str(error)) from None
        if done.returncode != 0:
            raise CallFailed(done.stdout + done.stderr)
        return done.stdout


class RabbitmqCluster(Cluster):
    can_cut = False  # its nodes reach each other through ports that nobody can stand between

    def __init__(self, folder, count=3):
        if not (PROGRAMS / "rabbitmq-server").exists():
            raise RuntimeError("rabbitmq-server is not installed")
        self.folder = pathlib.Path(folder)
        self.epmd_port = free_port()
        self.epmd = None
        for name in ("mnesia", "log"):
            (self.folder / name).mkdir()
        (self.folder / "env.conf").touch()
        (self.folder / "enabled_plugins").write_text("[].")
        cookie = self.folder / ".erlang.cookie"
        cookie.write_text(secrets.token_hex(16))
        cookie.chmod(0o400)
        self.nodes = [RabbitmqNode(number, self) for number in range(1, count + 1)]
        for node in self.nodes:
            lines = [f"listeners.tcp.1 = 127.0.0.1:{node.amqp_port}",
                     "cluster_partition_handling = pause_minority",
                     "cluster_formation.peer_discovery_backend = classic_config"]
            lines += [f"cluster_formation.classic_config.nodes.{other.number} = {other.name}"
                      for other in self.nodes]
            node.conf_path.write_text("\n".join(lines) + "\n")

    def start(self):
        environment = {**os.environ, "ERL_EPMD_ADDRESS": "127.0.0.1",
                       "ERL_EPMD_PORT": str(self.epmd_port)}
        self.epmd = subprocess.Popen(["epmd"], env=environment, stdout=subprocess.DEVNULL,
                                     stderr=subprocess.DEVNULL)
        for node in self.nodes:
            node.start()

    def close(self):
        for node in self.nodes:
            if node.pid is not None:
                node.kill()
        if self.epmd is not None:
            self.epmd.kill()
            self.epmd.wait()

    def heal(self):
        pass

    def _queues(self):
        keys = ("name", "pid", "slave_pids", "synchronised_slave_pids")
        return json.loads(self.call_any("list_queues", "--formatter", "json", *keys))

    def masters(self):
        by_name = {node.name: node for node in self.nodes}
        try:
            # As JSON, the ids of processes are told without their nodes.
            text = self.call_any("list_queues", "--quiet", "--no-table-headers", "name", "pid")
        except CallFailed:
            return {}
        rows = (line.split("\t") for line in text.splitlines() if "\t" in line)
        names = {queue: pid.strip("<>").split(".")[0] for queue, pid in rows}
        return {queue: by_name[name] for queue, name in names.items() if name in by_name}

    def complaint(self):
        for node in self.nodes:
            if node.port is None:
                return f"{node.name} does not run"
        try:
            queues = self._queues()
        except CallFailed as error:
            return str(error)
        for queue in queues:
            if len(queue.get("synchronised_slave_pids") or []) < len(self.nodes) - 1:
                return f"{queue['name']} is not synchronised"
        return ""

    def await_health(self, patience):
        deadline = time.monotonic() + patience
        while complaint := self.complaint():
            if time.monotonic() > deadline:
                raise RuntimeError(f"not well after {patience} s: {complaint}")
            time.sleep(1)

    def contents(self):
        return self.call_any("list_queues", "name", "messages_ready", "messages_unacknowledged")

    def losses(self):
        return 0

    def ended_by_themselves(self):
        return []
