#!/usr/bin/env python3
"""Tests of what tests/bench/compare computes and prints."""

import os
import pathlib
import socket
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from comparison import baseline, brokers, report, rows  # noqa: E402


class Ratios(unittest.TestCase):
    def test_are_taken_run_by_run(self):
        metric = rows.METRICS["received_rate"]
        self.assertEqual(report.ratios([10, 30], [5, 10], metric), [2, 3])

    def test_above_one_is_better_for_times_too(self):
        metric = rows.METRICS["latency_p99"]
        self.assertEqual(report.ratios([1, 2], [4, 1], metric), [4, 0.5])

    def test_leave_out_what_cannot_be_divided(self):
        self.assertEqual(report.ratios([1], [0], rows.METRICS["received_rate"]), [])
        self.assertEqual(report.ratio_text([]), "–")

    def test_show_median_and_spread(self):
        self.assertEqual(report.ratio_text([3, 1, 2]), "2.00 (1.00–3.00)")
        self.assertEqual(report.ratio_text([2]), "2.00")


class Table(unittest.TestCase):
    names = ["warren", "rabbitmq"]

    def test_has_a_line_for_each_figure(self):
        figures = {"warren": {"received_rate": [2000.0, 1000.0, 3000.0], "confirm_p50": [0.5] * 3},
                   "rabbitmq": {"received_rate": [500.0, 500.0, 500.0], "confirm_p50": [1.0] * 3}}
        lines = report.row_lines("title", figures, self.names, {}, False).splitlines()
        self.assertEqual(lines[0], "| title | msg/s | 2,000 (1,000–3,000) | 500 (500–500) "
                                   "| 4.00 (2.00–6.00) |")
        self.assertTrue(lines[1].startswith("|  | confirm p50 ms | 0.500 (0.500–0.500) | 1.000 "))
        self.assertEqual(len({line.count("|") for line in lines}), 1)

    def test_shows_what_only_one_broker_has(self):
        figures = {"warren": {"restart_s": [1.0]}, "rabbitmq": {}}
        line = report.row_lines("title", figures, self.names, {}, True)
        self.assertEqual(line, "| title † | restart to first delivery s | 1.00 | – | – |")

    def test_shows_the_disk_beside(self):
        figures = {"warren": {"confirm_p50": [1.0]}, "rabbitmq": {"confirm_p50": [2.0]}}
        beside = {"fdatasync, p50 ms": [0.25, 0.5, 0.125], "append, msg/s": [1000.4]}
        lines = report.row_lines("t", figures, self.names, beside, False).splitlines()
        self.assertEqual(lines[1], "|  | fdatasync, p50 ms | 0.250 (0.125–0.500) |  |  |")
        self.assertEqual(lines[2], "|  | append, msg/s | 1,000 |  |  |")

    def test_has_a_column_for_each_peer(self):
        head = report.table_head(["warren", "rabbitmq", "lavinmq"]).splitlines()
        self.assertEqual(head[0], "| workload | figure | warren | rabbitmq | lavinmq | × rabbitmq "
                                  "| × lavinmq |")
        self.assertEqual(head[0].count("|"), head[1].count("|"))


class Backlog(unittest.TestCase):
    @staticmethod
    def series(*rates):
        return [{"confirmed_rate": rate, "seconds": 1.0} for rate in rates]

    def test_compares_the_slowest_stretch_with_the_first(self):
        share = rows.slowest_share(self.series(100, 100, 100, 80, 40, 60, 100))
        self.assertAlmostEqual(share, 0.6)

    def test_leaves_the_short_last_line_out(self):
        series = [*self.series(100, 100, 100), {"confirmed_rate": 1.0, "seconds": 0.1}]
        self.assertEqual(rows.slowest_share(series), 1.0)

    def test_needs_a_few_seconds(self):
        self.assertEqual(rows.slowest_share(self.series(100)), 1.0)


class Brokers(unittest.TestCase):
    def test_finds_who_listens_at_a_port(self):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            port = listener.getsockname()[1]
            self.assertEqual(brokers.listeners_of(port), [os.getpid()])
            peer = brokers.Peer(f"other=127.0.0.1:{port}")
            self.assertEqual((peer.name, peer.pids), ("other", [os.getpid()]))
            self.assertGreater(peer.cpu_seconds(), 0)

    def test_refuses_peers_that_are_not_there(self):
        for text in ("x", "x=host", "=a:1", "x=127.0.0.1:1"):
            with self.assertRaises(brokers.BrokerError):
                brokers.Peer(text)


class Baseline(unittest.TestCase):
    def test_measures_the_disk(self):
        with tempfile.TemporaryDirectory() as folder:
            p50, p99 = baseline.sync_latency(folder, 0.05)
            self.assertGreater(p50, 0)
            self.assertGreaterEqual(p99, p50)
            self.assertGreater(baseline.append_rate(folder, 10, 0.05), 0)
            self.assertRegex(baseline.disk_of(folder), r"\w+ on \S+")


class Rows(unittest.TestCase):
    def test_have_keys_of_their_own(self):
        keys = [row.key for row in rows.ROWS]
        self.assertEqual(len(keys), len(set(keys)))


if __name__ == "__main__":
    unittest.main()
