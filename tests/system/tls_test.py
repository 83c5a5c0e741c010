#!/usr/bin/python3
"""A node with TLS as clients see it: pika with and without certificates, and openssl s_client.

    tls_test.py NODE

Makes its certificates with the command openssl, so that nothing of the node's own judges them.
Debian's own interpreter, since that is what python3-pika is installed for.
"""

import json
import os
import pathlib
import select
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

try:
    import pika
    import pika.exceptions
except ImportError:
    sys.exit("pika is not installed (Debian's python3-pika); installer/test installs it.")

NODE = None  # the program, from the command line
PATIENCE_SECONDS = 60


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr}")


class Authority:
    """A certificate authority in a folder of its own."""

    def __init__(self, folder, name="authority"):
        self.folder = folder
        folder.mkdir()
        self.file = folder / "ca.pem"
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-keyout", str(folder / "ca.key"), "-out", str(self.file), "-days", "2",
            "-subj", f"/CN={name}")

    def issue(self, subject, extensions="", file=None):
        """(certificate, key) in PEM files."""
        name = file or subject.replace("/", "_")
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        request, extension_file = self.folder / "request", self.folder / "extensions"
        extension_file.write_text(extensions)
        run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", str(key), "-out", str(request), "-subj", subject)
        run("openssl", "x509", "-req", "-in", str(request), "-CA", str(self.file), "-CAkey",
            str(self.folder / "ca.key"), "-CAcreateserial", "-days", "2", "-extfile",
            str(extension_file), "-out", str(certificate))
        return str(certificate), str(key)

    def issue_server(self, file="server"):
        return self.issue("/CN=server", "subjectAltName=DNS:localhost,IP:127.0.0.1", file)


class Node:
    """A node that keeps nothing, with this configuration."""

    def __init__(self, folder, settings):
        config = folder / "rabbitmq.conf"
        config.write_text("listeners.tcp.1 = 127.0.0.1:0\nlisteners.ssl.1 = 127.0.0.1:0\n" + settings)
        self.log_file = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [NODE, "--ephemeral", "--config", str(config)],
            stdout=subprocess.PIPE, stderr=self.log_file)
        readable, _, _ = select.select([self.process.stdout], [], [], PATIENCE_SECONDS)
        line = self.process.stdout.readline() if readable else b""
        if not line:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            log = self.log()
            self.log_file.close()
            raise RuntimeError("the node did not start: " + log)
        ready = json.loads(line)
        self.port, self.tls_port = ready["amqp_port"], ready["amqps_port"]

    def log(self):
        # Read beside the node's own position, which it shares with us.
        size = os.fstat(self.log_file.fileno()).st_size
        return os.pread(self.log_file.fileno(), size, 0).decode(errors="replace")

    def await_log(self, text):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while text not in self.log():
            if time.monotonic() > deadline:
                raise AssertionError(f"{text!r} is not in the log:\n{self.log()}")
            time.sleep(0.05)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE_SECONDS)
        self.process.stdout.close()
        return code


class TlsCase(unittest.TestCase):
    """One authority with a server and clients for all tests, and a node for each."""

    @classmethod
    def setUpClass(cls):
        cls.root = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.root)
        cls.authority = Authority(cls.root / "ours")
        cls.others = Authority(cls.root / "others")
        cls.server = cls.authority.issue_server()

    def start(self, more="", verify="verify_peer", server=None):
        certificate, key = server or self.server
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.root))
        self.node = Node(folder, f"ssl_options.cacertfile = {self.authority.file}\n"
                                 f"ssl_options.certfile = {certificate}\n"
                                 f"ssl_options.keyfile = {key}\n"
                                 f"ssl_options.verify = {verify}\n{more}")
        self.addCleanup(self.stop)

    def stop(self):
        code, log = self.node.stop(), self.node.log()
        self.node.log_file.close()
        self.assertEqual(code, 0, log)

    def context(self, identity=None):
        context = ssl.create_default_context(cafile=str(self.authority.file))
        if identity is not None:
            context.load_cert_chain(*identity)
        return context

    def connect(self, identity=None, credentials=None, context=None):
        connection = pika.BlockingConnection(pika.ConnectionParameters(
            host="localhost", port=self.node.tls_port, socket_timeout=20,
            credentials=credentials or pika.PlainCredentials("guest", "guest"),
            ssl_options=pika.SSLOptions(context or self.context(identity), "localhost")))
        self.addCleanup(lambda: connection.is_open and connection.close())
        return connection

    def assert_refused(self, *arguments, **options):
        with self.assertRaises((pika.exceptions.AMQPError, ssl.SSLError, OSError)):
            self.connect(*arguments, **options)

    def s_client(self, *options):
        """What openssl s_client says of the server; it ends at once."""
        done = subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{self.node.tls_port}", "-CAfile",
             str(self.authority.file), *options],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60)
        return done.stdout + done.stderr

    # ------------------------------------------------------------------------------------ tests

    def test_messages_of_all_sizes_go_through(self):
        self.start()
        channel = self.connect().channel()
        channel.confirm_delivery()
        queue = channel.queue_declare("", exclusive=True).method.queue
        bodies = [os.urandom(size) for size in (0, 1, 16_383, 16_384, 131_072, 5_000_000)]
        for body in bodies:
            channel.basic_publish("", queue, body)
        self.assertEqual([channel.basic_get(queue, auto_ack=True)[2] for _ in bodies], bodies)

    def test_plain_and_tls_clients_share_the_broker(self):
        self.start()
        with pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", self.node.port)) as plain:
            plain.channel().queue_declare("shared", auto_delete=True)
            self.connect().channel().queue_declare("shared", passive=True)

    def test_external_takes_the_common_name(self):
        self.start("auth_mechanisms.1 = EXTERNAL\nauth_mechanisms.2 = PLAIN\n"
                   "ssl_cert_login_from = common_name\n")
        external = pika.credentials.ExternalCredentials()
        self.connect(self.authority.issue("/CN=guest"), external)
        self.assert_refused(self.authority.issue("/CN=nobody"), external)
        self.assert_refused(None, external)
        self.node.await_log("EXTERNAL")
        self.connect(None)  # a password still does

    def test_external_takes_the_distinguished_name(self):
        self.start("auth_mechanisms.1 = EXTERNAL\ndefault_user = CN=a,O=Org\n")
        external = pika.credentials.ExternalCredentials()
        self.connect(self.authority.issue("/O=Org/CN=a"), external)
        self.assert_refused(self.authority.issue("/CN=a"), external)

    def test_external_takes_an_alternative_name(self):
        self.start("auth_mechanisms.1 = EXTERNAL\nssl_cert_login_from = subject_alternative_name\n"
                   "ssl_cert_login_san_type = email\nssl_cert_login_san_index = 1\n"
                   "default_user = b@x\n")
        external = pika.credentials.ExternalCredentials()
        self.connect(self.authority.issue("/CN=x", "subjectAltName=email:a@x,DNS:d,email:b@x"),
                     external)
        self.assert_refused(self.authority.issue("/CN=y", "subjectAltName=email:b@x"), external)

    def test_a_certificate_can_be_required(self):
        self.start("ssl_options.fail_if_no_peer_cert = true\n")
        self.connect(self.authority.issue("/CN=anybody"))
        self.assert_refused(None)
        self.node.await_log("peer did not return a certificate")

    def test_a_certificate_of_others_is_refused(self):
        self.start()
        self.assert_refused(self.others.issue("/CN=guest"))
        self.node.await_log("the client's certificate is refused")

    def test_old_versions_are_refused(self):
        self.start()
        old = self.s_client("-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0")
        self.assertIn("alert protocol version", old)
        self.node.await_log("unsupported protocol")
        self.assertIn("TLSv1.2", self.s_client("-tls1_2"))
        self.assertIn("TLSv1.3", self.s_client("-tls1_3"))

    def test_versions_can_be_chosen(self):
        self.start("ssl_options.versions.1 = tlsv1.2\n")
        self.assertIn("alert protocol version", self.s_client("-tls1_3"))
        self.assertIn("TLSv1.2", self.s_client())

    def test_the_chain_is_verified_and_server_names_are_of_no_interest(self):
        self.start()
        for name in ("localhost", "some.other.example"):
            self.assertIn("Verify return code: 0 (ok)", self.s_client("-servername", name))
        self.assertIn("Verify return code: 0 (ok)", self.s_client("-noservername"))

    def test_amqp_without_tls_is_named_in_the_log(self):
        self.start()
        with socket.create_connection(("127.0.0.1", self.node.tls_port), timeout=20) as client:
            client.sendall(b"AMQP\x00\x00\x09\x01")
            self.assertEqual(client.recv(100), b"")
        self.node.await_log("AMQP without TLS")

    def test_silent_clients_are_dropped(self):
        self.start("ssl_handshake_timeout = 200\n")
        with socket.create_connection(("127.0.0.1", self.node.tls_port), timeout=20) as client:
            self.assertEqual(client.recv(100), b"")
        self.node.await_log("not established within 200 ms")

    def test_new_certificates_are_used_without_a_restart(self):
        certificate, key = self.authority.issue_server("replaced")
        self.start(server=(certificate, key))
        before = self.serial_number()
        old = self.connect()

        pathlib.Path(certificate).write_text("garbage")
        self.node.await_log("the old certificate stays in use")
        self.assertEqual(self.serial_number(), before)

        new_certificate, new_key = self.authority.issue_server("replacing")
        os.replace(new_key, key)
        os.replace(new_certificate, certificate)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.serial_number() == before:
            self.assertLess(time.monotonic(), deadline, self.node.log())
            time.sleep(0.1)
        old.channel().queue_declare("still-connected", auto_delete=True)

    def serial_number(self):
        context = self.context()
        with socket.create_connection(("127.0.0.1", self.node.tls_port), timeout=20) as plain:
            with context.wrap_socket(plain, server_hostname="localhost") as client:
                return client.getpeercert()["serialNumber"]

    def test_hundreds_come_and_go(self):
        self.start()
        context = self.context()
        for _ in range(200):
            with socket.create_connection(("127.0.0.1", self.node.tls_port), timeout=20) as plain:
                with context.wrap_socket(plain, server_hostname="localhost") as client:
                    client.sendall(b"AMQP\x00\x00\x09\x01")
                    self.assertTrue(client.recv(10))
        # Descriptors of the store and the listeners stay, those of clients don't.
        folder = f"/proc/{self.node.process.pid}/fd"
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(os.listdir(folder)) > 60:
            self.assertLess(time.monotonic(), deadline, "connections are left over")
            time.sleep(0.1)


class BadConfiguration(unittest.TestCase):
    def test_is_refused_with_one_line(self):
        for settings, reason in (
                ("listeners.ssl.default = 5671\n", "ssl_options.certfile"),
                ("ssl_options.versions.1 = tlsv1.1\n", ":1: 'ssl_options.versions.1' must be"),
                ("ssl_options.certfile = /nonexistent\n", ":1: 'ssl_options.certfile' must name"),
                ("ssl_options.verify = verify_peer\n", "needs 'ssl_options.cacertfile'")):
            with tempfile.TemporaryDirectory() as folder:
                config = pathlib.Path(folder) / "rabbitmq.conf"
                config.write_text(settings)
                done = subprocess.run([NODE, "--ephemeral", "--config", str(config)],
                                      capture_output=True, text=True, check=False, timeout=60)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(reason, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    NODE = sys.argv.pop(1)
    unittest.main()
