#pragma once

#include "app/perf/message_id.h"
#include "app/perf/sequence_set.h"
#include "app/perf/topology.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace warren::perf {

/// What the checks found, apart from losses.
struct DeliveryCounts {
    std::uint64_t distinct = 0;     // each message of ours once for each queue
    std::uint64_t duplicates = 0;   // came again, without the redelivered flag
    std::uint64_t redelivered = 0;  // with the redelivered flag, whether seen before or not
    std::uint64_t outOfOrder = 0;   // after one that was sent later, without that flag
    std::uint64_t damaged = 0;      // no body of ours, or not of the size that was sent
    std::uint64_t foreign = 0;      // left over from another run

    void add(const DeliveryCounts& other);
};

/// The largest number so far of each stream that one consumer gets from one queue.
///
/// Order holds for what one producer sends to one queue and one consumer gets from it; what other
/// consumers of the queue get is missing here.
/// Spec: AMQP 0-9-1 §4.7.
class OrderTracker {
public:
    /// @returns false if a later message came before
    bool record(std::size_t stream, std::uint64_t sequence)
    {
        if (stream >= m_next.size()) m_next.resize(stream + 1, 0);
        std::uint64_t& next = m_next[stream];
        if (sequence < next) return false;
        next = sequence + 1;
        return true;
    }

private:
    std::vector<std::uint64_t> m_next;
};

/// Which messages came from each queue: finds duplicates at once and losses at the end.
///
/// A stream is what one producer of one run sent. All consumers of a queue use the same checker.
/// Thread: one at a time. Cost: O(1) and one bit for each message that is not part of a complete
/// front.
class DeliveryChecker {
public:
    /// @param run  messages of other runs are foreign; nothing: all runs are welcome (draining)
    /// @param sizes  the nth message of a slot has size n modulo their number; empty: any size
    DeliveryChecker(const Topology& topology, std::optional<RunMark> run,
                    std::vector<std::size_t> sizes);

    /// @param body  at least the first MessageId::kBytes of it, if it has as many
    void record(std::uint32_t queue, const MessageId& id, std::size_t bodyBytes, bool isRedelivered,
                OrderTracker& order);
    /// A body that is too short for a MessageId.
    void recordDamaged() { m_counts.damaged += 1; }

    const DeliveryCounts& counts() const { return m_counts; }
    /// What came of a producer of this run from `queue` (from any, if the exchange chooses one).
    /// @pre there is a run. @returns nullptr if nothing came
    const SequenceSet* received(std::uint32_t queue, std::uint16_t producer) const;
    /// Numbers that are missing between the first and the last that came, of all streams.
    std::uint64_t holeCount() const;

private:
    struct Stream {
        std::uint8_t run;
        std::uint16_t producer;
    };
    std::optional<std::size_t> streamOf(const MessageId& id);
    std::size_t cellOf(std::uint32_t queue) const
    {
        return m_copies == Copies::OneUnknown ? 0 : queue;
    }

    Copies m_copies;
    std::optional<RunMark> m_run;
    std::vector<std::size_t> m_sizes;
    std::vector<Stream> m_streams;  // of all runs; empty if there is only ours
    std::size_t m_lastStream = 0;
    std::vector<std::vector<SequenceSet>> m_received;  // by cell and stream
    DeliveryCounts m_counts;
};

}  // namespace warren::perf
