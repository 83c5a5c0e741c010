#pragma once

#include "app/perf/connection.h"
#include "app/perf/delivery_checker.h"
#include "app/perf/interval_stats.h"
#include "app/perf/message_id.h"
#include "app/perf/options.h"
#include "app/perf/timing.h"
#include "app/perf/topology.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace warren::perf {

/// One consuming channel: subscribes to its queues, measures and checks what comes, and
/// acknowledges it.
///
/// Thread: its worker's; before and after the worker runs, the main thread's.
class Consumer final : public ChannelHandler {
public:
    /// @param number  0, 1, … of all consuming channels
    /// All references must outlive the consumer.
    Consumer(const Options& options, const Topology& topology, std::uint32_t number,
             Connection& connection, ChannelNumber channel, IntervalStats& stats,
             DeliveryChecker& checker);

    /// Sets the prefetch and subscribes. Blocks; deliveries may come meanwhile.
    /// @param timing  must outlive the consumer
    Status<Failure> start(const Timing& timing);
    /// Whether it has the number of deliveries that it was to get.
    bool isFinished() const
    {
        return m_options.consumerMessages > 0 && m_received >= m_options.consumerMessages;
    }
    /// Acknowledges what is not acknowledged yet, so that it does not come back.
    void finish();

    const std::vector<std::uint32_t>& queues() const { return m_queues; }
    std::uint64_t receivedCount() const { return m_received; }
    Instant firstReceivedAt() const { return m_firstReceivedAt; }
    Instant lastReceivedAt() const { return m_lastReceivedAt; }

    Status<Failure> onMethod(amqp::MethodId id, ByteView arguments) override;
    Status<Failure> onContentHeader(std::uint64_t bodyBytes) override;
    Status<Failure> onBody(ByteView part) override;

private:
    Status<Failure> onDeliver(ByteView arguments);
    void finishMessage(const std::byte* head);
    void acknowledge();
    void pace();
    Failure protocolFailure(const std::string& text) const;

    const Options& m_options;
    const Topology& m_topology;
    Connection& m_connection;
    const ChannelNumber m_channel;
    IntervalStats& m_stats;
    DeliveryChecker& m_checker;
    const Timing* m_timing = nullptr;

    std::vector<std::uint32_t> m_queues;
    std::vector<OrderTracker> m_orders;  // for each of the queues
    Duration m_pause{};                  // after each delivery
    Instant m_nextAt{};

    // The delivery whose content comes.
    bool m_isInMessage = false;
    std::size_t m_local = 0;  // its queue, as index into m_queues
    DeliveryTag m_tag = 0;
    bool m_isRedelivered = false;
    std::uint64_t m_bodyBytes = 0;
    std::uint64_t m_bodyBytesLeft = 0;
    std::size_t m_headBytes = 0;
    std::array<std::byte, MessageId::kBytes> m_head{};

    std::uint64_t m_received = 0;
    std::uint32_t m_unacknowledged = 0;
    std::uint32_t m_uncommitted = 0;
    Instant m_firstReceivedAt{};
    Instant m_lastReceivedAt{};
};

}  // namespace warren::perf
