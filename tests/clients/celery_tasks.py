"""The tasks of celery_test.py, and what their workers are told.

Two variables say which node (AMQP_PORT) and which names (CELERY_TEST_NAME) a worker uses.
"""

import os
import signal

from celery import Celery
from kombu import Exchange, Queue

NAME = os.environ["CELERY_TEST_NAME"]

app = Celery(
    NAME,
    broker=f"amqp://guest:guest@127.0.0.1:{os.environ['AMQP_PORT']}//",
    backend="rpc://",
)
app.conf.update(
    task_default_queue=NAME,
    task_default_exchange=NAME,
    task_default_routing_key=NAME,
    task_queues=[
        Queue(NAME, Exchange(NAME), routing_key=NAME),
        Queue(f"{NAME}-urgent", Exchange(NAME), routing_key="urgent", max_priority=10),
    ],
    control_exchange=f"{NAME}-control",
    event_exchange=f"{NAME}-event",
    result_exchange=f"{NAME}-results",
    worker_hijack_root_logger=False,
    worker_lost_wait=0.1,  # seconds until a process that died is known to have left no result
    broker_connection_retry=False,
    broker_transport_options={"confirm_publish": True},
    enable_utc=True,
)


@app.task
def add(first, second):
    return first + second


@app.task
def fail(text):
    raise ValueError(text)


@app.task(bind=True, max_retries=1)
def succeed_at(self, attempt):
    """Fails until it is tried for the given time, a tenth of a second apart."""
    if self.request.retries + 1 < attempt:
        raise self.retry(countdown=0.1)
    return self.request.retries + 1


@app.task(bind=True)
def report(self):
    """Sends an intermediate state before its result."""
    self.update_state(state="HALFWAY", meta={"percent": 50})
    return "done"


@app.task(acks_late=True)
def note(text):
    return text


@app.task(bind=True, acks_late=True, reject_on_worker_lost=True)
def survive(self, started):
    """Says that it has started, and hangs until its process is killed; succeeds when it comes again."""
    if self.request.delivery_info["redelivered"]:
        return "redelivered"
    with self.app.producer_pool.acquire(block=True) as producer:
        producer.publish({"pid": os.getpid()}, exchange="", routing_key=started)
    signal.pause()
    return "never"
