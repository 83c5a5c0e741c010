"""What happened to messages, and whether it may have: published, confirmed, delivered.

Pure: no clock and no sockets, so that it can be tested with histories that somebody made up.
"""

import collections
import dataclasses

VIOLATIONS_SHOWN_MAX = 10  # of each kind


@dataclasses.dataclass
class Publication:
    queue: str
    copies: int = 1  # how often the producer sent it: again after no confirm, or after a refusal
    confirmed_at: float = None


@dataclasses.dataclass(frozen=True)
class Delivery:
    session: str  # one consumer between its start and its end
    producer: str
    sequence: int
    is_redelivered: bool


@dataclasses.dataclass
class History:
    """Of one run. Sequences of a producer begin with 0 and have no gaps; a producer has one queue."""

    producers: dict = dataclasses.field(default_factory=dict)  # name -> list of Publication
    deliveries: list = dataclasses.field(default_factory=list)  # in the order of their arrival
    damaged: list = dataclasses.field(default_factory=list)  # sentences

    # ---- what happens

    def publish(self, producer, sequence, queue):
        publications = self.producers.setdefault(producer, [])
        if sequence < len(publications):
            publications[sequence].copies += 1
        else:
            assert sequence == len(publications)
            publications.append(Publication(queue))

    def confirm(self, producer, sequence, now):
        publication = self.producers[producer][sequence]
        if publication.confirmed_at is None:
            publication.confirmed_at = now

    def deliver(self, session, producer, sequence, is_redelivered):
        self.deliveries.append(Delivery(session, producer, sequence, is_redelivered))

    # ---- what has come of it

    def confirmed_count(self):
        return sum(publication.confirmed_at is not None
                   for publications in list(self.producers.values())
                   for publication in publications)

    def missing(self, delivered=None):
        """(producer, sequence) of everything confirmed that nobody got.

        `delivered` is the set of what somebody got, for who knows it already.
        """
        if delivered is None:
            delivered = {(one.producer, one.sequence) for one in self.deliveries}
        return [(producer, sequence)
                for producer, publications in sorted(self.producers.items())
                for sequence, publication in enumerate(publications)
                if publication.confirmed_at is not None and (producer, sequence) not in delivered]

    def confirm_times(self, queue):
        return sorted(publication.confirmed_at for publications in self.producers.values()
                      for publication in publications
                      if publication.queue == queue and publication.confirmed_at is not None)


def lost(history):
    """One sentence for each run of sequences."""
    run = []
    for producer, sequence in history.missing() + [(None, None)]:
        if run and (producer, sequence) != (run[-1][0], run[-1][1] + 1):
            times = [history.producers[one][number].confirmed_at for one, number in run]
            yield (f"{run[0][0]}:{run[0][1]} to {run[-1][1]}, {len(run)} messages, confirmed from "
                   f"{min(times):.2f} to {max(times):.2f} s and never delivered")
            run = []
        run.append((producer, sequence))


def duplicated(history):
    """A message comes once, unless it is marked or was sent again."""
    unmarked = collections.Counter(
        (one.producer, one.sequence) for one in history.deliveries if not one.is_redelivered)
    for (producer, sequence), count in sorted(unmarked.items()):
        publications = history.producers.get(producer, [])
        copies = publications[sequence].copies if sequence < len(publications) else count
        if count > copies:
            yield (f"{producer}:{sequence} came {count} times without the redelivered flag, "
                   f"and was sent {copies} times")


def reordered(history):
    """Each consumer gets the messages of a producer in their order.

    That is promised for first deliveries: what is marked, or came before, is not looked at. A message
    that was sent again may be late, but nothing may be behind a message that was sent after it.
    """
    seen = set()
    latest = {}  # (session, producer) -> the highest sequence so far
    for one in history.deliveries:
        identity = (one.producer, one.sequence)
        publications = history.producers.get(one.producer, [])
        if one.is_redelivered or identity in seen or one.sequence >= len(publications):
            seen.add(identity)
            continue
        seen.add(identity)
        stream = (one.session, one.producer)
        before = latest.get(stream, -1)
        if one.sequence < before and publications[one.sequence].copies == 1:
            yield f"{one.producer}:{one.sequence} came to {one.session} after {before}"
        latest[stream] = max(before, one.sequence)


def invented(history):
    for one in history.deliveries:
        if one.sequence >= len(history.producers.get(one.producer, [])):
            yield f"{one.producer}:{one.sequence} was delivered and never published"


def damaged(history):
    yield from history.damaged


RULES = {"lost": lost, "duplicated": duplicated, "out of order": reordered, "invented": invented,
         "damaged": damaged}


def violations(history):
    """{kind: list of sentences}, kinds without any left out."""
    found = {kind: list(rule(history)) for kind, rule in RULES.items()}
    return {kind: sentences for kind, sentences in found.items() if sentences}


def lines_of(found):
    """What to print of it."""
    for kind, sentences in found.items():
        yield f"{kind}: {len(sentences)}"
        for sentence in sentences[:VIOLATIONS_SHOWN_MAX]:
            yield f"    {sentence}"
        if len(sentences) > VIOLATIONS_SHOWN_MAX:
            yield f"    and {len(sentences) - VIOLATIONS_SHOWN_MAX} more"


def outage(confirm_times, fault_at, until, settle_seconds=1.0):
    """How long nothing was confirmed because of a fault: from the last confirm before to the first
    after it. Confirms that were on their way already still come for a moment, so it is the longest
    silence that begins before the fault is `settle_seconds` old.

    @returns seconds; None: nothing was confirmed before it, or nothing again before `until`
    """
    before = [at for at in confirm_times if at <= fault_at]
    after = [at for at in confirm_times if fault_at < at <= until]
    if not before or not after:
        return None
    times = [before[-1]] + after
    silences = [later - earlier for earlier, later in zip(times, times[1:])
                if earlier <= fault_at + settle_seconds]
    return max(silences)
