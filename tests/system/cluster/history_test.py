#!/usr/bin/python3
"""Whether the checker sees what it is there for: histories that somebody made up, with one fault each."""

import sys
import unittest

import history


class HistoryTest(unittest.TestCase):
    def setUp(self):
        self.history = history.History()

    def publish(self, *sequences, producer="p"):
        for sequence in sequences:
            self.history.publish(producer, sequence, "q")

    def confirm(self, *sequences, producer="p"):
        for sequence in sequences:
            self.history.confirm(producer, sequence, float(sequence))

    def deliver(self, *sequences, session="c.1", is_redelivered=False):
        for sequence in sequences:
            self.history.deliver(session, "p", sequence, is_redelivered)

    def assert_violations(self, **expected):
        found = history.violations(self.history)
        self.assertEqual({kind: len(sentences) for kind, sentences in found.items()},
                         {kind.replace("_", " "): count for kind, count in expected.items()}, found)

    # ---- what may be

    def test_all_is_well(self):
        self.publish(0, 1, 2)
        self.confirm(0, 1, 2)
        self.deliver(0, 1, 2)
        self.assert_violations()

    def test_what_was_not_confirmed_may_be_missing(self):
        self.publish(0, 1)
        self.confirm(0)
        self.deliver(0)
        self.assert_violations()

    def test_marked_messages_may_come_again_and_late(self):
        self.publish(0, 1, 2)
        self.confirm(0, 1, 2)
        self.deliver(0, 1, 2)
        self.deliver(0, 1, is_redelivered=True, session="c.2")
        self.assert_violations()

    def test_what_was_sent_again_may_come_again(self):
        self.publish(0, 1, 2)
        self.publish(1, 2)
        self.confirm(0, 1, 2)
        self.deliver(0, 1, 2, 1, 2)
        self.assert_violations()

    def test_what_was_refused_and_sent_again_may_be_late(self):
        self.publish(0, 1)
        self.publish(0)
        self.confirm(0, 1)
        self.deliver(1, 0)
        self.assert_violations()

    def test_consumers_of_a_queue_share_its_messages(self):
        self.publish(0, 1, 2, 3)
        self.confirm(0, 1, 2, 3)
        self.deliver(1, 3, session="c.1")
        self.deliver(0, 2, session="d.1")
        self.assert_violations()

    # ---- what must not be

    def test_a_lost_one_is_seen(self):
        self.publish(0, 1, 2)
        self.confirm(0, 1, 2)
        self.deliver(0, 2)
        self.assert_violations(lost=1)

    def test_lost_ones_are_told_by_the_run(self):
        self.publish(0, 1, 2, 3, 4)
        self.publish(0, producer="q")
        self.confirm(0, 1, 2, 3, 4)
        self.confirm(0, producer="q")
        self.deliver(0, 3)
        self.assert_violations(lost=3)
        self.assertIn("p:1 to 2, 2 messages", history.violations(self.history)["lost"][0])

    def test_an_unmarked_duplicate_is_seen(self):
        self.publish(0, 1)
        self.confirm(0, 1)
        self.deliver(0, 1)
        self.deliver(0, session="c.2")
        self.assert_violations(duplicated=1)

    def test_more_copies_than_were_sent_are_seen(self):
        self.publish(0)
        self.publish(0)
        self.confirm(0)
        self.deliver(0, 0, 0)
        self.assert_violations(duplicated=1)

    def test_a_reordered_one_is_seen(self):
        self.publish(0, 1, 2)
        self.confirm(0, 1, 2)
        self.deliver(0, 2, 1)
        self.assert_violations(out_of_order=1)

    def test_nothing_comes_behind_what_was_sent_again_after_it(self):
        self.publish(0, 1)
        self.publish(1)
        self.confirm(0, 1)
        self.deliver(1, 0)
        self.assert_violations(out_of_order=1)

    def test_an_invented_one_is_seen(self):
        self.publish(0)
        self.confirm(0)
        self.deliver(0, 7)
        self.assert_violations(invented=1)

    def test_a_damaged_one_is_seen(self):
        self.history.damaged.append("p:0 has another body")
        self.assert_violations(damaged=1)

    # ---- how long it took

    def test_an_outage_lasts_from_confirm_to_confirm(self):
        times = [1.0, 2.0, 3.0, 7.5, 7.6]
        self.assertAlmostEqual(history.outage(times, 3.1, 20), 4.5)

    def test_confirms_on_their_way_do_not_end_an_outage(self):
        times = [3.0, 3.11, 3.12, 7.5, 30.0, 60.0]
        self.assertAlmostEqual(history.outage(times, 3.1, 20), 7.5 - 3.12)

    def test_an_outage_without_an_end_has_no_length(self):
        self.assertIsNone(history.outage([1.0, 2.0], 3.0, 20))
        self.assertIsNone(history.outage([9.0], 3.0, 20))


def run():
    """@returns whether all is well"""
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(HistoryTest)
    return unittest.TextTestRunner(verbosity=1).run(suite).wasSuccessful()


if __name__ == "__main__":
    sys.exit(0 if run() else 1)
