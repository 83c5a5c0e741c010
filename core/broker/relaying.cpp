#include "core/broker/relaying.h"

#include "core/broker/names.h"

#include <algorithm>

namespace warren::broker {

using amqp::ReplyCode;
using Kind = OwnedCommand::Kind;

namespace {

/// Places are no positions of the log.
constexpr std::uint64_t kPlaceBit = std::uint64_t{1} << 63;

bool wasNoWait(const CommandBody& body)
{
    return std::visit(
        [](const auto& command) {
            if constexpr (requires { command.noWait; }) return command.noWait;
            return false;
        },
        body);
}

/// The queue that a command is about, by its name; nullopt: about none.
std::optional<std::string_view> queueNameOf(const CommandBody& body)
{
    if (const auto* get = std::get_if<Get>(&body)) return get->queue;
    if (const auto* consume = std::get_if<Consume>(&body)) return consume->queue;
    if (const auto* purge = std::get_if<PurgeQueue>(&body)) return purge->name;
    if (const auto* removal = std::get_if<DeleteQueue>(&body)) return removal->name;
    if (const auto* declare = std::get_if<DeclareQueue>(&body)) return declare->name;
    return std::nullopt;
}

bool changesDefinitions(const CommandBody& body)
{
    if (const auto* declare = std::get_if<DeclareExchange>(&body)) return !declare->isPassive;
    return std::holds_alternative<DeleteExchange>(body) ||
           std::holds_alternative<BindExchange>(body) ||
           std::holds_alternative<UnbindExchange>(body) ||
           std::holds_alternative<BindQueue>(body) || std::holds_alternative<UnbindQueue>(body);
}

bool namesPredeclared(const CommandBody& body)
{
    // Refused where it is asked, in the same words everywhere.
    const auto* declare = std::get_if<DeclareQueue>(&body);
    return declare != nullptr && declare->name.starts_with("amq.");
}

}  // namespace

NodeId Relaying::destinationOf(Channel& channel, const CommandBody& body) const
{
    if (!m_state.isClustered) return {};
    const NodeId node = placeOf(channel, body);
    if (!node || !channel.connection.isRelayed) return node;
    // Who sent it here knew no better, or nobody does at the moment: nothing goes on from node to
    // node. What declares a queue is answered by whoever could have made it.
    const bool isDeclaration = std::holds_alternative<DeclareQueue>(body);
    return isDeclaration && !m_state.definitionsLeader ? NodeId{} : kNoNode;
}

NodeId Relaying::placeOf(Channel& channel, const CommandBody& body) const
{
    if (changesDefinitions(body)) return m_state.definitionsLeader;
    if (const auto* cancel = std::get_if<Cancel>(&body)) {
        if (channel.relays == nullptr) return {};
        const auto at = channel.relays->consumers.find(cancel->tag);
        return at == channel.relays->consumers.end() ? NodeId{} : at->second.node;
    }
    const auto name = queueNameOf(body);
    if (!name || namesPredeclared(body)) return {};
    const auto* declare = std::get_if<DeclareQueue>(&body);
    const bool isAnyName = declare != nullptr && !declare->isPassive && name->empty();
    if (isAnyName) return m_state.definitionsLeader;
    const std::string actual = name->empty() ? channel.lastQueueName : withoutLineBreaks(*name);
    const Queue* queue = channel.connection.vhost->findQueue(actual);
    if (queue != nullptr) return queue->isLed() ? NodeId{} : queue->leader;
    const bool creates = declare != nullptr && !declare->isPassive;
    return creates ? m_state.definitionsLeader : NodeId{};
}

ChannelRelays::Counterpart& Relaying::counterpart(Channel& channel, NodeId node)
{
    if (channel.relays == nullptr) channel.relays = std::make_unique<ChannelRelays>();
    const auto [at, isNew] = channel.relays->counterparts.try_emplace(node);
    if (!isNew) return at->second;
    Connection& connection = channel.connection;
    if (m_sides.try_emplace({connection.id, node}).second) {
        m_out[node].push_back(
            {connection.id, 0,
             RelayRequest::Open{connection.name, connection.vhost->definition.name,
                                connection.user}});
    }
    at->second.opening = ++m_lastOpening;
    send(node, channel, RelayRequest::OpenChannel{at->second.opening});
    at->second.expected.push_back({.isOpening = true});
    if (channel.globalPrefetchMax != 0) {
        OwnedCommand prefetch{
            .kind = Kind::SetPrefetch, .flags = 1, .number = channel.globalPrefetchMax};
        at->second.expected.push_back({.kind = Kind::SetPrefetch});
        send(node, channel, std::move(prefetch));
    }
    return at->second;
}

void Relaying::send(NodeId to, const Channel& channel, RelayRequest::Body&& body)
{
    m_out[to].push_back({channel.connection.id, channel.number, std::move(body)});
}

void Relaying::expect(Channel& channel, NodeId node, ChannelRelays::Expected&& expected)
{
    expected.place = ++m_lastPlace | kPlaceBit;
    MissingBody missing;
    missing.request.position = expected.place;
    missing.isAsked = true;  // not from the disk
    channel.connection.postWithoutBody(channel.number, GetEmpty{}, std::move(missing));
    m_state.noteHolding(channel.connection);
    counterpart(channel, node).expected.push_back(std::move(expected));
}

Verdict Relaying::forward(Channel& channel, const CommandBody& body, NodeId to)
{
    const auto name = queueNameOf(body);
    const std::string queue = !name           ? std::string{}
                              : name->empty() ? channel.lastQueueName
                                              : withoutLineBreaks(*name);
    if (to == kNoNode || !m_state.reachableNodes.contains(to)) {
        const Vhost& vhost = *channel.connection.vhost;
        const bool isOfQueue =
            !changesDefinitions(body) && !queue.empty() && vhost.findQueue(queue) != nullptr;
        return isOfQueue ? queueElsewhere(vhost.definition.name, queue) : definitionsElsewhere();
    }
    auto command = OwnedCommand::of(body);
    ChannelRelays::Expected expected{.kind = command->kind, .noWait = wasNoWait(body)};
    switch (command->kind) {
    case Kind::Consume: {
        command->second = queue;
        if (command->first.empty()) command->first = generatedName("amq.ctag-", m_state.prng);
        const bool isTaken =
            channel.consumers.contains(command->first) ||
            (channel.relays != nullptr && channel.relays->consumers.contains(command->first));
        if (isTaken) {
            return Refusal{ReplyCode::NotAllowed,
                           "attempt to reuse consumer tag '" + command->first + "'",
                           {}};
        }
        expected.tag = command->first;
        expected.noAck = std::get<Consume>(body).noAck;
        counterpart(channel, to);
        ChannelRelays::RemoteConsumer consumer;
        consumer.queue = channel.connection.vhost->findQueue(queue)->id();
        consumer.node = to;
        consumer.slot = channel.takeSlot();
        consumer.command = *command;
        channel.relays->consumers.emplace(command->first, std::move(consumer));
        counterpart(channel, to).expected.push_back({.kind = Kind::SetPrefetch});
        send(to, channel, OwnedCommand{.kind = Kind::SetPrefetch, .number = channel.prefetchMax});
        break;
    }
    case Kind::Cancel: expected.tag = command->first; break;
    case Kind::Get: expected.noAck = std::get<Get>(body).noAck; [[fallthrough]];
    case Kind::PurgeQueue:
    case Kind::DeleteQueue: command->first = queue; break;
    case Kind::DeclareQueue: expected.isExclusive = std::get<DeclareQueue>(body).isExclusive; break;
    case Kind::BindQueue:
    case Kind::UnbindQueue:
        if (!command->first.empty()) break;
        if (channel.lastQueueName.empty()) {
            return Refusal{ReplyCode::NotFound, "no previously declared queue", {}};
        }
        // Spec: queue.bind/routing-key: both empty means the last declared queue's name as the key.
        if (command->routingKey.empty()) command->routingKey = channel.lastQueueName;
        command->first = channel.lastQueueName;
        break;
    default: break;
    }
    expect(channel, to, std::move(expected));
    send(to, channel, std::move(*command));
    return {};
}

void Relaying::forwardToAll(Channel& channel, const CommandBody& body)
{
    if (channel.relays == nullptr) return;
    const auto command = OwnedCommand::of(body);
    for (auto& [node, side] : channel.relays->counterparts) {
        side.expected.push_back({.kind = command->kind});
        send(node, channel, OwnedCommand{*command});
    }
}

void Relaying::settle(Channel& channel, const UnackedMessage& message,
                      RelayRequest::Settle::How how)
{
    if (channel.relays == nullptr || !channel.relays->counterparts.contains(message.remote)) return;
    send(message.remote, channel, RelayRequest::Settle{message.remoteTag, how});
}

void Relaying::abandon(Channel& channel, const ChannelRelays::Counterpart& side)
{
    for (const ChannelRelays::Expected& expected : side.expected) {
        if (expected.place == 0) continue;
        const auto filled = channel.connection.fill(channel.number, expected.place);
        if (filled) channel.connection.replace(*filled, std::nullopt);
    }
    m_state.release(channel.connection);
}

void Relaying::leave(Channel& channel)
{
    if (channel.relays == nullptr) return;
    for (const auto& [node, side] : channel.relays->counterparts) {
        send(node, channel, RelayRequest::CloseChannel{});
        abandon(channel, side);
    }
    channel.relays.reset();
}

void Relaying::leave(Connection& connection)
{
    for (auto at = m_sides.lower_bound({connection.id, NodeId{}});
         at != m_sides.end() && at->first.first == connection.id;) {
        m_out[at->first.second].push_back({connection.id, 0, RelayRequest::Lose{}});
        at = m_sides.erase(at);
    }
}

void Relaying::giveCredit(Connection& connection)
{
    for (auto at = m_sides.lower_bound({connection.id, NodeId{}});
         at != m_sides.end() && at->first.first == connection.id; ++at) {
        RemoteSide& side = at->second;
        if (side.creditedBytes == side.receivedBytes) continue;
        side.creditedBytes = side.receivedBytes;
        m_out[at->first.second].push_back(
            {connection.id, 0, RelayRequest::Credit{side.creditedBytes}});
    }
}

Relaying::RemoteSide* Relaying::findSide(ConnectionId connection, NodeId node)
{
    const auto at = m_sides.find({connection, node});
    return at == m_sides.end() ? nullptr : &at->second;
}

// ---------------------------------------------------------------------------------- what comes
// back

std::optional<Relaying::Failure> Relaying::take(NodeId from, RelayEvent&& event)
{
    Connection* connection = m_state.findConnection(event.connection);
    RemoteSide* remote = findSide(event.connection, from);
    if (connection == nullptr || remote == nullptr) return std::nullopt;
    if (const MessagePtr* message = messageOf(event.body); message != nullptr && *message) {
        remote->receivedBytes += static_cast<std::uint64_t>(Connection::wireBytes(**message));
    }
    if (event.channel == 0) {
        if (auto* failed = std::get_if<ConnectionFailed>(&event.body)) {
            return Failure{std::move(failed->error), true};
        }
        return std::nullopt;
    }
    Channel* channel = connection->findChannel(event.channel);
    if (channel == nullptr || channel->relays == nullptr) return std::nullopt;
    const auto at = channel->relays->counterparts.find(from);
    if (at == channel->relays->counterparts.end() || at->second.opening != event.opening) {
        return std::nullopt;
    }
    ChannelRelays::Counterpart& side = at->second;
    if (auto* failed = std::get_if<ChannelFailed>(&event.body)) {
        send(from, *channel, RelayRequest::ConfirmClosed{});
        abandon(*channel, side);
        channel->relays->counterparts.erase(at);
        return Failure{std::move(failed->error), false};
    }
    if (auto* delivery = std::get_if<Delivery>(&event.body)) {
        deliver(*channel, from, side, std::move(*delivery));
    } else if (auto* notice = std::get_if<CancelNotice>(&event.body)) {
        const auto consumer = channel->relays->consumers.find(notice->tag);
        if (consumer == channel->relays->consumers.end()) return std::nullopt;
        channel->giveSlotBack(consumer->second.slot);
        channel->relays->consumers.erase(consumer);
        if (connection->wantsConsumerCancelNotify) m_state.post(*channel, std::move(*notice));
    } else {
        answer(*channel, from, side, std::move(event.body));
    }
    return std::nullopt;
}

void Relaying::deliver(Channel& channel, NodeId from, ChannelRelays::Counterpart& side,
                       Delivery&& delivery)
{
    const auto tag = side.tags.find(delivery.consumer);
    const auto consumer = tag == side.tags.end() ? channel.relays->consumers.end()
                                                 : channel.relays->consumers.find(tag->second);
    if (consumer == channel.relays->consumers.end()) return;
    const bool noAck = (consumer->second.command.flags & 1) != 0;
    // A deposed master's: what its heir has already sent would come before. The heir sends it
    // again, unless nobody will.
    if (consumer->second.node != from && !noAck) return;
    delivery.consumer = consumer->second.slot;
    const DeliveryTag remoteTag = delivery.tag;
    delivery.tag = noAck ? channel.unacked.skip()
                         : channel.unacked.add({.queue = {},
                                                .remote = from,
                                                .remoteTag = remoteTag,
                                                .deliveredAt = m_state.now});
    channel.counters.deliver += 1;
    channel.counters.redeliver += delivery.isRedelivered;
    m_state.post(channel, std::move(delivery));
}

void Relaying::answer(Channel& channel, NodeId from, ChannelRelays::Counterpart& side,
                      EventBody&& body)
{
    if (side.expected.empty()) return;
    const ChannelRelays::Expected expected = std::move(side.expected.front());
    side.expected.pop_front();
    if (expected.isOpening) return;
    Connection& connection = channel.connection;
    if (auto* ok = std::get_if<ConsumeOk>(&body)) {
        const auto consumer = channel.relays->consumers.find(expected.tag);
        if (consumer == channel.relays->consumers.end()) return;
        side.tags[ok->consumer] = expected.tag;
        ok->consumer = consumer->second.slot;
        ok->isSilent = expected.noWait;
    } else if (std::holds_alternative<CancelOk>(body)) {
        const auto consumer = channel.relays->consumers.find(expected.tag);
        if (consumer != channel.relays->consumers.end()) {
            channel.giveSlotBack(consumer->second.slot);
            channel.relays->consumers.erase(consumer);
        }
        std::erase_if(side.tags, [&](const auto& one) { return one.second == expected.tag; });
    } else if (auto* got = std::get_if<GetOk>(&body)) {
        const DeliveryTag remoteTag = got->tag;
        got->tag = expected.noAck ? channel.unacked.skip()
                                  : channel.unacked.add({.queue = {},
                                                         .remote = from,
                                                         .remoteTag = remoteTag,
                                                         .deliveredAt = m_state.now});
        channel.counters.deliver += 1;
    } else if (const auto* declared = std::get_if<DeclareQueueOk>(&body)) {
        channel.lastQueueName = declared->name;
        const Queue* queue = connection.vhost->findQueue(declared->name);
        if (expected.isExclusive && queue != nullptr &&
            std::ranges::find(connection.exclusiveQueues, queue->id()) ==
                connection.exclusiveQueues.end()) {
            connection.exclusiveQueues.push_back(queue->id());
        }
    }
    if (expected.place == 0) return;
    const auto filled = connection.fill(channel.number, expected.place);
    if (!filled) return;
    const bool isSilent = expected.noWait && !std::holds_alternative<ConsumeOk>(body);
    connection.replace(*filled,
                       isSilent ? std::nullopt : std::optional<EventBody>{std::move(body)});
    m_state.release(connection);
}

// ------------------------------------------------------------------------------------- who is lost

std::vector<std::pair<ConnectionId, ChannelNumber>> Relaying::lose(NodeId node)
{
    std::vector<std::pair<ConnectionId, ChannelNumber>> waiting;
    m_out.erase(node);
    std::erase_if(m_sides, [&](const auto& one) {
        if (one.first.second != node) return false;
        // It may be reached all the same, and only be believed to be lost.
        m_out[node].push_back({one.first.first, 0, RelayRequest::Lose{}});
        Connection* connection = m_state.findConnection(one.first.first);
        if (connection == nullptr) return true;
        connection->forEachChannel([&](Channel& channel) {
            if (channel.relays == nullptr) return;
            const auto at = channel.relays->counterparts.find(node);
            if (at == channel.relays->counterparts.end()) return;
            const bool isWaiting = std::ranges::any_of(
                at->second.expected, [](const auto& expected) { return expected.place != 0; });
            abandon(channel, at->second);
            channel.relays->counterparts.erase(at);
            // What it held comes again from whoever leads the queue then.
            channel.unacked.forEachLive([&](UnackedMessage& message) {
                if (message.remote == node) message.remote = kNoNode;
            });
            for (auto& [tag, consumer] : channel.relays->consumers) {
                if (consumer.node == node) consumer.node = kNoNode;
            }
            if (isWaiting && !channel.isClosing) {
                waiting.emplace_back(connection->id, channel.number);
            }
        });
        return true;
    });
    return waiting;
}

void Relaying::adopt(Channel& channel, const std::string& tag,
                     ChannelRelays::RemoteConsumer&& consumer)
{
    if (channel.relays == nullptr) channel.relays = std::make_unique<ChannelRelays>();
    channel.relays->consumers.emplace(tag, std::move(consumer));
}

void Relaying::settleConsume(Channel& channel, const std::string& tag)
{
    const auto consumer = channel.relays->consumers.find(tag);
    if (consumer == channel.relays->consumers.end()) return;
    for (auto& [node, side] : channel.relays->counterparts) {
        for (ChannelRelays::Expected& expected : side.expected) {
            if (expected.kind != Kind::Consume || expected.tag != tag) continue;
            const std::uint64_t place = std::exchange(expected.place, 0);
            if (place == 0) continue;
            const auto filled = channel.connection.fill(channel.number, place);
            if (!filled) continue;
            channel.connection.replace(*filled,
                                       ConsumeOk{consumer->second.slot, tag, expected.noWait});
        }
    }
    m_state.release(channel.connection);
}

void Relaying::subscribe(Channel& channel, const std::string& tag, NodeId to)
{
    counterpart(channel, to);
    const auto consumer = channel.relays->consumers.find(tag);
    if (consumer == channel.relays->consumers.end()) return;
    consumer->second.node = to;
    auto& side = counterpart(channel, to);
    side.expected.push_back({.kind = Kind::SetPrefetch});
    side.expected.push_back({.kind = Kind::Consume, .tag = tag});
    send(to, channel, OwnedCommand{.kind = Kind::SetPrefetch, .number = channel.prefetchMax});
    send(to, channel, OwnedCommand{consumer->second.command});
}

}  // namespace warren::broker
