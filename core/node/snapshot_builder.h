#pragma once

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/broker/state.h"
#include "core/management/broker_client.h"
#include "core/management/snapshot.h"
#include "core/node/client_link.h"
#include "core/node/rate_meter.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace warren::node {

/// Builds snapshots of what somebody watches, out of the broker's state. Remembers what it needs
/// for rates, and the texts of names, between two snapshots.
///
/// Thread: the broker's. Cost: O(rows of the watched topics); 10,000 queues take some milliseconds.
class SnapshotBuilder {
public:
    /// What the builder can't see in the broker's state.
    struct Surroundings {
        management::Overview overview;  ///< node, memory, disk, alarms: filled by the caller
        std::vector<ClientLink*> links;
        std::uint64_t storeCreditBytes =
            0;  ///< each publisher's part of what may wait for the disk
        QList<management::LogRow> log;
        management::ClusterView cluster;
        /// Whether a user may log in from this machine only.
        std::function<bool(std::string_view user)> isLoopbackOnly = [](std::string_view) {
            return false;
        };
    };

    management::SnapshotPtr build(const broker::State& state, const management::WatchScope& scope,
                                  Surroundings&& surroundings, Instant now);

private:
    struct QueueSample {
        management::QueueRow row;  // what never changes about the queue
        bool isFilled = false;
        MessageRateMeter meter;
    };
    struct LinkSample {
        RateMeter<2> meter;
        std::map<ChannelNumber, MessageRateMeter> channels;
    };
    using Links = std::unordered_map<ConnectionId, const ClientLink*>;

    static void countLinks(const broker::State& state, const std::vector<ClientLink*>& links,
                           management::Overview& overview);
    void countTotals(const broker::State& state, management::Overview& overview, Instant now);
    management::QueueRow queueRow(const broker::Vhost& vhost, const broker::Queue& queue,
                                  const Links& links, Instant now);
    management::ExchangeRow exchangeRow(const broker::Exchange& exchange, Instant now);
    management::ConnectionRow connectionRow(const broker::State& state, ClientLink& link,
                                            Instant now, const QDateTime& at);
    void addChannels(const broker::State& state, const ClientLink& link,
                     management::Snapshot& snapshot, Instant now);
    void addQueueDetail(const broker::State& state, const management::ResourceKey& key,
                        const Links& links, management::Snapshot& snapshot, Instant now);
    void addExchangeDetail(const broker::State& state, const management::ResourceKey& key,
                           management::Snapshot& snapshot, Instant now);
    void forgetUnseen(const broker::State& state);

    std::uint64_t m_sequence = 0;
    MessageRateMeter m_totals;
    std::unordered_map<QueueId, QueueSample> m_queues;
    std::unordered_map<ExchangeId, RateMeter<2>> m_exchanges;
    std::unordered_map<ConnectionId, LinkSample> m_links;
};

}  // namespace warren::node
