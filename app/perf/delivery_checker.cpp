#include "app/perf/delivery_checker.h"

#include <utility>

namespace warren::perf {
namespace {

// Streams of other runs that are told apart while draining; more are foreign.
constexpr std::size_t kStreamCountMax = 65536;

}  // namespace

void DeliveryCounts::add(const DeliveryCounts& other)
{
    distinct += other.distinct;
    duplicates += other.duplicates;
    redelivered += other.redelivered;
    outOfOrder += other.outOfOrder;
    damaged += other.damaged;
    foreign += other.foreign;
}

DeliveryChecker::DeliveryChecker(const Topology& topology, std::optional<RunMark> run,
                                 std::vector<std::size_t> sizes)
    : m_copies(topology.copies()),
      m_run(run),
      m_sizes(std::move(sizes)),
      m_received(m_copies == Copies::OneUnknown ? 1 : topology.queueCount())
{
}

std::optional<std::size_t> DeliveryChecker::streamOf(const MessageId& id)
{
    if (m_run) return m_run->covers(id) ? std::optional<std::size_t>{id.producer} : std::nullopt;
    const auto isIt = [&](std::size_t i) {
        return m_streams[i].run == id.run && m_streams[i].producer == id.producer;
    };
    if (m_lastStream < m_streams.size() && isIt(m_lastStream)) return m_lastStream;
    for (m_lastStream = 0; m_lastStream < m_streams.size(); ++m_lastStream) {
        if (isIt(m_lastStream)) return m_lastStream;
    }
    if (m_streams.size() == kStreamCountMax) return std::nullopt;
    m_streams.push_back({.run = id.run, .producer = id.producer});
    return m_lastStream;
}

void DeliveryChecker::record(std::uint32_t queue, const MessageId& id, std::size_t bodyBytes,
                             bool isRedelivered, OrderTracker& order)
{
    if (isRedelivered) m_counts.redelivered += 1;
    const auto stream = streamOf(id);
    if (!stream) {
        m_counts.foreign += 1;
        return;
    }
    if (!m_sizes.empty() && bodyBytes != m_sizes[id.sequence % m_sizes.size()]) {
        m_counts.damaged += 1;
        return;
    }
    auto& streams = m_received[cellOf(queue)];
    if (*stream >= streams.size()) streams.resize(*stream + 1);
    switch (streams[*stream].insert(id.sequence)) {
    case SequenceSet::Insertion::New: m_counts.distinct += 1; break;
    case SequenceSet::Insertion::Known:
        if (!isRedelivered) m_counts.duplicates += 1;
        return;
    case SequenceSet::Insertion::TooFar: m_counts.damaged += 1; return;
    }
    if (!order.record(*stream, id.sequence) && !isRedelivered) m_counts.outOfOrder += 1;
}

const SequenceSet* DeliveryChecker::received(std::uint32_t queue, std::uint16_t producer) const
{
    const auto& streams = m_received[cellOf(queue)];
    return producer < streams.size() ? &streams[producer] : nullptr;
}

std::uint64_t DeliveryChecker::holeCount() const
{
    std::uint64_t count = 0;
    for (const auto& streams : m_received) {
        for (const SequenceSet& set : streams)
            count += set.holeCount();
    }
    return count;
}

}  // namespace warren::perf
