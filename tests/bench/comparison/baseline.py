"""What the disk can do: a plain file that is appended to and synchronised."""

import os
import pathlib
import tempfile
import time

# What a message of 1 KiB takes with its properties, its routing key and its place in a queue.
RECORD_OVERHEAD = 64


def sync_latency(folder, seconds):
    """Latencies in ms of writing 1 KiB and one fdatasync, one after the other: (p50, p99)."""
    record = bytes(1024 + RECORD_OVERHEAD)
    times = []
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            begin = time.monotonic()
            os.write(file.fileno(), record)
            os.fdatasync(file.fileno())
            times.append((time.monotonic() - begin) * 1000)
    times.sort()
    return times[len(times) // 2], times[min(len(times) - 1, len(times) * 99 // 100)]


def append_rate(folder, batch, seconds):
    """Messages of 1 KiB a second when each `batch` of them is one write and one fdatasync."""
    data = memoryview(bytes((1024 + RECORD_OVERHEAD) * batch))
    count = 0
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        begin = time.monotonic()
        while time.monotonic() < begin + seconds:
            done = 0
            while done < len(data):
                done += os.write(file.fileno(), data[done:])
            os.fdatasync(file.fileno())
            count += batch
        return count / (time.monotonic() - begin)


def disk_of(folder):
    """The file system and the device below a folder."""
    folder = pathlib.Path(folder).resolve()
    best = ("", "unknown")
    for line in pathlib.Path("/proc/mounts").read_text(encoding="utf-8").splitlines():
        device, mount, kind = line.split()[:3]
        if folder.is_relative_to(mount) and len(mount) >= len(best[0]):
            best = (mount, f"{kind} on {device}")
    return best[1]
