#pragma once

#include "core/base/prng.h"
#include "core/broker/queue_settings.h"
#include "core/storage/definition_codec.h"
#include "core/storage/message_store.h"
#include "core/storage/store_batch.h"
#include "tests/unit/storage/operations.h"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace warren::test {

/// The definitions of a state, one line each.
inline std::vector<std::string> described(const std::vector<broker::CatalogueChange>& definitions)
{
    std::vector<std::string> lines;
    for (const broker::CatalogueChange& one : definitions) {
        const storage::DefinitionEdit edit = storage::editOf(one);
        const auto& row = std::get<storage::DefinitionRow>(edit);
        lines.push_back(std::to_string(static_cast<int>(row.kind)) + row.key + "=" + row.value);
    }
    return lines;
}

/// What a broker might do: declares, publishes, acknowledges, requeues, dead-letters, purges,
/// deletes, at random.
class RandomBroker {
public:
    RandomBroker(Prng& random, const storage::RecoveredState& state)
        : m_random(random),
          m_nextPosition(state.lastPosition + 1),
          m_nextQueueId(state.lastQueueId.value + 1)
    {
        for (const broker::CatalogueChange& one : state.definitions) {
            if (const auto* put = std::get_if<broker::PutQueue>(&one)) {
                m_queues[put->queue.id.value].name = put->queue.name;
                m_queues[put->queue.id.value].priorityMax = broker::priorityMaxOf(put->queue);
            }
        }
        for (const storage::RecoveredMessage& one : state.messages) {
            Queue& queue = m_queues.at(one.queue.value);
            queue.live.push_back({one.position, one.message});
            queue.nextSequence = one.sequence + 1;
        }
    }

    std::vector<broker::StoredOperation> operations()
    {
        std::vector<broker::StoredOperation> list;
        for (std::uint64_t count = 1 + m_random.below(60); count > 0; --count) {
            step(list);
        }
        return list;
    }

private:
    struct Message {
        broker::LogPosition position = 0;
        broker::MessagePtr content;
    };
    struct Queue {
        std::string name;
        std::uint8_t priorityMax = 0;
        Sequence nextSequence = 1;
        std::vector<Message> live;
    };
    using Queues = std::map<std::uint64_t, Queue>;

    void step(std::vector<broker::StoredOperation>& list)
    {
        // A batch ends at a gap like this.
        if (m_random.below(60) == 0) m_nextPosition += storage::BatchBuilder::kSlotCountMax;
        const std::uint64_t dice = m_random.below(100);
        if (m_queues.empty() || dice < 4) {
            declare(list);
        } else if (dice < 45) {
            publish(list);
        } else if (dice < 70) {
            acknowledge(list);
        } else if (dice < 80) {
            deadLetter(list);
        } else if (dice < 90) {
            count(list);
        } else if (dice < 94) {
            const auto& [id, queue] = *anyQueue();
            list.emplace_back(
                mark(id, m_random.below(queue.nextSequence + 10), m_nextPosition++,
                     static_cast<std::uint8_t>(m_random.below(queue.priorityMax + 1u))));
        } else if (dice < 96) {
            purge(list);
        } else if (dice < 97) {
            remove(list);
        } else {
            bind(list);
        }
    }

    Queues::iterator anyQueue()
    {
        auto at = m_queues.begin();
        std::advance(at, static_cast<std::ptrdiff_t>(m_random.below(m_queues.size())));
        return at;
    }

    void declare(std::vector<broker::StoredOperation>& list)
    {
        const std::uint64_t id = m_nextQueueId++;
        Queue& queue = m_queues[id];
        queue.name = "queue-" + std::to_string(id);
        if (m_random.below(2) == 0)
            queue.priorityMax = static_cast<std::uint8_t>(m_random.below(6));
        list.emplace_back(putPriorityQueue(m_nextPosition++, id, queue.name, queue.priorityMax));
    }

    void publish(std::vector<broker::StoredOperation>& list)
    {
        const std::uint64_t bytes =
            m_random.below(20) == 0 ? m_random.below(300'000) : m_random.below(300);
        std::string body(bytes, static_cast<char>('a' + m_random.below(26)));
        const auto content = message(std::to_string(m_nextPosition) + body,
                                     static_cast<std::uint8_t>(m_random.below(8)));
        for (std::uint64_t copies = 1 + m_random.below(3); copies > 0; --copies) {
            put(list, content);
        }
    }

    void put(std::vector<broker::StoredOperation>& list, const broker::MessagePtr& content)
    {
        auto& [id, queue] = *anyQueue();
        const std::int64_t expiresAt =
            m_random.below(3) == 0 ? static_cast<std::int64_t>(m_random.below(1ull << 42)) : 0;
        list.emplace_back(
            expiring(enqueue(id, queue.nextSequence++, m_nextPosition, content), expiresAt));
        queue.live.push_back({m_nextPosition++, content});
    }

    /// Mostly the oldest.
    std::size_t anyMessage(const Queue& queue)
    {
        return m_random.below(4) == 0 ? m_random.below(queue.live.size()) : 0;
    }

    void deadLetter(std::vector<broker::StoredOperation>& list)
    {
        auto& [id, queue] = *anyQueue();
        if (queue.live.empty()) return;
        const std::size_t at = anyMessage(queue);
        const Message moved = queue.live[at];
        queue.live.erase(queue.live.begin() + static_cast<std::ptrdiff_t>(at));
        // Between its new place and its removal there may be other things.
        put(list, moved.content);
        if (m_random.below(3) == 0) publish(list);
        list.emplace_back(deadLettered(id, moved.position));
    }

    void count(std::vector<broker::StoredOperation>& list)
    {
        auto& [id, queue] = *anyQueue();
        if (queue.live.empty()) return;
        list.emplace_back(counted(id, queue.live[anyMessage(queue)].position,
                                  1 + static_cast<std::uint32_t>(m_random.below(9))));
    }

    void acknowledge(std::vector<broker::StoredOperation>& list)
    {
        auto& [id, queue] = *anyQueue();
        if (queue.live.empty()) return;
        const auto one = queue.live.begin() + static_cast<std::ptrdiff_t>(anyMessage(queue));
        list.emplace_back(removal(id, one->position));
        queue.live.erase(one);
    }

    void purge(std::vector<broker::StoredOperation>& list)
    {
        auto& [id, queue] = *anyQueue();
        for (const Message& one : queue.live) {
            list.emplace_back(removal(id, one.position));
        }
        queue.live.clear();
    }

    void remove(std::vector<broker::StoredOperation>& list)
    {
        const auto at = anyQueue();
        list.emplace_back(removeQueue(m_nextPosition++, at->first, at->second.name));
        // An acknowledgement may still be on its way.
        if (!at->second.live.empty()) {
            list.emplace_back(removal(at->first, at->second.live.front().position));
        }
        m_queues.erase(at);
    }

    void bind(std::vector<broker::StoredOperation>& list)
    {
        constexpr const char* kSources[] = {"amq.direct", "amq.fanout", "amq.topic"};
        const broker::BindingDefinition binding{.vhost = "/",
                                                .source = kSources[m_random.below(3)],
                                                .destination = anyQueue()->second.name,
                                                .routingKey = std::to_string(m_random.below(2)),
                                                .arguments = {}};
        if (m_random.below(3) == 0) {
            list.emplace_back(change(m_nextPosition++, broker::RemoveBinding{binding}));
        } else {
            list.emplace_back(change(m_nextPosition++, broker::PutBinding{binding}));
        }
    }

    Prng& m_random;
    broker::LogPosition m_nextPosition;
    std::uint64_t m_nextQueueId;
    Queues m_queues;
};

/// 0 if it has none of its own.
inline broker::LogPosition positionOf(const broker::StoredOperation& operation)
{
    if (const auto* one = std::get_if<broker::Enqueue>(&operation)) return one->position;
    if (const auto* one = std::get_if<broker::MarkDelivered>(&operation)) return one->position;
    if (const auto* one = std::get_if<broker::StoredChange>(&operation)) return one->position;
    return 0;
}

}  // namespace warren::test
