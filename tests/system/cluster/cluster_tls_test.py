#!/usr/bin/python3
"""Nodes that link with TLS: who gets into a cluster, and who is told why not.

    cluster_tls_test.py NODE CTL

Makes its certificates with the command openssl.
"""

import json
import os
import pathlib
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

from warren_cluster import free_port

NODE = CTL = None  # the programs, from the command line
PATIENCE_SECONDS = 60
USAGE = 2  # exit code


def openssl(*arguments):
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {' '.join(arguments)}: {done.stderr}")


class Authority:
    """A certificate authority in a folder of its own."""

    def __init__(self, folder, name):
        self.folder = folder
        folder.mkdir()
        self.file = folder / "ca.pem"
        self._make(folder / "ca.key", "-x509", "-days", "2", "-out", str(self.file), "-subj",
                   f"/CN={name}")

    @staticmethod
    def _make(key, *arguments):
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                str(key), *arguments)

    def issue(self, name):
        """Options for a node with a certificate of its own."""
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        request = self.folder / "request"
        self._make(key, "-out", str(request), "-subj", f"/CN={name}")
        openssl("x509", "-req", "-in", str(request), "-CA", str(self.file), "-CAkey",
                str(self.folder / "ca.key"), "-CAcreateserial", "-days", "2", "-out",
                str(certificate))
        return ["--cluster-tls-certificate", str(certificate), "--cluster-tls-key", str(key),
                "--cluster-tls-ca", str(self.file)]


class Node:
    """A process with a folder of its own."""

    def __init__(self, folder, number, options, join=None):
        self.name = f"n{number}@localhost"
        self.data, self.log_path = folder / f"n{number}", folder / f"n{number}.log"
        self.address = f"127.0.0.1:{free_port()}"
        command = [NODE, "--data", str(self.data), "--node-name", self.name, "--amqp-port", "0",
                   "--cluster-port", self.address.rpartition(":")[2], "--cookie-file",
                   str(folder / "cookie"), *options]
        if join is not None:
            command += ["--join", join.address]
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log)

    def is_ready(self):
        readable, _, _ = select.select([self.process.stdout], [], [], PATIENCE_SECONDS)
        return bool(readable and self.process.stdout.readline())

    def log(self):
        return self.log_path.read_text()

    def status(self):
        done = subprocess.run([CTL, "--data", str(self.data), "--json", "cluster_status"],
                              capture_output=True, text=True, check=True, timeout=PATIENCE_SECONDS)
        return json.loads(done.stdout)

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class ClusterTlsTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        cookie = self.folder / "cookie"
        cookie.touch(0o600)
        cookie.write_text("a cookie for this run only")
        self.authority = Authority(self.folder / "one", "the one")

    def node(self, number, options, join=None):
        node = Node(self.folder, number, options, join)
        self.addCleanup(node.end)
        return node

    def started(self, number, options, join=None):
        node = self.node(number, options, join)
        self.assertTrue(node.is_ready(), node.log())
        return node

    def await_that(self, is_so, tell):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_so():
            self.assertLess(time.monotonic(), deadline, tell())
            time.sleep(0.1)

    def await_log(self, node, text):
        self.await_that(lambda: text in node.log(), node.log)

    def await_links(self, first, second):
        def states():
            return [(link["state"], link["encrypted"])
                    for node in (first, second) for link in node.status()["links"]
                    if link["from"] == node.name]

        self.await_that(lambda: states() == [("up", True)] * 2, lambda: first.log() + second.log())

    def test_lets_in_who_has_a_certificate_of_the_authority(self):
        first = self.started(1, self.authority.issue("n1"))
        second = self.started(2, self.authority.issue("n2"), join=first)

        self.await_links(first, second)

        stranger = self.started(3, Authority(self.folder / "other", "another").issue("n3"), first)
        self.await_log(stranger, "this node doesn't trust the authority of its certificate, "
                                 "CN=the one")
        self.await_log(first, "it doesn't trust the authority of this node's certificate")
        plain = self.started(4, [], first)
        self.await_log(plain, "it wants TLS on the links between nodes")
        self.await_log(first, "it doesn't use TLS, and this node does")
        self.assertEqual(len(first.status()["nodes"]), 2)
        for other in (stranger, plain):
            self.assertFalse(other.status()["clustered"])

    def test_takes_new_files_without_a_restart(self):
        first = self.started(1, self.authority.issue("n1"))
        other = Authority(self.folder / "other", "another")
        with open(self.authority.file, "a", encoding="ascii") as file:
            file.write(other.file.read_text())
        self.await_that(lambda: first.log().count("the certificate for TLS between nodes") == 2,
                        first.log)
        second = self.started(2, other.issue("n2")[:5] + [str(self.authority.file)], first)
        self.await_links(first, second)

    def test_does_not_start_with_files_that_it_cannot_use(self):
        options, others = self.authority.issue("n1"), self.authority.issue("n2")
        encrypted = self.folder / "encrypted.key"
        openssl("pkcs8", "-topk8", "-in", options[3], "-out", str(encrypted), "-passout",
                "pass:open sesame")
        for number, (key, complaint) in enumerate((
                ("/nonexistent", "'/nonexistent': No such file or directory"),
                (others[3], "n2.key' does not belong to the certificate"),
                (str(encrypted), "it is encrypted, and there is no password for it"))):
            with self.subTest(complaint):
                node = self.node(number, options[:3] + [key] + options[4:])
                self.assertEqual(node.process.wait(PATIENCE_SECONDS), USAGE)
                self.assertIn("TLS between nodes is not possible", node.log())
                self.assertIn(complaint, node.log())

    def test_wants_all_three_files(self):
        node = self.node(1, self.authority.issue("n1")[:4])
        self.assertEqual(node.process.wait(PATIENCE_SECONDS), USAGE)
        self.assertIn("--cluster-tls-ca", node.log())


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    NODE, CTL = (os.path.abspath(sys.argv.pop(1)) for _ in range(2))
    unittest.main()
