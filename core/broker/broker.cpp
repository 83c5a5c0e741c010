#include "core/broker/broker.h"

#include "core/base/check.h"
#include "core/broker/event_exchange.h"
#include "core/broker/names.h"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace warren::broker {

using amqp::MethodId;
using amqp::ReplyCode;

namespace {

/// What one flush hands out at most, or thousands of consumers would get their share of memory at
/// once.
constexpr std::int64_t kDeliveryBytesPerFlush = 32 * 1024 * 1024;

/// The method that a command came from, for the answer to a refusal.
MethodId methodOf(const CommandBody& body)
{
    struct Visitor {
        MethodId operator()(const Publish&) const { return {amqp::kBasicClass, 40}; }
        MethodId operator()(const Ack&) const { return {amqp::kBasicClass, 80}; }
        MethodId operator()(const Reject& command) const { return command.method; }
        MethodId operator()(const Get&) const { return {amqp::kBasicClass, 70}; }
        MethodId operator()(const Consume&) const { return {amqp::kBasicClass, 20}; }
        MethodId operator()(const Cancel&) const { return {amqp::kBasicClass, 30}; }
        MethodId operator()(const Recover& command) const { return command.method; }
        MethodId operator()(const SetPrefetch&) const { return {amqp::kBasicClass, 10}; }
        MethodId operator()(const OpenConnection&) const { return {amqp::kConnectionClass, 40}; }
        MethodId operator()(const RefuseLogin&) const { return {amqp::kConnectionClass, 11}; }
        MethodId operator()(const CloseConnection&) const { return {amqp::kConnectionClass, 50}; }
        MethodId operator()(const FailConnection& command) const { return command.error.method; }
        MethodId operator()(const LoseConnection&) const { return {}; }
        MethodId operator()(const OpenChannel&) const { return {amqp::kChannelClass, 10}; }
        MethodId operator()(const CloseChannel&) const { return {amqp::kChannelClass, 40}; }
        MethodId operator()(const FailChannel& command) const { return command.error.method; }
        MethodId operator()(const ConfirmChannelClosed&) const { return {amqp::kChannelClass, 41}; }
        MethodId operator()(const SetFlow&) const { return {amqp::kChannelClass, 20}; }
        MethodId operator()(const RequestAccess&) const { return {amqp::kAccessClass, 10}; }
        MethodId operator()(const DeclareExchange&) const { return {amqp::kExchangeClass, 10}; }
        MethodId operator()(const DeleteExchange&) const { return {amqp::kExchangeClass, 20}; }
        MethodId operator()(const BindExchange&) const { return {amqp::kExchangeClass, 30}; }
        MethodId operator()(const UnbindExchange&) const { return {amqp::kExchangeClass, 40}; }
        MethodId operator()(const DeclareQueue&) const { return {amqp::kQueueClass, 10}; }
        MethodId operator()(const DeleteQueue&) const { return {amqp::kQueueClass, 40}; }
        MethodId operator()(const BindQueue&) const { return {amqp::kQueueClass, 20}; }
        MethodId operator()(const UnbindQueue&) const { return {amqp::kQueueClass, 50}; }
        MethodId operator()(const PurgeQueue&) const { return {amqp::kQueueClass, 30}; }
        MethodId operator()(const SelectConfirms&) const { return {amqp::kConfirmClass, 10}; }
        MethodId operator()(const SelectTransactions&) const { return {amqp::kTxClass, 10}; }
        MethodId operator()(const CommitTransaction&) const { return {amqp::kTxClass, 20}; }
        MethodId operator()(const RollbackTransaction&) const { return {amqp::kTxClass, 30}; }
    };
    return std::visit(Visitor{}, body);
}

Asker askerOf(const Channel& channel)
{
    return {.connection = channel.connection.id, .user = channel.connection.user};
}

}  // namespace

Broker::Broker(std::uint64_t seed)
    : m_state(seed),
      m_paging(m_state),
      m_relaying(m_state),
      m_consuming(m_state, m_paging, m_relaying),
      m_publishing(m_state, m_paging, m_consuming),
      m_policies(m_state),
      m_declarations(m_state, m_consuming, m_policies),
      m_connections(m_state, m_consuming, m_declarations, m_relaying),
      m_administration(m_state, m_declarations, m_connections),
      m_roles(m_state, m_consuming, m_relaying),
      m_mirrorCopies(m_state, m_paging),
      m_agreedChanges(m_state, m_declarations, m_administration, m_policies),
      m_deadLettering(m_state, m_paging, m_publishing),
      m_lifetimes(m_state, m_consuming, m_declarations, m_connections)
{
    m_state.actor = kManagementActor;
}

// ----------------------------------------------------------------------------------------- restart

void Broker::restore(const CatalogueChange& change)
{
    m_state.catalogue.apply(change);
    const auto* put = std::get_if<PutQueue>(&change);
    if (put == nullptr) return;
    Queue& queue = *m_state.catalogue.findQueue(put->queue.id);
    queue.lastUsed = m_state.now;
    queue.forEachLane([](std::uint8_t, QueueLane& lane) { lane.mark.setOutdated(); });
    m_state.markDirty(queue);
}

bool Broker::restore(QueueId id, RestoredMessage&& restored)
{
    Queue* queue = m_state.catalogue.findQueue(id);
    if (queue == nullptr) return false;
    const std::uint8_t priority =
        std::min(restored.message ? restored.message->priority() : restored.priority,
                 queue->settings().priorityMax);
    if (restored.wasDelivered) queue->lane(priority).mark.restore(restored.sequence);
    QueueEntry entry{.message = std::move(restored.message),
                     .sequence = restored.sequence,
                     .position = restored.position,
                     .expiresAt = restored.expiresAt,
                     .bodyBytes = restored.bodyBytes,
                     .priority = priority,
                     .isRedelivered = restored.wasDelivered};
    entry.deliveryCount = std::min(restored.deliveryCount, QueueEntry::kDeliveryCountMax) &
                          QueueEntry::kDeliveryCountMax;
    queue->enqueue(std::move(entry));
    m_paging.noteEnqueued(*queue, priority);
    m_paging.noteGrown(*queue);
    return true;
}

void Broker::finishRestore(LogPosition lastPosition, QueueId lastQueueId)
{
    m_state.restorePosition(lastPosition);
    m_state.lastQueueId = lastQueueId;
    m_policies.applyAll();
}

void Broker::ensureVhost(std::string_view name)
{
    if (m_state.catalogue.findVhost(name) != nullptr) return;
    m_state.change(PutVhost{{std::string{name}}}, true);
}

void Broker::setEventVhost(std::string_view name)
{
    m_state.eventVhost = name;
    const Vhost* vhost = m_state.catalogue.findVhost(name);
    if (vhost == nullptr || vhost->findExchange(kEventExchange) != nullptr) return;
    m_state.change(PutExchange{{.vhost = std::string{name},
                                .name = std::string{kEventExchange},
                                .type = ExchangeType::Topic,
                                .isDurable = true,
                                .isInternal = true}},
                   true);
}

// -------------------------------------------------------------------------------------------- time

void Broker::setNow(Instant now, WallTime wallNow)
{
    const Duration drift = (wallNow.sinceEpoch - m_state.wallNow.sinceEpoch) - (now - m_state.now);
    m_state.now = now;
    m_state.wallNow = wallNow;
    // The calendar was set, or the machine slept: what expires by the calendar is due at other
    // times than was thought.
    constexpr Duration kDriftMax = std::chrono::seconds{1};
    if (drift < kDriftMax && drift > -kDriftMax) return;
    for (const Vhost* vhost : m_state.catalogue.vhostsByName()) {
        for (const Queue* queue : vhost->queuesByName()) {
            if (queue->nextExpiry()) m_state.changedSettings.push_back(queue->id());
        }
    }
}

Instant Broker::nextDeadline() const { return m_state.timers.next(); }

// ----------------------------------------------------------------------------------------- clients

void Broker::addConnection(ConnectionId id, std::string name, bool usesTls)
{
    m_connections.add(id, std::move(name), usesTls);
}

void Broker::apply(ConnectionId id, Command&& command)
{
    Connection* connection = m_state.findConnection(id);
    WARREN_CHECK(connection != nullptr);
    if (std::holds_alternative<LoseConnection>(command.body)) {
        const ActorScope actor(m_state, kInternalActor);
        m_connections.lose(id);
        followUp();
        return;
    }
    if (connection->isClosed) return;
    const ActorScope actor(m_state, connection->user);
    if (command.channel == 0) {
        applyToConnection(*connection, command.body);
        followUp();
        return;
    }
    if (std::holds_alternative<OpenChannel>(command.body)) {
        m_connections.openChannel(*connection, command.channel);
        followUp();
        return;
    }
    Channel* channel = connection->findChannel(command.channel);
    WARREN_CHECK(channel != nullptr);
    applyToChannel(*channel, command.body);
    followUp();
}

void Broker::followUp()
{
    if (!m_state.replays.empty()) m_publishing.deliverReplays();
    if (!m_state.doomedQueues.empty()) m_declarations.removeDoomed();
    if (!m_state.traces.empty()) m_publishing.deliverTraces();
    if (!m_state.notices.empty()) m_publishing.deliverNotices();
    if (!m_state.refilledQueues.empty()) m_consuming.trimRefilled();
    if (!m_state.deadLetters.isEmpty()) m_deadLettering.drain();
}

void Broker::applyToConnection(Connection& connection, CommandBody& body)
{
    if (const auto* open = std::get_if<OpenConnection>(&body)) {
        m_connections.open(connection, *open);
    } else if (const auto* refusal = std::get_if<RefuseLogin>(&body)) {
        noteRefusedLogin(m_state, connection, *refusal);
    } else if (std::holds_alternative<CloseConnection>(body)) {
        m_connections.close(connection);
    } else if (auto* failure = std::get_if<FailConnection>(&body)) {
        m_connections.fail(connection, std::move(failure->error));
    } else {
        WARREN_CHECK(false && "a channel's command on channel 0");
    }
}

void Broker::applyToChannel(Channel& channel, CommandBody& body)
{
    if (std::holds_alternative<ConfirmChannelClosed>(body)) {
        m_connections.confirmChannelClosed(channel);
        return;
    }
    if (std::holds_alternative<CloseChannel>(body)) {
        m_connections.closeChannel(channel);
        return;
    }
    if (channel.isClosing) return;
    if (m_state.isClustered) {
        if (const NodeId node = m_relaying.destinationOf(channel, body)) {
            settleVerdict(channel, m_relaying.forward(channel, body, node), body);
            return;
        }
        if (std::holds_alternative<Recover>(body)) m_relaying.forwardToAll(channel, body);
    }

    if (auto* publish = std::get_if<Publish>(&body)) {
        m_connections.notePublish(channel.connection);
        settleVerdict(channel, m_publishing.publish(channel, std::move(*publish)), body);
    } else if (const auto* ack = std::get_if<Ack>(&body)) {
        settleVerdict(channel, m_consuming.ack(channel, *ack), body);
    } else if (const auto* reject = std::get_if<Reject>(&body)) {
        settleVerdict(channel, m_consuming.reject(channel, *reject), body);
    } else if (const auto* get = std::get_if<Get>(&body)) {
        settleVerdict(channel, m_consuming.get(channel, *get), body);
    } else if (const auto* consume = std::get_if<Consume>(&body)) {
        settleVerdict(channel, m_consuming.consume(channel, *consume), body);
    } else if (const auto* cancel = std::get_if<Cancel>(&body)) {
        m_consuming.cancel(channel, *cancel);
    } else if (const auto* recover = std::get_if<Recover>(&body)) {
        m_consuming.recover(channel, *recover);
    } else if (const auto* prefetch = std::get_if<SetPrefetch>(&body)) {
        m_consuming.setPrefetch(channel, *prefetch);
    } else if (const auto* flow = std::get_if<SetFlow>(&body)) {
        m_consuming.setFlow(channel, flow->isActive);
    } else if (std::holds_alternative<RequestAccess>(body)) {
        m_state.post(channel, PlainReply::AccessRequestOk);
    } else if (auto* failure = std::get_if<FailChannel>(&body)) {
        m_connections.failChannel(channel, std::move(failure->error));
    } else if (const auto* confirms = std::get_if<SelectConfirms>(&body)) {
        settleVerdict(channel, m_publishing.selectConfirms(channel, *confirms), body);
    } else if (std::holds_alternative<SelectTransactions>(body)) {
        settleVerdict(channel, m_publishing.selectTransactions(channel), body);
    } else if (std::holds_alternative<CommitTransaction>(body)) {
        settleVerdict(channel, m_publishing.commit(channel), body);
    } else if (std::holds_alternative<RollbackTransaction>(body)) {
        settleVerdict(channel, m_publishing.rollback(channel), body);
    } else {
        applyDeclaration(channel, body);
    }
}

void Broker::settleVerdict(Channel& channel, const Verdict& verdict, const CommandBody& body)
{
    if (verdict.isOk()) return;
    amqp::AmqpError error = verdict.error();
    error.method = methodOf(body);
    if (amqp::isConnectionError(error.code)) {
        m_connections.fail(channel.connection, std::move(error));
    } else {
        m_connections.failChannel(channel, std::move(error));
    }
}

// ------------------------------------------------------------------------------------ declarations

void Broker::applyDeclaration(Channel& channel, CommandBody& body)
{
    const Verdict verdict = std::visit(
        [&](const auto& command) -> Verdict {
            if constexpr (requires { on(channel, command); }) {
                return on(channel, command);
            } else {
                WARREN_CHECK(false && "a connection's command on a channel");
                return {};
            }
        },
        body);
    settleVerdict(channel, verdict, body);
}

void Broker::answer(Channel& channel, LogPosition position, bool noWait, EventBody&& event)
{
    m_state.hold(channel, position);
    if (!noWait) m_state.post(channel, std::move(event));
}

Verdict Broker::on(Channel& channel, const DeclareExchange& command)
{
    const auto result =
        m_declarations.declareExchange(*channel.connection.vhost, askerOf(channel), command);
    if (!result) return result.error();
    answer(channel, *result, command.noWait, PlainReply::ExchangeDeclareOk);
    return {};
}

Verdict Broker::on(Channel& channel, const DeleteExchange& command)
{
    const auto result =
        m_declarations.deleteExchange(*channel.connection.vhost, askerOf(channel), command);
    if (!result) return result.error();
    answer(channel, *result, command.noWait, PlainReply::ExchangeDeleteOk);
    return {};
}

Verdict Broker::changeBinding(Channel& channel, Result<LogPosition, Refusal> result, bool noWait,
                              PlainReply reply)
{
    if (!result) return result.error();
    answer(channel, *result, noWait, reply);
    return {};
}

Verdict Broker::on(Channel& channel, const BindExchange& command)
{
    BindingDefinition binding{
        channel.connection.vhost->definition.name, withoutLineBreaks(command.source),
        withoutLineBreaks(command.destination),    DestinationKind::Exchange,
        std::string{command.routingKey},           command.arguments};
    return changeBinding(channel, m_declarations.bind(askerOf(channel), std::move(binding)),
                         command.noWait, PlainReply::ExchangeBindOk);
}

Verdict Broker::on(Channel& channel, const UnbindExchange& command)
{
    const BindingDefinition binding{
        channel.connection.vhost->definition.name, withoutLineBreaks(command.source),
        withoutLineBreaks(command.destination),    DestinationKind::Exchange,
        std::string{command.routingKey},           command.arguments};
    return changeBinding(channel, m_declarations.unbind(askerOf(channel), binding), command.noWait,
                         PlainReply::ExchangeUnbindOk);
}

Verdict Broker::on(Channel& channel, const BindQueue& command)
{
    if (command.queue.empty() && channel.lastQueueName.empty()) {
        return Refusal{ReplyCode::NotFound, "no previously declared queue", {}};
    }
    // Spec: queue.bind/routing-key: both empty means the last declared queue's name as the key.
    const bool isShortcut = command.queue.empty() && command.routingKey.empty();
    BindingDefinition binding{
        channel.connection.vhost->definition.name,
        withoutLineBreaks(command.exchange),
        command.queue.empty() ? channel.lastQueueName : withoutLineBreaks(command.queue),
        DestinationKind::Queue,
        isShortcut ? channel.lastQueueName : std::string{command.routingKey},
        command.arguments};
    return changeBinding(channel, m_declarations.bind(askerOf(channel), std::move(binding)),
                         command.noWait, PlainReply::QueueBindOk);
}

Verdict Broker::on(Channel& channel, const UnbindQueue& command)
{
    if (command.queue.empty() && channel.lastQueueName.empty()) {
        return Refusal{ReplyCode::NotFound, "no previously declared queue", {}};
    }
    const bool isShortcut = command.queue.empty() && command.routingKey.empty();
    const BindingDefinition binding{
        channel.connection.vhost->definition.name,
        withoutLineBreaks(command.exchange),
        command.queue.empty() ? channel.lastQueueName : withoutLineBreaks(command.queue),
        DestinationKind::Queue,
        isShortcut ? channel.lastQueueName : std::string{command.routingKey},
        command.arguments};
    return changeBinding(channel, m_declarations.unbind(askerOf(channel), binding), false,
                         PlainReply::QueueUnbindOk);
}

Verdict Broker::on(Channel& channel, const DeclareQueue& command)
{
    Connection& connection = channel.connection;
    const auto result = m_declarations.declareQueue(*connection.vhost, askerOf(channel), command);
    if (!result) return result.error();
    const Queue* queue = connection.vhost->findQueue(result->name);
    const bool isKeptHere = !connection.isRelayed;  // its client's node sees to the end of it
    if (command.isExclusive && !command.isPassive && queue != nullptr && isKeptHere) {
        const QueueId id = queue->id();
        if (std::ranges::find(connection.exclusiveQueues, id) == connection.exclusiveQueues.end()) {
            connection.exclusiveQueues.push_back(id);
        }
    }
    channel.lastQueueName = result->name;
    answer(channel, result->position, command.noWait,
           DeclareQueueOk{result->name, result->messageCount, result->consumerCount});
    return {};
}

Verdict Broker::on(Channel& channel, const DeleteQueue& command)
{
    const auto name = command.name.empty() ? std::string_view{channel.lastQueueName} : command.name;
    if (name.empty()) return Refusal{ReplyCode::NotFound, "no previously declared queue", {}};
    DeleteQueue named = command;
    named.name = name;
    const auto result =
        m_declarations.deleteQueue(*channel.connection.vhost, askerOf(channel), named);
    if (!result) return result.error();
    answer(channel, result->position, command.noWait, DeleteQueueOk{result->count});
    return {};
}

Verdict Broker::on(Channel& channel, const PurgeQueue& command)
{
    const auto name = command.name.empty() ? std::string_view{channel.lastQueueName} : command.name;
    if (name.empty()) return Refusal{ReplyCode::NotFound, "no previously declared queue", {}};
    const auto result =
        m_declarations.purgeQueue(*channel.connection.vhost, askerOf(channel), name);
    if (!result) return result.error();
    answer(channel, result->position, command.noWait, PurgeOk{result->count});
    return {};
}

// --------------------------------------------------------------------------------------- the world

void Broker::setSendCredit(ConnectionId id, std::int64_t bytes)
{
    Connection* connection = m_state.findConnection(id);
    if (connection == nullptr) return;
    // What is held back will still come on top of what the socket holds.
    connection->sendCredit = bytes - connection->heldDeliveryBytes();
    if (m_state.isClustered && bytes > 0) m_relaying.giveCredit(*connection);
    m_paging.askFor(*connection);
    if (connection->sendCredit <= 0 || !connection->isStarved) return;
    connection->isStarved = false;
    m_consuming.unparkAll(*connection);
}

void Broker::commit(LogPosition upTo)
{
    m_state.commit(upTo);
    m_paging.afterCommit();
}

void Broker::setBodyLimits(std::size_t keptBytes, std::size_t bytesMax)
{
    m_state.memory().keptBytes = keptBytes;
    m_state.memory().bytesMax = bytesMax;
}

void Broker::provideBodies(std::vector<LoadedBody>&& bodies)
{
    m_paging.provide(std::move(bodies));
    followUp();
}

void Broker::setAlarms(Alarms alarms) { m_connections.setAlarms(alarms); }

bool Broker::closeConnection(ConnectionId id, amqp::AmqpError error)
{
    Connection* connection = m_state.findConnection(id);
    if (connection == nullptr || connection->isClosed) return false;
    m_connections.fail(*connection, std::move(error));
    followUp();
    return true;
}

bool Broker::closeChannel(ConnectionId id, ChannelNumber number, amqp::AmqpError error)
{
    Connection* connection = m_state.findConnection(id);
    Channel* channel = connection == nullptr ? nullptr : connection->findChannel(number);
    if (channel == nullptr || channel->isClosing) return false;
    m_connections.failChannel(*channel, std::move(error));
    followUp();
    return true;
}

void Broker::logExactMarks()
{
    for (const Vhost* vhost : m_state.catalogue.vhostsByName()) {
        for (const Queue* one : vhost->queuesByName()) {
            if (!one->isStored()) continue;
            Queue& queue = *m_state.catalogue.findQueue(one->id());
            queue.forEachLane([&](std::uint8_t priority, const QueueLane& lane) {
                if (lane.mark.upTo() == 0) return;
                m_state.log(MarkDelivered{queue.id(), lane.deliveredUpTo(), m_state.nextPosition(),
                                          priority});
            });
        }
    }
}

// ------------------------------------------------------------------------------------------ output

void Broker::flush()
{
    const ActorScope actor(m_state, kInternalActor);
    m_state.deliveryBytesLeft = kDeliveryBytesPerFlush;
    m_lifetimes.run();
    if (!m_state.refilledQueues.empty()) m_consuming.trimRefilled();
    m_paging.relieve();
    for (const QueueId id : m_state.takeDirtyQueues()) {
        Queue* queue = m_state.catalogue.findQueue(id);
        if (queue == nullptr) continue;
        queue->isDirty = false;
        m_consuming.deliverFrom(*queue);
        m_lifetimes.settle(*queue);
    }
    m_state.deliveryBytesLeft = State::kUnlimited;
    followUp();
    m_publishing.confirm();
}

void Broker::forgetEvents(Connection& connection)
{
    constexpr std::size_t kEventCapacityKept = 8192;
    std::vector<Event>& events = connection.events();
    events.clear();
    if (events.capacity() > kEventCapacityKept) events.shrink_to_fit();
}

std::vector<StoredOperation> Broker::takeOperations()
{
    return std::exchange(m_state.operations(), {});
}

std::vector<BodyRequest> Broker::takeBodyRequests()
{
    return std::exchange(m_state.bodyRequests, {});
}

}  // namespace warren::broker
