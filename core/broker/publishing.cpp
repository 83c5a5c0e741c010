#include "core/broker/publishing.h"

#include "core/amqp/properties.h"
#include "core/broker/dead_letter.h"
#include "core/broker/event_exchange.h"
#include "core/broker/message_copy.h"
#include "core/broker/names.h"
#include "core/broker/tracing.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

namespace warren::broker {

using amqp::ReplyCode;

namespace {

/// Ten years. Source: RabbitMQ 3.10.8, observed.
constexpr std::int64_t kExpirationMsMax = 315'360'000'000;
/// The tag of users who may publish in another's name.
constexpr std::string_view kImpersonator = "impersonator";

Refusal invalidExpiration(std::string_view text, std::string_view reason)
{
    return {ReplyCode::PreconditionFailed,
            "invalid expiration '" + std::string{text} + "': " + std::string{reason},
            {}};
}

/// The property expiration: milliseconds in decimal digits. Source: RabbitMQ 3.10.8, its words
/// observed.
Result<std::chrono::milliseconds, Refusal> readExpiration(std::string_view text)
{
    const bool isNegative = text.starts_with('-');
    const std::size_t first = isNegative || text.starts_with('+') ? 1 : 0;
    std::size_t end = first;
    std::int64_t number = 0;
    for (; end < text.size() && text[end] >= '0' && text[end] <= '9'; ++end) {
        // A short string may have more digits than an integer: past the limit they don't matter.
        if (number <= kExpirationMsMax) number = number * 10 + (text[end] - '0');
    }
    if (end == first) return invalidExpiration(text, "no_integer");
    if (end < text.size()) {
        return invalidExpiration(text,
                                 "{leftover_string,\"" + std::string{text.substr(end)} + "\"}");
    }
    const std::string_view digits = text.substr(first, end - first);
    const std::string_view significant =
        digits.substr(std::min(digits.find_first_not_of('0'), digits.size() - 1));
    if (isNegative && number != 0) {
        return invalidExpiration(text, "{value_negative,-" + std::string{significant} + "}");
    }
    if (number > kExpirationMsMax) {
        return invalidExpiration(text, "{value_too_large," + std::string{significant} + "}");
    }
    return std::chrono::milliseconds{number};
}

/// The lifetime that a message asks for itself.
std::optional<std::chrono::milliseconds> lifetimeOf(const Message& message)
{
    if (!message.hasExpiration()) return std::nullopt;
    const auto view = amqp::PropertiesView::parse(message.properties());
    const auto text = view ? view->expiration() : std::nullopt;
    if (!text) return std::nullopt;
    const auto lifetime = readExpiration(*text);
    if (!lifetime) return std::nullopt;
    return *lifetime;
}

std::string_view replyToOf(const Message& message)
{
    const auto view = amqp::PropertiesView::parse(message.properties());
    return view ? view->replyTo().value_or(std::string_view{}) : std::string_view{};
}

}  // namespace

// ----------------------------------------------------------------------------------------- routing

Result<Exchange*, Refusal> Publishing::findExchange(Vhost& vhost, const Channel* channel,
                                                    const Message& message) const
{
    const std::string_view user =
        channel == nullptr ? std::string_view{} : std::string_view{channel->connection.user};
    Verdict verdict = m_state.access.judge(user, vhost.definition.name, Right::Write,
                                           ResourceKind::Exchange, message.exchange());
    if (!verdict) return verdict.error();
    Exchange* exchange = vhost.findExchange(message.exchange());
    if (exchange == nullptr) return noExchange(vhost.definition.name, message.exchange());
    if (exchange->definition.isInternal) {
        return Refusal{ReplyCode::AccessRefused,
                       "cannot publish to internal " +
                           exchangeText(vhost.definition.name, exchange->definition.name),
                       {}};
    }
    if (exchange->definition.type == ExchangeType::Topic) {
        verdict = m_state.access.judgeTopic(user, vhost.definition.name, Right::Write,
                                            message.exchange(), message.routingKey());
        if (!verdict) return verdict.error();
    }
    return exchange;
}

Result<Publishing::Target, Refusal> Publishing::route(Vhost& vhost, Channel* channel,
                                                      const Message& message)
{
    // What the cache has was permitted: rights change the generation like everything else.
    RouteCache* cache = channel == nullptr ? nullptr : &channel->routes;
    const std::uint64_t generation = m_state.catalogue.generation();
    if (cache != nullptr) {
        const auto* hit = cache->find(generation, message.exchange(), message.routingKey());
        if (hit != nullptr) return Target{hit->exchange, &hit->queues};
    }
    const auto exchange = findExchange(vhost, channel, message);
    if (!exchange) return exchange.error();
    m_routing.find(vhost, **exchange, message.routingKey(), message.properties(), m_route);
    if (cache == nullptr || !m_route.dependsOnKeyOnly) return targetOf(**exchange);
    const auto& entry = cache->put({.generation = generation,
                                    .exchangeName = std::string{message.exchange()},
                                    .routingKey = std::string{message.routingKey()},
                                    .exchange = *exchange,
                                    .queues = m_route.queues});
    return Target{*exchange, &entry.queues};
}

Result<Publishing::Target, Refusal> Publishing::routeToAll(Vhost& vhost, Channel* channel,
                                                           const Message& message)
{
    const auto exchange = findExchange(vhost, channel, message);
    if (!exchange) return exchange.error();
    const auto keys = senderSelectedKeys(message);
    if (!keys) return keys.error();
    findQueues(vhost, **exchange, message, *keys);
    return targetOf(**exchange);
}

void Publishing::findQueues(const Vhost& vhost, Exchange& exchange, const Message& message,
                            const SenderSelectedKeys& keys)
{
    m_keys.assign({message.routingKey()});
    for (const auto* more : {&keys.cc, &keys.bcc})
        m_keys.insert(m_keys.end(), more->begin(), more->end());
    m_routing.find(vhost, exchange, m_keys, message.properties(), m_route);
}

void Publishing::keep(std::span<Exchange* const> keepers, const MessagePtr& message)
{
    for (const Exchange* keeper : keepers)
        keeper->history->keep(message);
}

// -------------------------------------------------------------------------------------- publishing

Verdict Publishing::judge(Channel& channel, MessagePtr& message) const
{
    if (message->hasExpiration()) {
        const auto view = amqp::PropertiesView::parse(message->properties());
        const auto text = view ? view->expiration() : std::nullopt;
        const auto lifetime = readExpiration(text.value_or(std::string_view{}));
        if (!lifetime) return lifetime.error();
    }
    if (message->hasReplyTo() && replyToOf(*message) == kReplyToName) {
        if (channel.replyKey.empty()) {
            return Refusal{ReplyCode::PreconditionFailed, "fast reply consumer does not exist", {}};
        }
        amqp::Properties properties = propertiesOf(*message);
        properties.replyTo = channel.replyKey;
        message = copyOf(*message, message->exchange(), message->routingKey(), properties);
    }
    return {};
}

Verdict Publishing::judgeUserId(const Channel& channel, const Message& message) const
{
    const std::string& user = channel.connection.user;
    const UserDefinition* definition = m_state.catalogue.findUser(user);
    const bool mayImpersonate =
        definition != nullptr &&
        std::ranges::find(definition->tags, kImpersonator) != definition->tags.end();
    if (mayImpersonate) return {};
    const auto view = amqp::PropertiesView::parse(message.properties());
    const auto claimed = view ? view->userId() : std::nullopt;
    return Refusal{ReplyCode::PreconditionFailed,
                   "user_id property set to '" + std::string{claimed.value_or(std::string_view{})} +
                       "' but authenticated user was '" + user + "'",
                   {}};
}

Verdict Publishing::publish(Channel& channel, Publish&& command)
{
    Vhost& vhost = *channel.connection.vhost;
    const bool isPlain = !command.message->hasSenderSelectedKeys();
    auto target = isPlain ? route(vhost, &channel, *command.message)
                          : routeToAll(vhost, &channel, *command.message);
    if (!target) return target.error();
    if (command.namesAnotherUser) {
        Verdict verdict = judgeUserId(channel, *command.message);
        if (!verdict) return verdict;
    }
    if (Verdict verdict = judge(channel, command.message); !verdict) return verdict;
    const std::vector<Queue*>& queues = *target->queues;
    count(&channel, *target, command.isMandatory);
    keep(target->keepers, command.message);
    if (isTraced(vhost)) tracePublish(m_state, vhost, &channel, command.message, queues);

    if (channel.mode == ChannelMode::Transactional) {
        Transaction::Publish held{.message = std::move(command.message),
                                  .queues = {},
                                  .isMandatory = command.isMandatory};
        for (const Queue* queue : queues)
            held.queues.push_back(queue->id());
        channel.transaction.publishes.push_back(std::move(held));
        return {};
    }
    if (queues.empty() && target->exchange->isDefault()) deliverReply(command.message);
    if (queues.empty() && command.isMandatory) giveBack(channel, command.message);
    m_publisher = &channel;
    const Outcome outcome = enqueue(command.message, queues);
    m_publisher = nullptr;
    noteBacklog(channel, *command.message, outcome);
    if (channel.mode == ChannelMode::Confirm) {
        if (outcome.isRefused) {
            channel.confirms.refuse();
        } else {
            channel.confirms.publish(outcome.position);
        }
        m_state.noteConfirms(channel);
    }
    return {};
}

Result<bool, Refusal> Publishing::publish(Vhost& vhost, const MessagePtr& message)
{
    if (message->hasExpiration() && !lifetimeOf(*message)) {
        return Refusal{ReplyCode::PreconditionFailed, "invalid expiration", {}};
    }
    const auto target = message->hasSenderSelectedKeys() ? routeToAll(vhost, nullptr, *message)
                                                         : route(vhost, nullptr, *message);
    if (!target) return target.error();
    count(nullptr, *target, false);
    if (isTraced(vhost)) tracePublish(m_state, vhost, nullptr, message, *target->queues);
    keep(target->keepers, message);
    (void)enqueue(message, *target->queues);  // nobody waits for the disk here
    return !target->queues->empty();
}

Publishing::DeadLetterOutcome Publishing::publishDeadLetter(Vhost& vhost, Exchange& exchange,
                                                            const MessagePtr& message,
                                                            bool judgesCycles)
{
    const auto keys = senderSelectedKeys(*message);
    findQueues(vhost, exchange, *message, keys ? *keys : SenderSelectedKeys{});
    exchange.publishedIn += 1;
    exchange.publishedOut += m_route.queues.size();
    keep(m_route.keepers, message);
    // Enqueueing may route other messages, so it gets a list of its own.
    std::vector<Queue*> queues = std::move(m_route.queues);
    if (judgesCycles) {
        std::erase_if(queues, [&](const Queue* queue) {
            return isDeathCycle(*message, queue->definition().name);
        });
    }
    DeadLetterOutcome all;
    for (Queue* queue : queues) {
        // Whoever leads a queue in a cluster may be deposed before others have the message. Then it
        // has to be sent again, so it is sent in the first place, be it to this node.
        const Outcome one =
            m_state.isClustered ? sendAway(*queue, message) : enqueue(*queue, message);
        all.takenBy += !one.isRefused;
        all.position = std::max(all.position, one.position);
    }
    return all;
}

LogPosition Publishing::takeRelayed(Queue& queue, const MessagePtr& message, bool& isRefused)
{
    const Outcome outcome = enqueue(queue, message);
    isRefused = outcome.isRefused;
    return outcome.position;
}

void Publishing::refuse(Channel& channel, LogPosition position)
{
    channel.confirms.refuseWaiting(position);
    if (channel.mode == ChannelMode::Confirm) m_state.noteConfirms(channel);
}

void Publishing::deliverReplays()
{
    for (const Replay& replay : std::exchange(m_state.replays, {})) {
        Vhost* vhost = m_state.catalogue.findVhost(replay.vhost);
        if (vhost == nullptr) continue;
        if (replay.kind == DestinationKind::Queue) {
            Queue* queue = vhost->findQueue(replay.destination);
            if (queue == nullptr) continue;
            for (const MessagePtr& message : replay.messages)
                (void)enqueue(*queue, message);  // it was confirmed when it was published
        } else {
            Exchange* exchange = vhost->findExchange(replay.destination);
            if (exchange == nullptr) continue;
            for (const MessagePtr& message : replay.messages)
                enqueueFrom(*vhost, *exchange, message);
        }
    }
}

void Publishing::deliverTraces()
{
    for (const Trace& trace : std::exchange(m_state.traces, {})) {
        Vhost* vhost = m_state.catalogue.findVhost(trace.vhost);
        if (vhost == nullptr) continue;
        enqueueFrom(*vhost, *vhost->findExchange(kTraceExchange), trace.message);
    }
}

void Publishing::deliverNotices()
{
    const auto notices = std::exchange(m_state.notices, {});
    Vhost* vhost = m_state.catalogue.findVhost(m_state.eventVhost);
    Exchange* exchange = vhost == nullptr ? nullptr : vhost->findExchange(kEventExchange);
    if (exchange == nullptr) return;
    for (const MessagePtr& notice : notices)
        enqueueFrom(*vhost, *exchange, notice);
}

void Publishing::enqueueFrom(Vhost& vhost, Exchange& exchange, const MessagePtr& message)
{
    const auto keys = senderSelectedKeys(*message);
    findQueues(vhost, exchange, *message, keys ? *keys : SenderSelectedKeys{});
    keep(m_route.keepers, message);
    const std::vector<Queue*> queues = std::move(m_route.queues);
    (void)enqueue(message, queues);  // as above
}

void Publishing::deliverReply(const MessagePtr& message)
{
    if (m_state.replyAddresses.empty()) return;
    const auto at = m_state.replyAddresses.find(message->routingKey());
    if (at == m_state.replyAddresses.end()) return;
    Connection* connection = m_state.findConnection(at->second.connection);
    Channel* channel =
        connection == nullptr ? nullptr : connection->findChannel(at->second.channel);
    if (channel == nullptr || channel->isClosing) return;
    // Nobody keeps replies for a client that doesn't read them.
    constexpr std::int64_t kBacklogBytesMax = 16 * 1024 * 1024;
    if (connection->sendCredit < -kBacklogBytesMax) return;
    connection->sendCredit -= Connection::wireBytes(*message);
    Delivery delivery;
    delivery.consumer = channel->replySlot;
    // Replies use up no tags: several may have the same one. Source: RabbitMQ 3.10.8.
    delivery.tag = channel->unacked.lastTag() + 1;
    delivery.message = withoutBlindKeys(message);
    m_state.post(*channel, std::move(delivery));
}

void Publishing::count(Channel* channel, const Target& target, bool isMandatory)
{
    target.exchange->publishedIn += 1;
    target.exchange->publishedOut += target.queues->size();
    const bool isDropped = target.queues->empty() && !isMandatory;
    m_state.counters.publish += 1;
    m_state.counters.dropped += isDropped;
    if (channel == nullptr) return;
    channel->counters.publish += 1;
    channel->counters.dropped += isDropped;
}

void Publishing::giveBack(Channel& channel, const MessagePtr& message)
{
    channel.counters.returned += 1;
    m_state.counters.returned += 1;
    m_state.post(channel, Returned{ReplyCode::NoRoute, withoutBlindKeys(message)});
}

// -------------------------------------------------------------------------------------- enqueueing

Publishing::Outcome Publishing::enqueue(const MessagePtr& message,
                                        const std::vector<Queue*>& queues)
{
    Outcome outcome;
    for (Queue* queue : queues) {
        const Outcome one = enqueue(*queue, message);
        outcome.position = std::max(outcome.position, one.position);
        outcome.isRefused |= one.isRefused;
        outcome.storedAt = std::max(outcome.storedAt, one.storedAt);
    }
    return outcome;
}

Publishing::Outcome Publishing::sendAway(const Queue& queue, const MessagePtr& message)
{
    const bool isReachable = m_state.reachableNodes.contains(queue.leader);
    if (!isReachable && m_publisher != nullptr) return {.isRefused = true};
    RemotePublish publish{
        .position = m_state.nextPosition(), .queue = queue.id(), .message = message};
    if (m_publisher != nullptr) {
        publish.connection = m_publisher->connection.id;
        publish.channel = m_publisher->number;
    }
    const LogPosition position = publish.position;
    m_state.remotePublishes.push_back(std::move(publish));
    return {.position = position, .storedAt = position};
}

Publishing::Outcome Publishing::enqueue(Queue& queue, const MessagePtr& message)
{
    if (!queue.isLed()) return sendAway(queue, message);
    if (!queue.hasLengthLimit()) return append(queue, message);
    // What consumers would have taken by now doesn't count.
    if (queue.readyCount() > 0) m_consuming.deliverFrom(queue);
    const Overflow overflow = queue.settings().overflow;
    if (overflow != Overflow::DropHead && queue.wouldOverflow(*message)) {
        if (overflow == Overflow::RejectPublishDeadLetter) {
            m_state.discard(queue, QueueEntry{.message = message}, DeathReason::LengthLimit);
        }
        return {.isRefused = true};
    }
    const Outcome outcome = append(queue, message);
    if (queue.isOverLimit()) m_consuming.deliverFrom(queue);
    m_consuming.dropOverflow(queue);
    return outcome;
}

void Publishing::noteBacklog(Channel& channel, const Message& message, const Outcome& outcome)
{
    if (outcome.storedAt == 0) return;
    m_state.noteBacklog(channel.connection, outcome.storedAt, message.memoryBytes());
}

Publishing::Outcome Publishing::append(Queue& queue, const MessagePtr& message)
{
    const Sequence sequence = queue.nextSequence();
    LogPosition position = 0;
    WallTime expiresAt;
    auto lifetime = queue.settings().messageTtl;
    if (message->hasExpiration()) {
        const auto own = lifetimeOf(*message);
        if (own && (!lifetime || *own < *lifetime)) lifetime = own;
    }
    if (lifetime) expiresAt.sinceEpoch = m_state.wallNow.sinceEpoch + *lifetime;
    const std::uint8_t priority = queue.priorityOf(*message);
    // What mirrors are to have goes through the log, whatever its publisher wished.
    if ((message->isPersistent() || queue.isMirrored) && queue.isStored()) {
        const RedeliveryMark& mark = queue.lane(priority).mark;
        if (!queue.consumers.isEmpty() && sequence > mark.upTo()) {
            // The message may go out at once: the mark goes before it in the log.
            m_consuming.extendMark(queue, priority, sequence + RedeliveryMark::kBlock);
        } else if (mark.isOutdated()) {
            m_consuming.extendMark(queue, priority, mark.upTo());
        }
        position = m_state.nextPosition();
        m_state.log(Enqueue{queue.id(), sequence, position, message, expiresAt});
    }
    const LogPosition confirmedAt = position;
    const bool isSpilled = position == 0 && m_paging.mustSpill(queue);
    if (isSpilled) {
        position = m_state.nextPosition();
        m_state.log(Enqueue{queue.id(), sequence, position, message, expiresAt});
    }
    queue.enqueue(QueueEntry{.message = message,
                             .sequence = sequence,
                             .position = position,
                             .expiresAt = expiresAt,
                             .isSpilled = isSpilled});
    if (isSpilled) {
        m_paging.noteSpilled(
            {.queue = queue.id(), .sequence = sequence, .position = position, .priority = priority},
            message->memoryBytes());
    }
    if (position != 0) m_paging.noteEnqueued(queue, priority);
    m_paging.noteGrown(queue);
    queue.counters.publish += 1;
    m_state.markDirty(queue);
    return {.position = confirmedAt, .storedAt = position};
}

// ------------------------------------------------------------------------------------------- modes

Verdict Publishing::selectConfirms(Channel& channel, const SelectConfirms& command)
{
    if (channel.mode == ChannelMode::Transactional) {
        return Refusal{ReplyCode::PreconditionFailed, "cannot switch from tx to confirm mode", {}};
    }
    channel.mode = ChannelMode::Confirm;
    if (!command.noWait) m_state.post(channel, PlainReply::ConfirmSelectOk);
    return {};
}

Verdict Publishing::selectTransactions(Channel& channel)
{
    if (channel.mode == ChannelMode::Confirm) {
        return Refusal{ReplyCode::PreconditionFailed, "cannot switch from confirm to tx mode", {}};
    }
    channel.mode = ChannelMode::Transactional;
    m_state.post(channel, PlainReply::TxSelectOk);
    return {};
}

Verdict Publishing::commit(Channel& channel)
{
    if (channel.mode != ChannelMode::Transactional) {
        return Refusal{ReplyCode::PreconditionFailed, "channel is not transactional", {}};
    }
    Transaction transaction = std::exchange(channel.transaction, {});
    LogPosition position = 0;
    bool isPartial = false;
    for (const Transaction::Publish& publish : transaction.publishes) {
        m_queues.clear();
        for (const QueueId id : publish.queues) {
            if (Queue* queue = m_state.catalogue.findQueue(id)) m_queues.push_back(queue);
        }
        if (publish.queues.empty() && publish.message->exchange().empty()) {
            deliverReply(publish.message);
        }
        if (publish.queues.empty() && publish.isMandatory) giveBack(channel, publish.message);
        m_publisher = &channel;
        const Outcome outcome = enqueue(publish.message, m_queues);
        m_publisher = nullptr;
        noteBacklog(channel, *publish.message, outcome);
        position = std::max(position, outcome.position);
        isPartial |= outcome.isRefused;
    }
    for (const Transaction::Settlement& settlement : transaction.settlements) {
        m_consuming.settle(channel, settlement);
    }
    // The rest of the transaction holds, as in RabbitMQ: there is no way back for what was taken.
    if (isPartial) return Refusal{ReplyCode::PreconditionFailed, "partial tx completion", {}};
    // commit-ok promises what a confirm promises. Acknowledgements may reach the disk later: losing
    // one redelivers its message, flagged, which AMQP permits.
    m_state.hold(channel, position);
    m_state.post(channel, PlainReply::TxCommitOk);
    return {};
}

Verdict Publishing::rollback(Channel& channel)
{
    if (channel.mode != ChannelMode::Transactional) {
        return Refusal{ReplyCode::PreconditionFailed, "channel is not transactional", {}};
    }
    for (const Transaction::Settlement& settlement : channel.transaction.settlements) {
        m_consuming.restore(channel, settlement);
    }
    channel.transaction = {};
    m_state.post(channel, PlainReply::TxRollbackOk);
    return {};
}

void Publishing::confirm()
{
    // A channel stays on the list while it waits for the store.
    std::erase_if(m_state.confirmChannels(), [this](Channel* channel) {
        m_confirms.clear();
        const std::size_t before = channel->confirms.unconfirmedCount();
        channel->confirms.take(m_state.committed(), m_confirms);
        const std::size_t count = before - channel->confirms.unconfirmedCount();
        channel->counters.confirm += count;
        m_state.counters.confirm += count;
        for (const Confirm& one : m_confirms)
            m_state.post(*channel, Confirm{one});
        channel->hasNewConfirms = channel->confirms.unconfirmedCount() > 0;
        return !channel->hasNewConfirms;
    });
}

}  // namespace warren::broker
