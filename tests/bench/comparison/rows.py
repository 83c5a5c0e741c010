"""The workloads: one row each, as in a comparison of brokers.

A row measures one broker and returns its figures by name. `METRICS` says for each name whether more
is better, and how it is printed.
"""

import dataclasses
import time
from typing import Callable

from . import baseline

CONSUMED = ["-A", "100", "-q", "1000"]
PERSISTENT = ["-f", "persistent", "-c", "1000"]
# Per second while a backlog grows: the start and the slowest stretch are taken over so many lines.
STRETCH_SECONDS = 3


@dataclasses.dataclass(frozen=True)
class Metric:
    label: str
    more_is_better: bool
    digits: int = 0
    scale: float = 1.0


METRICS = {
    "received_rate": Metric("msg/s", True),
    "confirmed_rate": Metric("confirmed msg/s", True),
    "confirm_p50": Metric("confirm p50 ms", False, 3),
    "confirm_p99": Metric("confirm p99 ms", False, 3),
    "latency_p50": Metric("end-to-end p50 ms", False, 3),
    "latency_p99": Metric("end-to-end p99 ms", False, 3),
    "slowest_share": Metric("slowest stretch of the start %", True, 0, 100),
    "rss_mib": Metric("RSS MiB", False, 1),
    "rss_peak_mib": Metric("RSS peak MiB", False, 1),
    "restart_s": Metric("restart to first delivery s", False, 2),
    "drain_rate": Metric("drained msg/s", True),
    "churn_rate": Metric("connections/s", True),
    "open_rate": Metric("opened/s", True),
    "kib_each": Metric("KiB each", False, 1),
    "idle_cpu": Metric("idle CPU %", False, 2),
    "declare_s": Metric("s to declare", False, 2),
    "delete_s": Metric("s to delete", False, 2),
}


@dataclasses.dataclass(frozen=True)
class Row:
    key: str
    title: str  # {:,} stands for `count`
    measure: Callable  # (run, broker) -> {metric: value}
    # Starts on a broker that has just been started on an empty folder, where that is ours to do.
    needs_fresh: bool = False
    # Takes minutes: once is enough unless more is asked for.
    is_heavy: bool = False
    # How many connections, queues or messages it is about; a tenth of that in a quick run.
    count: int = 0
    # What the disk itself does, beside the brokers: (run) -> {text: value}
    beside: Callable | None = None


def mib(count):
    return count / 2**20


def throughput(*options, confirms=False):
    """As fast as it goes, for a while."""

    def measure(run, broker):
        figures = run.load(broker, *options)
        result = {}
        if "-y" not in options or options[options.index("-y") + 1] != "0":
            result["received_rate"] = figures["received_rate"]
        if confirms:
            result["confirmed_rate"] = figures["confirmed_rate"]
            result["confirm_p50"] = figures["confirm_us"]["p50"] / 1000
            result["confirm_p99"] = figures["confirm_us"]["p99"] / 1000
        return result

    return measure


def fixed_rate(*options):
    def measure(run, broker):
        figures = run.load(broker, "-r", "5000", *options)
        return {
            "latency_p50": figures["latency_us"]["p50"] / 1000,
            "latency_p99": figures["latency_us"]["p99"] / 1000,
        }

    return measure


def synchronous(*options):
    """One message at a time: the next one when the last one is confirmed."""

    def measure(run, broker):
        figures = run.load(broker, "-s", "1024", "-f", "persistent", "-c", "1", *options)
        return {
            "confirm_p50": figures["confirm_us"]["p50"] / 1000,
            "confirm_p99": figures["confirm_us"]["p99"] / 1000,
        }

    return measure


def slowest_share(series):
    """The slowest stretch of a backlog's growth, as a share of the first one."""
    rates = [line["confirmed_rate"] for line in series if line["seconds"] > 0.5]
    stretches = [
        sum(rates[i:i + STRETCH_SECONDS]) / STRETCH_SECONDS
        for i in range(len(rates) - STRETCH_SECONDS + 1)
    ]
    return min(stretches) / stretches[0] if stretches else 1.0


def backlog(run, broker):
    """Messages that nobody consumes; a restart with them; then all of them at once."""
    queue = ["-u", "compare-backlog"]
    count = run.count
    grown = run.perf(broker, *queue, "-y", "0", "-s", "1024", *PERSISTENT, "-C", str(count))
    result = {
        "confirmed_rate": grown["confirmed_rate"],
        "slowest_share": slowest_share(grown["series"]),
    }
    if "broker" in grown:
        result["rss_mib"] = mib(grown["broker"]["rss_end_bytes"])
        result["rss_peak_mib"] = mib(grown["broker"]["rss_peak_bytes"])
    if broker.is_ours:
        broker.halt()
        since = time.monotonic_ns()
        broker.launch()
        probe = run.perf(broker, "--probe", *queue, "--since", str(since), "--patience", "300")
        result["restart_s"] = probe["delivered_seconds"]
        run.await_startup(broker)
    drained = run.perf(broker, *queue, "-x", "0", "-p", *CONSUMED)
    result["drain_rate"] = drained["received_rate"]
    if drained["received"] != count:
        run.complain(f"{broker.name}: {drained['received']} of {count} messages came back")
    run.perf(broker, *queue, "-x", "0", "--durable", "--settle", "0.1", "--keep-queues", "false")
    return result


def churn(parallel):
    def measure(run, broker):
        figures = run.perf(broker, "--connection-churn", str(run.count), "--parallel", str(parallel))
        return {"churn_rate": figures["rate"]}

    return measure


def idle(run, broker):
    figures = run.perf(broker, "--idle-connections", str(run.count), "--hold",
                       "4" if run.is_quick else "20")
    result = {"open_rate": figures["open_rate"]}
    if "idle_cpu_percent" in figures:
        result["rss_mib"] = mib(figures["rss_bytes"])
        result["kib_each"] = figures["bytes_per_connection"] / 1024
        result["idle_cpu"] = figures["idle_cpu_percent"]
    return result


def many_queues(run, broker):
    figures = run.perf(broker, "--declare-queues", str(run.count), "--durable", "--hold", "5")
    result = {"declare_s": figures["declare_seconds"], "delete_s": figures["delete_seconds"]}
    if "bytes_per_queue" in figures:
        result["rss_mib"] = mib(figures["rss_bytes"])
        result["kib_each"] = figures["bytes_per_queue"] / 1024
    return result


def beside_batches(run):
    """With a window of 1000 a broker that writes while the next messages come has batches of 500;
    one that waits for the whole window has 1000."""
    return {
        f"append + fdatasync, {batch} × 1 KiB, msg/s": baseline.append_rate(run.data, batch, run.seconds)
        for batch in (500, 1000)
    }


def beside_one(run):
    p50, p99 = baseline.sync_latency(run.data, run.seconds)
    return {"append + fdatasync of 1 KiB, p50 ms": p50, "append + fdatasync of 1 KiB, p99 ms": p99}


ROWS = [
    Row("transient-16", "16 B transient, no ack, 1→1", throughput("-s", "16", "-a")),
    Row("transient-1k", "1 KiB transient, no ack, 1→1", throughput("-s", "1024", "-a")),
    Row("transient-16-ack", "16 B transient, ack 100 / prefetch 1000, 1→1",
        throughput("-s", "16", *CONSUMED)),
    Row("transient-1k-ack", "1 KiB transient, ack 100 / prefetch 1000, 1→1",
        throughput("-s", "1024", *CONSUMED)),
    Row("persistent", "1 KiB persistent, confirms window 1000, consumed, 1→1",
        throughput("-s", "1024", *PERSISTENT, *CONSUMED, confirms=True), beside=beside_batches),
    Row("persistent-publish", "same, publish only",
        throughput("-s", "1024", *PERSISTENT, "-y", "0", "--keep-queues", "false", confirms=True),
        beside=beside_batches),
    Row("window-1", "1 KiB persistent, confirm window 1, consumed", synchronous("-q", "1000"),
        beside=beside_one),
    Row("window-1-publish", "same, publish only",
        synchronous("-y", "0", "--keep-queues", "false"), beside=beside_one),
    Row("fixed", "1 KiB, fixed 5,000/s, transient", fixed_rate("-s", "1024", "-a")),
    Row("fixed-persistent", "1 KiB, fixed 5,000/s, persistent, confirms",
        fixed_rate("-s", "1024", *PERSISTENT, "-q", "1000")),
    Row("fanout", "1 KiB, fan-out 1→10 (deliveries)", throughput("-s", "1024", "-t", "fanout", "-y", "10", "-a")),
    Row("topic", "1 KiB, topic with 1,000 bindings",
        throughput("-s", "1024", "-t", "topic", "--bindings", "1000", "-a")),
    Row("headers", "1 KiB, headers with 10 bindings",
        throughput("-s", "1024", "-t", "headers", "--bindings", "10", "-a")),
    Row("headers-100", "1 KiB, headers with 100 bindings",
        throughput("-s", "1024", "-t", "headers", "--bindings", "100", "-a")),
    Row("direct", "1 KiB, direct with 1,000 bindings",
        throughput("-s", "1024", "-t", "direct", "--bindings", "1000", "-a")),
    Row("4to4-16", "16 B transient, no ack, 4→4, 4 queues",
        throughput("-s", "16", "-x", "4", "-y", "4", "--queues", "4", "-a")),
    Row("4to4-1k", "1 KiB transient, no ack, 4→4, 4 queues",
        throughput("-s", "1024", "-x", "4", "-y", "4", "--queues", "4", "-a")),
    Row("4to4-persistent", "1 KiB persistent, confirms window 1000, 4→4, 4 queues",
        throughput("-s", "1024", "-x", "4", "-y", "4", "--queues", "4", *PERSISTENT, *CONSUMED,
                   confirms=True)),
    Row("churn-1", "{:,} connections with a channel, opened and closed one at a time", churn(1),
        count=2000),
    Row("churn-8", "{:,} connections with a channel, opened and closed 8 at a time", churn(8),
        count=4000),
    Row("idle", "{:,} idle connections", idle, needs_fresh=True, count=5000),
    Row("queues", "{:,} durable queues", many_queues, needs_fresh=True, count=10_000),
    Row("backlog", "{:,} persistent messages of 1 KiB without a consumer", backlog,
        needs_fresh=True, is_heavy=True, count=1_000_000),
]
