#include "tests/unit/broker/model/broker_view.h"

#include <algorithm>
#include <variant>

namespace warren::test {

namespace {

/// A message in a queue, in either broker.
struct CopyFacts {
    Sequence sequence = 0;
    const std::string& text;
    bool isRedelivered = false;
    std::uint32_t deliveryCount = 0;
    std::int64_t expiresAt = 0;
    bool isStored = false;
};

void append(std::string& line, const CopyFacts& copy)
{
    line += "\n    #" + std::to_string(copy.sequence) + " " + copy.text;
    if (copy.isStored) line += " stored";
    if (copy.isRedelivered) line += " redelivered";
    if (copy.deliveryCount > 0) line += " came back " + std::to_string(copy.deliveryCount);
    if (copy.expiresAt > 0) line += " until " + std::to_string(copy.expiresAt);
}

/// What a queue counts.
struct Books {
    std::size_t ready = 0;
    std::size_t readyBytes = 0;
    std::size_t unacked = 0;
    std::size_t bodyBytes = 0;
    std::size_t persistent = 0;
    std::uint64_t deadLettered = 0;
    std::uint64_t dropped = 0;
};

void append(std::string& line, const Books& books)
{
    line += ": " + std::to_string(books.ready) + " ready of " + std::to_string(books.readyBytes) +
            " bytes, " + std::to_string(books.unacked) + " held, " +
            std::to_string(books.bodyBytes) + " bytes and " + std::to_string(books.persistent) +
            " stored in all, " + std::to_string(books.deadLettered) + " dead-lettered, " +
            std::to_string(books.dropped) + " of them dropped";
}

std::string channelTitle(ChannelKey key) { return "channel " + nameOf(key) + " holds"; }

CopyFacts factsOf(const broker::QueueEntry& entry, const std::string& text, bool counts)
{
    return {.sequence = entry.sequence,
            .text = text,
            .isRedelivered = entry.isRedelivered,
            .deliveryCount = counts ? entry.deliveryCount : 0,
            .expiresAt = entry.expiresAt.sinceEpoch.count(),
            .isStored = entry.position != 0};
}

CopyFacts factsOf(const SlowQueue& queue, const Copy& copy)
{
    const bool counts = queue.plan.deliveryLimit.has_value();
    return {.sequence = copy.sequence,
            .text = copy.letter->text,
            .isRedelivered = copy.isRedelivered,
            .deliveryCount = counts ? copy.deliveryCount : 0,
            .expiresAt = copy.expiresAt.value_or(0),
            .isStored = copy.isStored};
}

std::string lineOf(const SlowBroker& broker, const SlowQueue& queue)
{
    Books books{.ready = queue.ready.size(),
                .readyBytes = readyBytes(queue),
                .unacked = broker.heldCount(queue),
                .deadLettered = queue.deadLetteredCount,
                .dropped = queue.deadLetterDroppedCount};
    for (const Copy& copy : broker.contentsOf(queue)) {
        books.bodyBytes += copy.letter->bodyBytes;
        books.persistent += copy.isStored;
    }
    std::string line = queue.plan.name;
    append(line, books);
    line += "; consumers";
    for (const SlowConsumer& consumer : queue.consumers)
        line += " " + consumer.tag;
    line += ", active '" + queue.activeTag + "'";
    for (const Copy& copy : queue.ready)
        append(line, factsOf(queue, copy));
    return line;
}

}  // namespace

BrokerLines linesOf(const SlowBroker& broker)
{
    BrokerLines result;
    std::vector<std::string>& lines = result.lines;
    for (const SlowQueue& queue : broker.queues())
        lines.push_back(lineOf(broker, queue));
    for (const SlowChannel& channel : broker.channels()) {
        std::string line = channelTitle(channel.key);
        for (const SlowHeld& held : channel.held) {
            const SlowQueue* queue = broker.findQueue(held.queue);
            line += "\n    " + (queue == nullptr ? "nothing" : queue->plan.name);
            if (held.consumer.empty()) {
                line += held.isDelivery ? " for a cancelled one" : " got";
            } else {
                line += " for " + held.consumer;
            }
            if (queue != nullptr) append(line, factsOf(*queue, held.copy));
        }
        lines.push_back(std::move(line));
    }
    return result;
}

std::string difference(const std::vector<std::string>& wanted,
                       const std::vector<std::string>& found)
{
    std::string text;
    for (std::size_t i = 0; i < std::max(wanted.size(), found.size()); ++i) {
        const std::string& one = i < wanted.size() ? wanted[i] : "nothing";
        const std::string& other = i < found.size() ? found[i] : "nothing";
        if (one == other) continue;
        text += "  wanted: " + one + "\n  found:  " + other + "\n";
    }
    return text;
}

const SeenLetter& BrokerView::letterOf(const broker::MessagePtr& message)
{
    constexpr std::size_t kCountKept = 4096;
    if (m_letters.size() > kCountKept) m_letters.clear();
    const auto at = m_letters.find(message.get());
    if (at != m_letters.end()) return at->second.second;
    return m_letters.emplace(message.get(), std::pair{message, seenLetter(*message)})
        .first->second.second;
}

std::string BrokerView::lineOf(const broker::Queue& queue)
{
    std::string line = queue.definition().name;
    append(line, Books{.ready = queue.readyCount(),
                       .readyBytes = queue.readyBytes(),
                       .unacked = queue.unackedCount(),
                       .bodyBytes = queue.bodyBytes(),
                       .persistent = queue.persistentCount(),
                       .deadLettered = queue.deadLetteredCount,
                       .dropped = queue.deadLetterDroppedCount});
    line += "; consumers";
    for (const broker::Consumer* consumer : queue.consumers.all())
        line += " " + consumer->tag;
    const broker::Consumer* active = queue.consumers.active();
    line += ", active '" + (active == nullptr ? std::string{} : active->tag) + "'";
    const bool counts = queue.settings().deliveryLimit.has_value();
    queue.forEachReady([&](const broker::QueueEntry& entry) {
        append(line, factsOf(entry, letterOf(entry.message).text, counts));
        return true;
    });
    return line;
}

BrokerLines BrokerView::look(const Clients& clients)
{
    BrokerLines result;
    const broker::State& state = m_harness.broker().state();
    std::vector<const broker::Queue*> queues = m_harness.broker().findVhost("/")->queuesByName();
    std::ranges::sort(queues, {}, [](const broker::Queue* queue) { return queue->id(); });
    for (const broker::Queue* queue : queues)
        result.lines.push_back(lineOf(*queue));
    for (std::size_t i = 0; i < clients.size(); ++i) {
        const broker::Connection* connection = state.findConnection(clients[i]->id());
        connection->forEachChannel([&](broker::Channel& channel) {
            if (channel.isClosing) return;
            const ChannelKey key{i, channel.number};
            std::string line = channelTitle(key);
            channel.unacked.forEachLive([&](broker::UnackedMessage& message) {
                result.tags[key].push_back(message.tag);
                const broker::Queue* queue = state.catalogue.findQueue(message.queue);
                line += "\n    " + (queue == nullptr ? "nothing" : queue->definition().name);
                if (message.consumer == nullptr) {
                    line += message.isDelivery ? " for a cancelled one" : " got";
                } else {
                    line += " for " + message.consumer->tag;
                }
                if (queue == nullptr) return;
                const broker::QueueEntry& entry = message.entry;
                const bool counts = queue->settings().deliveryLimit.has_value();
                append(line, factsOf(entry, letterOf(entry.message).text, counts));
            });
            result.lines.push_back(std::move(line));
        });
    }
    return result;
}

std::string BrokerView::outgoingText(const broker::MessagePtr& message, bool isRedelivered)
{
    const SeenLetter& letter = letterOf(message);
    std::string text = letter.text;
    if (isRedelivered) text += " redelivered";
    if (letter.deliveryCount != 0) {
        text += " for the " + std::to_string(letter.deliveryCount) + ". time";
    }
    return text;
}

SeenEvent BrokerView::seen(std::size_t client, const broker::Event& event)
{
    SeenEvent result{.channel = {client, event.channel}};
    if (const auto* delivery = std::get_if<broker::Delivery>(&event.body)) {
        result.stream = m_consumerTags[{client, event.channel, delivery->consumer}];
        result.text = outgoingText(delivery->message, delivery->isRedelivered);
    } else if (const auto* got = std::get_if<broker::GetOk>(&event.body)) {
        result.text = "get-ok " + outgoingText(got->message, got->isRedelivered) + ", " +
                      std::to_string(got->messageCount) + " left";
    } else if (const auto* returned = std::get_if<broker::Returned>(&event.body)) {
        result.text = "return " + letterOf(returned->message).text;
    } else if (const auto* confirm = std::get_if<broker::Confirm>(&event.body)) {
        result.isConfirm = true;
        result.confirm = *confirm;
    } else {
        if (const auto* ok = std::get_if<broker::ConsumeOk>(&event.body)) {
            m_consumerTags[{client, event.channel, ok->consumer}] = ok->tag;
        }
        const std::string text = describe(event);
        result.text = text.substr(text.find(' ') + 1);  // without the channel
    }
    return result;
}

std::vector<SeenEvent> BrokerView::takeEvents(const Clients& clients)
{
    std::vector<SeenEvent> events;
    for (std::size_t i = 0; i < clients.size(); ++i) {
        for (const broker::Event& event : clients[i]->takeEvents())
            events.push_back(seen(i, event));
    }
    return events;
}

}  // namespace warren::test
