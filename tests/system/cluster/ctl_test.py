#!/usr/bin/python3
"""warrenctl and the control socket of a node that is alone.

    ctl_test.py NODE CTL
"""

import json
import os
import pathlib
import select
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import unittest

NODE = CTL = None  # the programs, from the command line
PATIENCE_SECONDS = 60

OK, REFUSED, USAGE, NOT_REACHABLE = range(4)


class CtlTest(unittest.TestCase):
    """A node for each test, and a folder that outlives it."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.data = self.folder / "data"
        self.socket = self.data / "warren.control"
        self.log = open(self.folder / "log", "wb")
        self.addCleanup(self.log.close)
        self.start()
        self.addCleanup(self.kill)

    def start(self):
        self.process = subprocess.Popen(
            [NODE, "--data", str(self.data), "--amqp-port", "0", "--node-name", "n1@localhost"],
            stdout=subprocess.PIPE, stderr=self.log)
        readable, _, _ = select.select([self.process.stdout], [], [], PATIENCE_SECONDS)
        line = self.process.stdout.readline() if readable else b""
        if not line:
            self.kill()
            self.fail("the node did not start: " + (self.folder / "log").read_text())
        self.ready = json.loads(line)

    def kill(self):
        if self.process is None:
            return
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process = None

    def ctl(self, *arguments, code=OK):
        """What it prints; on standard error if it has to fail."""
        done = subprocess.run([CTL, "--data", str(self.data), *arguments], capture_output=True,
                              text=True, check=False, timeout=PATIENCE_SECONDS)
        self.assertEqual(done.returncode, code, done.stderr)
        if code == OK:
            self.assertEqual(done.stderr, "")
            return done.stdout
        self.assertEqual(done.stdout, "")
        self.assertTrue(done.stderr.startswith("warrenctl: "), done.stderr)
        return done.stderr

    def json(self, *arguments):
        return json.loads(self.ctl("--json", *arguments))

    # ------------------------------------------------------------------------------------ tests

    def test_only_its_user_reaches_a_node(self):
        mode = self.socket.stat().st_mode
        self.assertTrue(stat.S_ISSOCK(mode))
        self.assertEqual(stat.S_IMODE(mode) & 0o077, 0, oct(mode))

    def test_says_what_the_node_is(self):
        status = self.json("status")
        self.assertEqual(status["node"], "n1@localhost")
        self.assertEqual(status["amqp_port"], self.ready["amqp_port"])
        self.assertEqual(status["data_dir"], str(self.data))
        self.assertEqual(status["alarms"], [])
        self.assertIn("n1@localhost", self.ctl("status"))

    def test_says_that_it_is_alone(self):
        status = self.json("cluster_status")
        self.assertFalse(status["clustered"])
        self.assertIn("node", self.ctl("cluster_status"))

    def test_puts_and_clears_a_policy(self):
        self.assertEqual(self.ctl("set_policy", "limit", "^q", '{"max-length": 5}', "--priority",
                                  "3", "--apply-to", "queues"), "")
        self.ctl("clear_policy", "other", code=REFUSED)
        self.ctl("clear_policy", "limit")
        self.ctl("clear_policy", "limit", code=REFUSED)

    def test_a_refusal_says_why(self):
        self.assertIn("maximum length", self.ctl("set_policy", "p", ".*", '{"max-length": "much"}',
                                             code=REFUSED))
        self.ctl("set_policy", "p", ".*", "{}", "-p", "nowhere", code=REFUSED)
        self.ctl("sync_queue", "nothing", code=REFUSED)

    def test_sets_the_watermark(self):
        self.ctl("set_vm_memory_high_watermark", "0.25")
        fraction = self.json("status")["mem_limit"]
        self.ctl("set_vm_memory_high_watermark", "absolute", "64MiB")
        self.assertEqual(self.json("status")["mem_limit"], 64 << 20)
        self.assertNotEqual(fraction, 64 << 20)
        self.ctl("set_vm_memory_high_watermark", "1.5", code=REFUSED)

    def test_wrong_command_lines_reach_nobody(self):
        for arguments in ((), ("dance",), ("set_policy", "p"), ("set_policy", "p", ".*", "[]"),
                          ("set_policy", "p", ".*", "{"), ("status", "-p", "/"), ("status", "more"),
                          ("reset", "--ram"), ("status", "--timeout", "0"),
                          ("set_vm_memory_high_watermark", "much"), ("status", "--nonsense"),
                          ("set_policy", "p", ".*", "{}", "--priority", "high"),
                          ("status", "--socket", "x")):
            with self.subTest(arguments):
                self.ctl(*arguments, code=USAGE)

    def test_no_node_is_said(self):
        self.kill()
        self.assertTrue(self.socket.exists(), "it was killed")
        self.assertIn("no node answers", self.ctl("status", code=NOT_REACHABLE))
        self.start()
        self.ctl("status")

    def test_a_held_node_does_not_answer(self):
        self.process.send_signal(signal.SIGSTOP)
        self.assertIn("does not answer",
                      self.ctl("status", "--timeout", "0.3", code=NOT_REACHABLE))
        self.process.send_signal(signal.SIGCONT)
        self.ctl("status")

    def test_stops_the_node(self):
        self.ctl("stop")
        self.assertEqual(self.process.wait(PATIENCE_SECONDS), 0)
        self.assertFalse(self.socket.exists())
        self.ctl("status", code=NOT_REACHABLE)

    def test_a_line_is_a_question_for_any_program(self):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(PATIENCE_SECONDS)
            client.connect(str(self.socket))
            client.sendall(b'{"verb":"list_queues"}\n{"verb":"sing"}\nnoise\n')
            with client.makefile() as answers:
                first, second, third = (json.loads(answers.readline()) for _ in range(3))
        self.assertEqual(first, {"ok": True, "value": {"queues": []}})
        self.assertEqual(second, {"ok": False, "error": "unknown verb 'sing'"})
        self.assertFalse(third["ok"])


class DeepFolder(unittest.TestCase):
    def test_a_node_in_it_runs_and_says_that_it_cannot_be_controlled(self):
        with tempfile.TemporaryDirectory() as folder:
            data = os.path.join(folder, "x" * 100)
            with subprocess.Popen([NODE, "--data", data, "--amqp-port", "0"],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
                self.assertTrue(json.loads(process.stdout.readline())["ready"])
                process.send_signal(signal.SIGTERM)
                log = process.stderr.read().decode()
                self.assertEqual(process.wait(PATIENCE_SECONDS), 0)
        self.assertIn("warrenctl can't reach this node", log)
        self.assertIn("107 at most", log)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    NODE, CTL = (os.path.abspath(sys.argv.pop(1)) for _ in range(2))
    unittest.main()
