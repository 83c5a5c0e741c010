#pragma once

#include "core/broker/paging.h"
#include "core/broker/state.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace warren::broker {

/// Consecutive sequences, both ends included.
struct SequenceRange {
    Sequence first = 0;
    Sequence last = 0;
    bool operator==(const SequenceRange&) const = default;
};

/// The contents of mirrored queues: what a master has to tell about them, and the operations by
/// which a mirror's copy becomes the same. Each copy is logged under the node's own positions.
/// Thread: the broker's.
class MirrorCopies {
public:
    MirrorCopies(State& state, Paging& paging) : m_state(state), m_paging(paging) {}

    // ---- a mirror's

    /// The master's Enqueue, of a new message or of one that is missing. One that is there already,
    /// or came too late, changes nothing.
    void enqueue(Queue& queue, const Enqueue& operation, std::uint32_t deliveryCount);
    /// The master's Remove; of what is not there: nothing.
    void remove(Queue& queue, Sequence sequence);
    void mark(Queue& queue, Sequence upTo, std::uint8_t priority);
    void count(Queue& queue, Sequence sequence, std::uint32_t deliveryCount);
    /// Forgets what is not in the ranges, which are ordered, up to `upTo`, and all behind it.
    void keepOnly(Queue& queue, const std::vector<SequenceRange>& ranges, Sequence upTo);

    // ---- a master's

    /// Its first messages behind `after`, in order, ready, held by consumers, or dead and not safe
    /// elsewhere yet; without their bodies if those are on disk only.
    std::vector<QueueEntry> messagesAfter(const Queue& queue, Sequence after,
                                          std::size_t countMax) const;

    // ---- both

    /// What it has up to `upTo`, in order. @param rangesMax  not more: only the first ones then
    std::vector<SequenceRange> rangesUpTo(const Queue& queue, Sequence upTo,
                                          std::size_t rangesMax) const;

private:
    State& m_state;
    Paging& m_paging;
};

}  // namespace warren::broker
