#pragma once

#include "app/perf/connection.h"
#include "app/perf/interval_stats.h"
#include "app/perf/message_id.h"
#include "app/perf/options.h"
#include "app/perf/pacer.h"
#include "app/perf/sequence_set.h"
#include "app/perf/timing.h"
#include "app/perf/topology.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warren::perf {

/// One publishing channel: encodes messages ahead, sends them when they are due and the window has
/// room, and keeps the books of what was confirmed, refused and returned.
///
/// Thread: its worker's; before and after the worker runs, the main thread's.
class Producer final : public ChannelHandler {
public:
    /// @param number  0, 1, … of all publishing channels @param run  see MessageId
    /// All references must outlive the producer.
    Producer(const Options& options, const Topology& topology, std::uint32_t number,
             std::uint8_t run, Connection& connection, ChannelNumber channel, IntervalStats& stats);

    /// Selects confirms or transactions. Blocks.
    Status<Failure> prepare();
    /// @param timing  must outlive the producer
    void start(const Timing& timing);
    /// Publishes what is due, up to a batch.
    /// @returns when to call again at the latest; never(): when the socket or the broker has news
    /// @error Unreachable  nothing was confirmed for too long
    Result<Instant, Failure> work(Instant now);
    /// Publishes no more.
    void stop() { m_isStopped = true; }
    /// Nothing to publish, and nothing that is unconfirmed or unsent.
    bool isFinished(Instant now) const;

    std::uint32_t number() const { return m_number; }
    std::uint64_t sentCount() const { return m_sent; }
    std::uint64_t unconfirmedCount() const { return m_outstanding; }
    Instant lastSentAt() const { return m_lastSentAt; }
    Instant lastConfirmedAt() const { return m_lastConfirmedAt; }

    /// The books of one slot, for the search for losses.
    struct Slot {
        std::uint64_t sent = 0;
        SequenceSet confirmed{};
        SequenceSet refused{};  // nacked, or returned as unroutable: nobody owes them
    };
    const std::vector<Slot>& slots() const { return m_slots; }

    Status<Failure> onMethod(amqp::MethodId id, ByteView arguments) override;
    Status<Failure> onContentHeader(std::uint64_t bodyBytes) override;
    Status<Failure> onBody(ByteView part) override;

private:
    /// A message that waits for its confirm. stamp 0: settled.
    struct Pending {
        Instant stamp{};
        std::uint64_t sequence = 0;
        std::uint32_t slot = 0;
    };
    struct PreparedRoute {
        std::uint32_t slot = 0;
        std::vector<std::string> heads{};  // method and header frame, for each size
    };

    void prepareMessages();
    bool hasStopped(Instant now) const;
    bool hasRoom() const;
    std::size_t sizeIndex(Instant now, std::uint64_t sequence) const;
    void publish(Instant stamp, Instant now);
    void commit(Instant now);
    Status<Failure> settle(DeliveryTag tag, bool isMultiple, bool isAck);
    void settleOne(Pending& pending, bool isAck);
    Status<Failure> checkProgress(Instant now);

    const Options& m_options;
    const Topology& m_topology;
    const std::uint32_t m_number;
    const std::uint8_t m_run;
    Connection& m_connection;
    const ChannelNumber m_channel;
    IntervalStats& m_stats;
    const Timing* m_timing = nullptr;

    std::vector<std::size_t> m_sizes;
    std::vector<std::string> m_bodies;  // body frames, for each size
    std::vector<PreparedRoute> m_routes;
    std::size_t m_nextRoute = 0;
    std::map<std::string, std::uint32_t, std::less<>> m_slotOfKey;
    std::vector<Slot> m_slots;

    std::optional<Pacer> m_pacer;
    Instant m_stamp{};
    std::uint64_t m_sent = 0;
    bool m_isStopped = false;
    Instant m_lastSentAt{};

    std::vector<Pending> m_pending;  // a ring by delivery tag; empty without confirms
    DeliveryTag m_nextTag = 1;
    DeliveryTag m_lowestTag = 1;  // nothing below it is unconfirmed
    std::uint64_t m_outstanding = 0;
    Instant m_lastConfirmedAt{};
    Instant m_lastProgressAt{};

    std::uint32_t m_uncommitted = 0;
    bool m_awaitsCommit = false;
    Instant m_commitSentAt{};

    std::optional<std::uint32_t> m_returnSlot;  // of the return whose content comes
    std::string m_returnHead;
};

}  // namespace warren::perf
