#!/usr/bin/python3
"""Celery with its workers, against a node. The port is in AMQP_PORT."""

import datetime
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import uuid
from pathlib import Path

os.environ["CELERY_TEST_NAME"] = f"celery-{uuid.uuid4().hex}"

try:
    import celery
    from kombu import Queue
except ImportError:
    sys.exit("Celery is not installed (Debian's python3-celery); installer/test installs it.")

import celery_tasks as tasks

WAIT_SECONDS = 18
FOLDER = Path(__file__).resolve().parent


class Worker:
    """A worker with one process for its tasks, both in a process group of their own."""

    def __init__(self, queues=tasks.NAME):
        self.name = f"worker-{uuid.uuid4().hex}@test"
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [sys.executable, "-B", "-m", "celery", "-A", "celery_tasks", "worker"]
            + ["--concurrency=1", "--without-gossip", "--without-mingle", "--without-heartbeat"]
            + ["--loglevel=INFO", f"--hostname={self.name}", f"--queues={queues}"],
            cwd=FOLDER,
            env={**os.environ, "C_FORCE_ROOT": "1"},
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )

    def kill(self):
        """Ends worker and tasks at once, as a power failure would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.log.close()

    def stop(self):
        """Ends the worker in order; a worker that doesn't is killed. Returns its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(WAIT_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        return self.process.returncode

    def said(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")


def setUpModule():
    CeleryCase.worker = Worker()


def tearDownModule():
    code = CeleryCase.worker.stop()
    if code != 0:
        print(f"The worker ended with {code}:\n{CeleryCase.worker.said()}", file=sys.stderr)
    with tasks.app.connection() as connection:
        channel = connection.default_channel
        for queue in tasks.app.conf.task_queues:
            channel.queue_delete(queue.name)
        control = tasks.app.conf.control_exchange
        for exchange in (
            tasks.NAME,
            tasks.app.conf.event_exchange,
            f"{control}.pidbox",
            f"reply.{control}.pidbox",
        ):
            channel.exchange_delete(exchange)
    if code != 0:
        raise RuntimeError("the worker did not end in order")


class CeleryCase(unittest.TestCase):
    """One worker for all tests; who kills it starts the next one."""

    worker = None

    def get(self, result, **options):
        try:
            return result.get(timeout=WAIT_SECONDS, **options)
        except celery.exceptions.TimeoutError:
            self.fail(f"No result came. The worker said:\n{self.worker.said()}")


class Tasks(CeleryCase):
    def test_a_task_gives_its_result(self):
        self.assertEqual(self.get(tasks.add.delay(2, 3)), 5)

    def test_a_task_gives_its_error(self):
        with self.assertRaisesRegex(ValueError, "no good"):
            self.get(tasks.fail.delay("no good"))

    def test_a_group_gives_all_results(self):
        group = celery.group(tasks.add.s(number, number) for number in range(20))
        self.assertEqual(self.get(group.apply_async()), [2 * number for number in range(20)])

    def test_a_chain_hands_results_on(self):
        self.assertEqual(self.get((tasks.add.s(1, 2) | tasks.add.s(3) | tasks.add.s(4))()), 10)

    def test_a_task_is_retried_after_a_countdown(self):
        start = time.monotonic()
        self.assertEqual(self.get(tasks.succeed_at.delay(2)), 2)
        self.assertGreaterEqual(time.monotonic() - start, 0.1)

    def test_a_task_is_retried_so_often_and_no_more(self):
        with self.assertRaises(celery.exceptions.MaxRetriesExceededError):
            self.get(tasks.succeed_at.delay(9))

    def test_a_task_waits_for_its_time(self):
        due = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=0.3)
        results = [tasks.add.apply_async((number, 0), eta=due) for number in range(2)]
        self.assertEqual(self.get(tasks.add.delay(1, 1)), 2)  # not held up by those that wait
        self.assertEqual([self.get(result) for result in results], [0, 1])
        self.assertGreaterEqual(datetime.datetime.now(datetime.timezone.utc), due)

    def test_a_task_tells_how_far_it_is(self):
        seen = []
        result = tasks.report.delay()
        self.assertEqual(self.get(result, on_message=lambda body: seen.append(body["status"])), "done")
        self.assertEqual(seen, ["HALFWAY", "SUCCESS"])

    def test_an_expired_task_is_revoked(self):
        with self.assertRaises(celery.exceptions.TaskRevokedError):
            self.get(tasks.add.apply_async((1, 1), expires=-1))

    def test_the_worker_answers_to_remote_control(self):
        self.assertEqual(self.get(tasks.add.delay(0, 0)), 0)  # it is there
        answers = tasks.app.control.ping(destination=[self.worker.name], timeout=WAIT_SECONDS, limit=1)
        self.assertEqual(answers, [{self.worker.name: {"ok": "pong"}}])

    def test_urgent_tasks_come_first(self):
        order = []
        results = [
            tasks.note.apply_async(
                (str(priority),), queue=f"{tasks.NAME}-urgent", priority=priority
            )
            for priority in (1, 9, 5)
        ]
        tasks.app.control.add_consumer(f"{tasks.NAME}-urgent", destination=[self.worker.name])
        for result in results:
            result.then(lambda done: order.append(done.result))
        for result in results:
            self.get(result)
        self.assertEqual(order, ["9", "5", "1"])


class Losses(CeleryCase):
    def setUp(self):
        self.started = Queue(f"{tasks.NAME}-started-{uuid.uuid4().hex}", auto_delete=True)
        self.connection = tasks.app.connection()
        self.addCleanup(self.connection.release)
        self.channel = self.connection.default_channel
        self.started(self.channel).declare()

    def start(self):
        """A task that hangs, and the process that it hangs in."""
        found = []
        result = tasks.survive.delay(self.started.name)
        with self.connection.Consumer([self.started], on_message=found.append, no_ack=True):
            while not found:
                self.connection.drain_events(timeout=WAIT_SECONDS)
        return result, found[0].payload["pid"]

    def test_another_worker_takes_over_from_one_that_is_killed(self):
        result, _ = self.start()
        self.worker.kill()
        CeleryCase.worker = Worker()
        self.assertEqual(self.get(result), "redelivered")

    def test_the_worker_gives_a_task_back_whose_process_is_killed(self):
        result, pid = self.start()
        os.kill(pid, signal.SIGKILL)
        self.assertEqual(self.get(result), "redelivered")
        # Now and then Celery's pool waits for the dead process when the worker ends.
        self.worker.kill()
        CeleryCase.worker = Worker()


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")  # of its libraries
