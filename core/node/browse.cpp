#include "core/node/browse.h"

#include "core/amqp/properties.h"
#include "core/node/value_conversion.h"

#include <algorithm>
#include <vector>

namespace warren::node {

namespace {

constexpr std::uint32_t kMessagesMax = 1000;
constexpr std::size_t kBodyBytesMaxInAll = 16 * 1024 * 1024;
constexpr std::size_t kLoadBytesMax = 64 * 1024 * 1024;

/// A message that a channel holds, and which one.
struct HeldEntry {
    const broker::QueueEntry* entry;
    QString holder;
};

std::vector<HeldEntry> heldEntries(const broker::State& state, const broker::Queue& queue,
                                   const std::function<QString(ConnectionId)>& connectionName)
{
    std::vector<HeldEntry> held;
    if (queue.unackedCount() == 0) return held;
    for (const auto& [id, connection] : state.connections) {
        connection->forEachChannel([&](broker::Channel& channel) {
            channel.unacked.forEachLive([&](broker::UnackedMessage& message) {
                if (message.queue != queue.id()) return;
                QString holder = QStringLiteral("%1 (%2)")
                                     .arg(connectionName(channel.connection.id))
                                     .arg(channel.number);
                if (message.consumer != nullptr) {
                    holder += QStringLiteral(" ") + textOf(std::string_view{message.consumer->tag});
                }
                held.push_back({&message.entry, holder});
            });
        });
    }
    std::ranges::sort(held, {}, [](const HeldEntry& one) { return one.entry->sequence; });
    return held;
}

management::MessageRow rowOf(const broker::QueueEntry& entry)
{
    management::MessageRow row;
    row.isRedelivered = entry.isRedelivered;
    row.isPersistent = entry.isPersistent();
    row.bodyBytes = entry.bodyBytes;
    return row;
}

void fillIn(management::MessageRow& row, const broker::Message& message, std::size_t bodyBytesMax)
{
    row.exchange = textOf(message.exchange());
    row.routingKey = textOf(message.routingKey());
    if (const auto properties = amqp::decodeProperties(message.properties())) {
        row.properties = propertiesOf(*properties);
    }
    const std::size_t count = std::min(message.bodyBytes(), bodyBytesMax);
    row.body = QByteArray{reinterpret_cast<const char*>(message.body().data()),
                          static_cast<qsizetype>(count)};
}

}  // namespace

management::BrowseResult browse(const broker::State& state, const broker::Queue& queue,
                                const management::BrowseMessages& request,
                                const std::function<QString(ConnectionId)>& connectionName,
                                const LoadedMessages& loaded,
                                std::vector<broker::BodyRequest>& missing)
{
    management::BrowseResult result;
    result.totalCount = queue.messageCount();
    const std::uint64_t end = request.offset + std::min(request.count, kMessagesMax);
    std::uint64_t position = 0;
    std::size_t bytesLeft = kBodyBytesMaxInAll;
    std::size_t loadBytesLeft = kLoadBytesMax;

    /// Null if it has to come back first.
    const auto messageOf = [&](const broker::QueueEntry& entry) -> const broker::Message* {
        if (entry.isInMemory()) return entry.message.get();
        const auto at = loaded.find(entry.position);
        if (at != loaded.end()) return at->second.get();
        if (missing.empty() || entry.bodyBytes <= loadBytesLeft) {
            missing.push_back(entry.request(queue.id()));
            loadBytesLeft -= std::min<std::size_t>(loadBytesLeft, entry.bodyBytes);
        }
        return nullptr;
    };
    const auto add = [&](const broker::QueueEntry& entry, const QString& holder, bool isUnacked) {
        if (position >= request.offset && position < end) {
            auto row = rowOf(entry);
            if (const broker::Message* message = messageOf(entry)) {
                fillIn(row, *message, std::min<std::size_t>(request.bodyBytesMax, bytesLeft));
            }
            row.position = position;
            row.isUnacked = isUnacked;
            row.holder = holder;
            bytesLeft -= static_cast<std::size_t>(row.body.size());
            result.messages.append(row);
        }
        position += 1;
        return position < end;
    };

    const std::vector<HeldEntry> held = heldEntries(state, queue, connectionName);
    auto next = held.begin();
    queue.forEachReady([&](const broker::QueueEntry& entry) {
        for (; next != held.end() && next->entry->sequence < entry.sequence; ++next) {
            if (!add(*next->entry, next->holder, true)) return false;
        }
        return add(entry, {}, false);
    });
    for (; next != held.end() && position < end; ++next)
        add(*next->entry, next->holder, true);
    return result;
}

}  // namespace warren::node
