#include "core/broker/dead_letter.h"

#include "core/broker/message_copy.h"
#include "core/broker/paging.h"
#include "core/broker/sender_selection.h"

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

namespace warren::broker {

using amqp::FieldArray;
using amqp::FieldTable;
using amqp::FieldValue;

namespace {

constexpr std::string_view kDeaths = "x-death";

FieldTable inOrderOfKeys(const FieldTable& table)
{
    std::vector<amqp::FieldTableEntry> entries(table.begin(), table.end());
    std::ranges::stable_sort(entries, {}, &amqp::FieldTableEntry::key);
    FieldTable sorted;
    for (amqp::FieldTableEntry& entry : entries)
        sorted.append(std::move(entry.key), std::move(entry.value));
    return sorted;
}

std::string_view textAt(const FieldTable& table, std::string_view key)
{
    const FieldValue* value = table.find(key);
    const auto* text = value == nullptr ? nullptr : value->as<std::string>();
    return text == nullptr ? std::string_view{} : std::string_view{*text};
}

std::int64_t countOf(const FieldTable& death)
{
    const FieldValue* value = death.find("count");
    return value == nullptr ? 0 : amqp::integerOf(*value).value_or(0);
}

/// The deaths in a message's headers; those that make no sense are left out.
std::vector<FieldTable> deathsIn(const FieldTable& headers)
{
    std::vector<FieldTable> deaths;
    const FieldValue* value = headers.find(kDeaths);
    const auto* array = value == nullptr ? nullptr : value->as<FieldArray>();
    if (array == nullptr) return deaths;
    for (const FieldValue& element : *array) {
        if (const auto* death = element.as<FieldTable>()) deaths.push_back(*death);
    }
    return deaths;
}

/// One death, in the order of RabbitMQ's entries.
FieldTable firstOfItsKind(const Message& message, std::string_view queueName, DeathReason reason,
                          WallTime now, const SenderSelectedKeys& keys,
                          const std::optional<std::string>& expiration)
{
    FieldArray routingKeys{FieldValue{message.routingKey()}};
    for (const std::string& key : keys.cc)
        routingKeys.emplace_back(key);
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.sinceEpoch);
    FieldTable death;
    death.append("count", std::int64_t{1});
    death.append("reason", deathReasonText(reason));
    death.append("queue", queueName);
    death.append("time", amqp::Timestamp{static_cast<std::uint64_t>(seconds.count())});
    death.append("exchange", message.exchange());
    death.append("routing-keys", std::move(routingKeys));
    if (expiration) death.append("original-expiration", *expiration);
    return death;
}

void recordDeath(FieldTable& headers, FieldTable&& death)
{
    const FieldValue* before = headers.find(kDeaths);
    const bool isFirst = before == nullptr;
    const bool hasHistory = before != nullptr && before->as<FieldArray>() != nullptr;
    std::vector<FieldTable> deaths = deathsIn(headers);
    if (isFirst) {
        headers.set("x-first-death-reason", std::string{textAt(death, "reason")});
        headers.set("x-first-death-queue", std::string{textAt(death, "queue")});
        headers.set("x-first-death-exchange", std::string{textAt(death, "exchange")});
    }
    // The same queue and reason again: one entry that counts, and comes to the front.
    FieldArray recorded;
    std::int64_t count = 0;
    const FieldTable* known = nullptr;
    for (const FieldTable& earlier : deaths) {
        if (textAt(earlier, "queue") != textAt(death, "queue") ||
            textAt(earlier, "reason") != textAt(death, "reason")) {
            continue;
        }
        if (known == nullptr) known = &earlier;
        // A client may have written anything.
        const std::int64_t more = std::clamp<std::int64_t>(countOf(earlier), 0, INT32_MAX);
        count = std::min<std::int64_t>(count + more, INT32_MAX);
    }
    if (known != nullptr) {
        FieldTable counted = *known;
        counted.set("count", count + 1);
        recorded.emplace_back(inOrderOfKeys(counted));
    } else if (!hasHistory) {
        recorded.emplace_back(death);
    } else {
        recorded.emplace_back(inOrderOfKeys(death));
    }
    for (FieldTable& earlier : deaths) {
        if (textAt(earlier, "queue") == textAt(death, "queue") &&
            textAt(earlier, "reason") == textAt(death, "reason")) {
            continue;
        }
        recorded.emplace_back(std::move(earlier));
    }
    headers.set(kDeaths, std::move(recorded));
    headers = inOrderOfKeys(headers);
}

}  // namespace

std::string_view deathReasonText(DeathReason reason)
{
    switch (reason) {
    case DeathReason::Rejected: return "rejected";
    case DeathReason::Expired: return "expired";
    case DeathReason::LengthLimit: return "maxlen";
    case DeathReason::DeliveryLimit: return "delivery_limit";
    }
    std::abort();
}

MessagePtr deadLetterMessage(const Message& message, std::string_view queueName, DeathReason reason,
                             WallTime now, std::string_view exchange, const std::string* routingKey)
{
    amqp::Properties properties = propertiesOf(message);
    FieldTable headers = properties.headers.value_or(FieldTable{});
    const auto keys = senderSelectedKeys(message);
    recordDeath(headers,
                firstOfItsKind(message, queueName, reason, now, keys ? *keys : SenderSelectedKeys{},
                               properties.expiration));
    if (routingKey != nullptr) {
        headers.remove("CC");
        headers.remove("BCC");
    }
    properties.headers = std::move(headers);
    properties.expiration.reset();
    return copyOf(message, exchange, routingKey == nullptr ? message.routingKey() : *routingKey,
                  properties);
}

bool isDeathCycle(const Message& message, std::string_view queueName)
{
    for (const FieldTable& death : deathsIn(headersOf(message))) {
        if (textAt(death, "reason") == deathReasonText(DeathReason::Rejected)) return false;
        if (textAt(death, "queue") == queueName) return true;
    }
    return false;
}

void DeadLettering::drain()
{
    // A work list instead of recursion: what is carried on may overflow its next queue.
    while (!m_state.deadLetters.isEmpty()) {
        const DeadLetter& first = m_state.deadLetters.front();
        if (first.isMissing()) return m_paging.askForDeadLetters();
        if (m_state.deadLettersAsked > 0) m_state.deadLettersAsked -= 1;
        if (m_state.deadLettersThere > 0) m_state.deadLettersThere -= 1;
        carryOn(m_state.deadLetters.popFront());
    }
}

void DeadLettering::carryOn(const DeadLetter& letter)
{
    Queue* queue = m_state.catalogue.findQueue(letter.queue);
    if (queue == nullptr || letter.isLost) return;  // the queue has gone, its messages with it
    const Publishing::DeadLetterOutcome outcome = publish(*queue, letter);
    const bool isDropped = outcome.takenBy == 0;
    queue->deadLetteredCount += 1;
    queue->deadLetterDroppedCount += isDropped;
    if (letter.entry.position == 0 && !queue->isMirrored) return;
    if (m_state.isClustered && outcome.position > m_state.committed()) {
        // A mirror forgets it as soon as it hears of the removal, and may lead the queue next:
        // first everybody has it who may lead the queues that it went to.
        m_state.delayedRemovals.push_back({outcome.position, queue->id(), letter.entry});
        return;
    }
    m_state.log(Remove{queue->id(), letter.entry.sequence, letter.entry.position,
                       isDropped ? RemovalReason::Dropped : RemovalReason::DeadLettered});
}

Publishing::DeadLetterOutcome DeadLettering::publish(Queue& queue, const DeadLetter& letter)
{
    const QueueSettings& settings = queue.settings();
    if (!settings.deadLetterExchange) return {};
    const QueueDefinition& definition = queue.definition();
    Vhost& vhost = *m_state.catalogue.findVhost(definition.vhost);
    Exchange* exchange = vhost.findExchange(*settings.deadLetterExchange);
    if (exchange == nullptr) return {};
    const std::string* routingKey =
        settings.deadLetterRoutingKey ? &*settings.deadLetterRoutingKey : nullptr;
    const MessagePtr message =
        deadLetterMessage(*letter.entry.message, definition.name, letter.reason, m_state.wallNow,
                          exchange->definition.name, routingKey);
    // Routing reads BCC too; who receives the message doesn't see it.
    return m_publishing.publishDeadLetter(vhost, *exchange, message,
                                          letter.reason != DeathReason::Rejected);
}

}  // namespace warren::broker
