#pragma once

#include "core/broker/queue_operation.h"
#include "core/storage/message_store.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Stored operations, briefly written.
namespace warren::test {

inline broker::MessagePtr message(std::string_view body)
{
    return broker::makeMessage("amq.direct", "key", bytesOf("\x10\x00\x02"), true, bytesOf(body));
}

/// The same with the property priority.
inline broker::MessagePtr message(std::string_view body, std::uint8_t priority)
{
    const char properties[] = {0x18, 0x00, 0x02, static_cast<char>(priority)};
    return broker::makeMessage("amq.direct", "key", bytesOf({properties, sizeof properties}), true,
                               bytesOf(body));
}

inline broker::Enqueue enqueue(std::uint64_t queue, Sequence sequence, broker::LogPosition position,
                               broker::MessagePtr content)
{
    return {.queue = {queue},
            .sequence = sequence,
            .position = position,
            .message = std::move(content)};
}

inline broker::Enqueue enqueue(std::uint64_t queue, Sequence sequence, broker::LogPosition position,
                               std::string_view body)
{
    return enqueue(queue, sequence, position, message(body));
}

/// @param expiresAt  milliseconds since 1970
inline broker::Enqueue expiring(broker::Enqueue enqueue, std::int64_t expiresAt)
{
    enqueue.expiresAt = {std::chrono::milliseconds{expiresAt}};
    return enqueue;
}

inline broker::Remove removal(std::uint64_t queue, broker::LogPosition position)
{
    return {.queue = {queue},
            .sequence = 0,
            .position = position,
            .reason = broker::RemovalReason::Acked};
}

/// It went to other queues, before.
inline broker::Remove deadLettered(std::uint64_t queue, broker::LogPosition position)
{
    return {.queue = {queue},
            .sequence = 0,
            .position = position,
            .reason = broker::RemovalReason::DeadLettered};
}

inline broker::CountDeliveries counted(std::uint64_t queue, broker::LogPosition position,
                                       std::uint32_t count)
{
    return {.queue = {queue}, .position = position, .count = count};
}

inline broker::MarkDelivered mark(std::uint64_t queue, Sequence upTo, broker::LogPosition position,
                                  std::uint8_t priority = 0)
{
    return {.queue = {queue}, .upTo = upTo, .position = position, .priority = priority};
}

inline broker::StoredChange change(broker::LogPosition position, broker::CatalogueChange what)
{
    return {.position = position, .change = std::move(what)};
}

inline broker::QueueDefinition durableQueue(std::uint64_t id, std::string name)
{
    broker::QueueDefinition queue;
    queue.id = {id};
    queue.vhost = "/";
    queue.name = std::move(name);
    queue.isDurable = true;
    return queue;
}

inline broker::StoredChange putPriorityQueue(broker::LogPosition position, std::uint64_t id,
                                             std::string name, std::int64_t priorityMax)
{
    auto queue = durableQueue(id, std::move(name));
    queue.arguments = {{"x-max-priority", priorityMax}};
    return change(position, broker::PutQueue{std::move(queue)});
}

inline broker::StoredChange putQueue(broker::LogPosition position, std::uint64_t id,
                                     std::string name)
{
    return change(position, broker::PutQueue{durableQueue(id, std::move(name))});
}

inline broker::StoredChange removeQueue(broker::LogPosition position, std::uint64_t id,
                                        std::string name)
{
    return change(position, broker::RemoveQueue{.id = {id}, .vhost = "/", .name = std::move(name)});
}

/// A list of operations: they move into the store, so an initializer list won't do.
template <typename... Operations>
std::vector<broker::StoredOperation> operations(Operations... each)
{
    std::vector<broker::StoredOperation> list;
    list.reserve(sizeof...(each));
    (list.emplace_back(std::move(each)), ...);
    return list;
}

/// "queue/sequence@position body" with a trailing ! if it was delivered, the time of its expiry and
/// how often it came back, if there are such; one per message.
inline std::vector<std::string> described(const std::vector<storage::RecoveredMessage>& messages)
{
    std::vector<std::string> lines;
    for (const storage::RecoveredMessage& one : messages) {
        lines.push_back(std::to_string(one.queue.value) + "/" + std::to_string(one.sequence) + "@" +
                        std::to_string(one.position) + " " +
                        std::string{textOf(one.message->body())} + (one.wasDelivered ? "!" : ""));
        if (one.expiresAt != WallTime{}) {
            lines.back() += " until " + std::to_string(one.expiresAt.sinceEpoch.count());
        }
        if (one.deliveryCount > 0) lines.back() += " again " + std::to_string(one.deliveryCount);
    }
    return lines;
}

}  // namespace warren::test
