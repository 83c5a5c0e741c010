"""What clusters of either broker have in common, for the load and the faults."""

import json


class CallFailed(Exception):
    """The broker's tool said no, or got no answer."""


class Cluster:
    """Its nodes each have `port` (None: it does not run), `is_held`, `kill`, `start` and `call`."""

    nodes = ()

    def kill(self, node):
        node.kill()

    def restart(self, node):
        node.start()

    def ports(self):
        """Where clients may try; those of nodes that are held, too."""
        return [port for port in (node.port for node in self.nodes) if port is not None] or [1]

    def answering(self):
        return [node for node in self.nodes if node.port is not None and not node.is_held]

    def call_any(self, *arguments):
        """The first answer of a node. @raises CallFailed none has one"""
        failure = CallFailed("no node runs")
        for node in self.answering():
            try:
                return node.call(*arguments)
            except CallFailed as error:
                failure = error
        raise failure

    def set_policy(self, name, pattern, definition):
        self.call_any("set_policy", name, pattern, json.dumps(definition), "--apply-to", "queues")
