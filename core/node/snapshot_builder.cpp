#include "core/node/snapshot_builder.h"

#include "core/broker/arguments.h"
#include "core/broker/exchange_arguments.h"
#include "core/broker/policy_keys.h"
#include "core/node/access_rows.h"
#include "core/node/policy_commands.h"
#include "core/node/value_conversion.h"

#include <algorithm>
#include <chrono>
#include <span>
#include <string_view>
#include <tuple>

namespace warren::node {

using namespace management;

namespace {

QString textOfProperty(const amqp::FieldTable& table, std::string_view key)
{
    const amqp::FieldValue* value = table.find(key);
    const auto* text = value == nullptr ? nullptr : value->as<std::string>();
    return text == nullptr ? QString{} : textOf(std::string_view{*text});
}

BindingRow bindingRow(const broker::BindingDefinition& binding)
{
    return {textOf(std::string_view{binding.vhost}),
            textOf(std::string_view{binding.source}),
            textOf(std::string_view{binding.destination}),
            binding.destinationKind == broker::DestinationKind::Queue ? DestinationKind::Queue
                                                                      : DestinationKind::Exchange,
            textOf(std::string_view{binding.routingKey}),
            argumentsOf(binding.arguments)};
}

/// What a queue has by its arguments and policies only.
void addExtensions(const broker::Queue& queue, QueueRow& row, Instant now)
{
    if (const broker::Consumer* active = queue.consumers.active()) {
        row.singleActiveConsumer = textOf(std::string_view{active->tag});
        row.singleActiveSince =
            QDateTime::fromMSecsSinceEpoch(active->activeSince.sinceEpoch.count());
    }
    const auto idle = queue.settings().expires;
    if (idle && queue.consumers.isEmpty()) {
        const Duration left = std::max(queue.lastUsed + *idle - now, Duration{0});
        row.expiresIn = std::chrono::ceil<std::chrono::milliseconds>(left);
    }
    for (int priority = 0; priority <= queue.settings().priorityMax; ++priority) {
        if (queue.settings().priorityMax == 0) break;
        row.readyByPriority.append(queue.readyCount(static_cast<std::uint8_t>(priority)));
    }
    row.deadLetteredCount = queue.deadLetteredCount;
    row.deadLetterDroppedCount = queue.deadLetterDroppedCount;
}

CreditRow creditOf(const ClientLink& link)
{
    CreditRow credit{.unsentBytes = link.socket().unsentBytes(),
                     .unsentBytesMax = ClientLink::kUnsentBytesMax};
    switch (link.hold()) {
    case ClientLink::Hold::Alarm: credit.heldBy = FlowStage::Publisher; break;
    case ClientLink::Hold::Queue: credit.heldBy = FlowStage::Queue; break;
    case ClientLink::Hold::Store: credit.heldBy = FlowStage::Store; break;
    case ClientLink::Hold::None:
        if (link.isChoked()) credit.heldBy = FlowStage::Session;
        break;
    }
    return credit;
}

ChannelMode modeOf(broker::ChannelMode mode)
{
    switch (mode) {
    case broker::ChannelMode::Plain: return ChannelMode::Plain;
    case broker::ChannelMode::Confirm: return ChannelMode::Confirm;
    case broker::ChannelMode::Transactional: return ChannelMode::Transactional;
    }
    return ChannelMode::Plain;
}

}  // namespace

SnapshotPtr SnapshotBuilder::build(const broker::State& state, const WatchScope& scope,
                                   Surroundings&& surroundings, Instant now)
{
    m_sequence += 1;
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->sequence = m_sequence;
    snapshot->takenAt = QDateTime::currentDateTime();
    snapshot->topics = scope.topics | TopicOverview;
    snapshot->overview = std::move(surroundings.overview);
    countTotals(state, snapshot->overview, now);
    countLinks(state, surroundings.links, snapshot->overview);

    Links links;
    for (const ClientLink* link : surroundings.links)
        links.emplace(link->id(), link);
    for (const broker::Vhost* vhost : state.catalogue.vhostsByName()) {
        if (scope.topics & TopicQueues) {
            for (const broker::Queue* queue : vhost->queuesByName())
                snapshot->queues.append(queueRow(*vhost, *queue, links, now));
        }
        if (scope.topics & TopicPolicies) snapshot->policies.append(policyRows(*vhost));
        if (scope.topics & TopicExchanges) {
            for (const broker::Exchange* exchange : vhost->exchangesByName()) {
                snapshot->exchanges.append(exchangeRow(*exchange, now));
            }
        }
        if (scope.topics & TopicVhosts) snapshot->vhosts.append(vhostRow(state, *vhost));
    }
    if (scope.topics & TopicUsers) {
        snapshot->users = userRows(state, surroundings.isLoopbackOnly);
    }
    if (scope.topics & TopicPermissions) {
        snapshot->permissions = permissionRows(state);
        snapshot->topicPermissions = topicPermissionRows(state);
    }
    if (scope.topics & TopicClosedChannels) {
        snapshot->closedChannels = closedChannelRows(state);
    }
    for (ClientLink* link : surroundings.links) {
        if (scope.topics & TopicConnections) {
            snapshot->connections.append(connectionRow(state, *link, now, snapshot->takenAt));
            snapshot->connections.back().credit.storeBytesMax = surroundings.storeCreditBytes;
        }
        if (scope.topics & TopicChannels) addChannels(state, *link, *snapshot, now);
    }
    std::ranges::sort(snapshot->connections, {}, &ConnectionRow::name);
    std::ranges::sort(snapshot->channels, [](const ChannelRow& a, const ChannelRow& b) {
        return std::tie(a.connection, a.number) < std::tie(b.connection, b.number);
    });
    if (scope.topics & TopicLog) snapshot->log = std::move(surroundings.log);
    snapshot->cluster = std::move(surroundings.cluster);
    if ((scope.topics & TopicQueueDetail) && scope.queue) {
        addQueueDetail(state, *scope.queue, links, *snapshot, now);
    }
    if ((scope.topics & TopicExchangeDetail) && scope.exchange) {
        addExchangeDetail(state, *scope.exchange, *snapshot, now);
    }
    forgetUnseen(state);
    return snapshot;
}

void SnapshotBuilder::countTotals(const broker::State& state, Overview& overview, Instant now)
{
    std::uint64_t bodyBytes = 0;
    std::uint64_t memoryBytes = 0;
    for (const broker::Vhost* vhost : state.catalogue.vhostsByName()) {
        for (const auto& [name, queue] : vhost->queues) {
            overview.readyCount += queue->readyCount();
            overview.unackedCount += queue->unackedCount();
            overview.consumerCount += static_cast<std::uint32_t>(queue->consumers.count());
            bodyBytes += queue->inMemoryBytes();
            memoryBytes += queue->memoryBytes();
        }
        for (const auto& [name, exchange] : vhost->exchanges) {
            if (exchange->history != nullptr) memoryBytes += exchange->history->memoryBytes();
        }
        overview.queueCount += static_cast<std::uint32_t>(vhost->queues.size());
        overview.exchangeCount += static_cast<std::uint32_t>(vhost->exchanges.size());
    }
    for (const auto& [id, connection] : state.connections) {
        overview.channelCount += static_cast<std::uint32_t>(connection->channelCount());
    }
    overview.memory.bodyBytes = bodyBytes;
    overview.memory.pagedOutBytes = state.memory().pagedOutBytes;
    overview.memory.indexBytes = memoryBytes - std::min(memoryBytes, bodyBytes);
    overview.rates = m_totals.sample(now, state.counters);
}

/// What connections hold, and what holds them.
void SnapshotBuilder::countLinks(const broker::State& state, const std::vector<ClientLink*>& links,
                                 Overview& overview)
{
    MemoryUse& memory = overview.memory;
    FlowStageRow publisher{.stage = FlowStage::Publisher};
    FlowStageRow session{.stage = FlowStage::Session};
    FlowStageRow queue{.stage = FlowStage::Queue,
                       .waitingBytes = memory.bodyBytes,
                       .waitingBytesMax = memory.pagingBytes};
    FlowStageRow store{.stage = FlowStage::Store,
                       .waitingBytes = memory.storeBytes,
                       .waitingBytesMax = overview.storeBytesMax};
    for (const ClientLink* link : links) {
        const broker::Connection& connection = *state.findConnection(link->id());
        const ClientLink::Hold hold = link->hold();
        publisher.heldCount += connection.isBlocked;
        session.heldCount += link->isChoked();
        queue.heldCount += hold == ClientLink::Hold::Queue;
        store.heldCount += hold == ClientLink::Hold::Store;
        session.waitingBytes += link->socket().unsentBytes();
        memory.connectionBytes += sizeof(ClientLink) + link->socket().bufferBytes();
        memory.sessionBytes += link->session().memoryBytes() + connection.memoryBytes();
        if (!connection.isBlocked) continue;
        overview.blockedConnections.append(textOf(std::string_view{link->name()}));
    }
    overview.connectionCount = static_cast<std::uint32_t>(links.size());
    overview.blockedCount = publisher.heldCount;
    overview.blockedConnections.sort();
    constexpr qsizetype kNamesMax = 100;
    if (overview.blockedConnections.size() > kNamesMax) {
        overview.blockedConnections.resize(kNamesMax);
    }
    overview.flow = {publisher, session, queue, store};
    for (const FlowStageRow& stage : overview.flow) {
        if (stage.heldCount > 0) overview.bottleneck = stage.stage;
    }
    const std::uint64_t known = memory.bodyBytes + memory.indexBytes + memory.connectionBytes +
                                memory.storeBytes + memory.sessionBytes + memory.sqliteBytes;
    memory.otherBytes = memory.residentBytes - std::min(memory.residentBytes, known);
}

QueueRow SnapshotBuilder::queueRow(const broker::Vhost& vhost, const broker::Queue& queue,
                                   const Links& links, Instant now)
{
    QueueSample& sample = m_queues[queue.id()];
    const broker::QueueDefinition& definition = queue.definition();
    if (!sample.isFilled) {
        sample.isFilled = true;
        sample.row.key = {textOf(std::string_view{definition.vhost}),
                          textOf(std::string_view{definition.name})};
        sample.row.isDurable = definition.isDurable;
        sample.row.isAutoDelete = definition.isAutoDelete;
        sample.row.isExclusive = bool{definition.exclusiveOwner};
        sample.row.arguments = argumentsOf(definition.arguments);
        sample.row.type = textOf(broker::queueTypeName(queue.settings().type));
        for (const std::string& name : broker::argumentsNotHonoured(definition)) {
            sample.row.notHonoured.append(textOf(std::string_view{name}));
        }
        const auto owner = links.find(definition.exclusiveOwner);
        if (owner != links.end()) {
            sample.row.ownerConnection = textOf(std::string_view{owner->second->name()});
        }
    }
    QueueRow row = sample.row;
    row.policy = textOf(std::string_view{queue.policy()});
    row.operatorPolicy = textOf(std::string_view{queue.operatorPolicy()});
    row.effectivePolicy = effectivePolicy(vhost, queue);
    for (auto it = row.effectivePolicy.cbegin(); it != row.effectivePolicy.cend(); ++it) {
        if (!broker::isHonouredPolicyKey(utf8Of(it.key()))) row.notHonoured.append(it.key());
    }
    row.readyCount = queue.readyCount() + queue.waitingCount();
    row.unackedCount = queue.unackedCount();
    row.persistentCount = queue.persistentCount();
    row.bodyBytes = queue.bodyBytes();
    row.memoryBytes = queue.memoryBytes();
    row.inMemoryCount = queue.inMemoryCount();
    row.inMemoryBytes = queue.inMemoryBytes();
    row.pagedOutBytes = queue.pagedOutBytes();
    row.consumerCount = static_cast<std::uint32_t>(queue.consumers.count());
    addExtensions(queue, row, now);
    row.rates = sample.meter.sample(now, queue.counters);
    const bool isMoving = row.rates.publish > 0 || row.rates.deliver > 0 || row.rates.ack > 0;
    row.state = isMoving ? QueueState::Running : QueueState::Idle;
    return row;
}

namespace {

QStringList notHonoured(const broker::ExchangeDefinition& exchange)
{
    QStringList names;
    for (const amqp::FieldTableEntry& entry : exchange.arguments) {
        if (broker::isHonoured(exchange.type, entry.key)) continue;
        names.append(textOf(std::string_view{entry.key}));
    }
    return names;
}

}  // namespace

ExchangeRow SnapshotBuilder::exchangeRow(const broker::Exchange& exchange, Instant now)
{
    const auto rates =
        m_exchanges[exchange.id].sample(now, {exchange.publishedIn, exchange.publishedOut});
    const broker::ExchangeDefinition& definition = exchange.definition;
    return {.key = {textOf(std::string_view{definition.vhost}),
                    textOf(std::string_view{definition.name})},
            .type = textOf(broker::exchangeTypeName(definition.type)),
            .isDurable = definition.isDurable,
            .isAutoDelete = definition.isAutoDelete,
            .isInternal = definition.isInternal,
            .arguments = argumentsOf(definition.arguments),
            .notHonoured = notHonoured(definition),
            .policy = textOf(std::string_view{exchange.policy}),
            .publishInRate = rates[0],
            .publishOutRate = rates[1]};
}

ConnectionRow SnapshotBuilder::connectionRow(const broker::State& state, ClientLink& link,
                                             Instant now, const QDateTime& at)
{
    LinkSample& sample = m_links[link.id()];
    const session::ClientInfo& client = link.session().client();
    const broker::Connection& connection = *state.findConnection(link.id());
    ConnectionRow row;
    row.name = textOf(std::string_view{link.name()});
    row.vhost = textOf(std::string_view{client.vhost});
    row.user = textOf(std::string_view{client.user});
    row.state = link.lookAtState(state.alarms.isAny(), at);
    row.stateHistory = link.states().history();
    if (row.state == ConnectionState::Blocked || row.state == ConnectionState::Blocking) {
        row.blockedReason = textOf(broker::alarmText(state.alarms));
    }
    row.credit = creditOf(link);
    row.credit.storeBytes = connection.backlog.bytes();
    row.protocol = QStringLiteral("AMQP 0-9-1");
    if (const net::TlsSession* tls = link.socket().tls(); tls != nullptr) {
        row.usesTls = true;
        if (tls->isHandshakeDone()) {
            row.tlsProtocol = textOf(std::string_view{tls->protocol()});
            row.tlsCipher = textOf(std::string_view{tls->cipher()});
        }
        if (tls->peerCertificate()) {
            row.peerCertificateSubject = textOf(std::string_view{tls->peerCertificate()->subject});
        }
    }
    row.peerAddress = textOf(std::string_view{link.socket().peer().address});
    row.peerPort = link.socket().peer().port;
    row.clientName = textOfProperty(client.properties, "connection_name");
    row.product = QStringList{textOfProperty(client.properties, "product"),
                              textOfProperty(client.properties, "version"),
                              textOfProperty(client.properties, "platform")}
                      .join(QLatin1Char(' '))
                      .simplified();
    row.clientProperties = argumentsOf(client.properties);
    row.frameBytesMax = client.frameBytesMax;
    row.channelMax = client.channelMax;
    row.heartbeatSeconds = client.heartbeatSeconds;
    row.channelCount = static_cast<std::uint32_t>(connection.channelCount());
    row.receivedBytes = link.socket().receivedBytes();
    row.sentBytes = link.socket().sentBytes();
    const auto rates = sample.meter.sample(now, {row.receivedBytes, row.sentBytes});
    row.receivedBytesRate = rates[0];
    row.sentBytesRate = rates[1];
    row.connectedAt = link.connectedAt();
    return row;
}

void SnapshotBuilder::addChannels(const broker::State& state, const ClientLink& link,
                                  Snapshot& snapshot, Instant now)
{
    LinkSample& sample = m_links[link.id()];
    const session::ClientInfo& client = link.session().client();
    state.findConnection(link.id())->forEachChannel([&](const broker::Channel& channel) {
        ChannelRow row;
        row.connection = textOf(std::string_view{link.name()});
        row.number = channel.number;
        row.vhost = textOf(std::string_view{client.vhost});
        row.user = textOf(std::string_view{client.user});
        row.mode = modeOf(channel.mode);
        row.consumerCount = static_cast<std::uint32_t>(channel.consumers.size());
        row.unackedCount = channel.unacked.count();
        row.unconfirmedCount = channel.confirms.unconfirmedCount();
        row.prefetch = channel.prefetchMax;
        row.globalPrefetch = channel.globalPrefetchMax;
        row.uncommittedCount = channel.transaction.count();
        row.rates = sample.channels[channel.number].sample(now, channel.counters);
        const bool isMoving = row.rates.publish > 0 || row.rates.deliver > 0 || row.rates.ack > 0;
        row.state = channel.isClosing ? QStringLiteral("closing")
                    : link.isInFlow() ? QStringLiteral("flow")
                    : isMoving        ? QStringLiteral("running")
                                      : QStringLiteral("idle");
        snapshot.channels.append(row);
    });
}

void SnapshotBuilder::addQueueDetail(const broker::State& state, const ResourceKey& key,
                                     const Links& links, Snapshot& snapshot, Instant now)
{
    const broker::Vhost* vhost = state.catalogue.findVhost(utf8Of(key.vhost));
    const std::string name = utf8Of(key.name);
    const broker::Queue* queue = vhost == nullptr ? nullptr : vhost->findQueue(name);
    if (queue == nullptr) return;
    snapshot.queue = queueRow(*vhost, *queue, links, now);
    snapshot.queueSettings = queueSettings(*vhost, *queue);
    snapshot.queueBindings.append(
        {key.vhost, {}, key.name, DestinationKind::Queue, key.name, {}});  // the default exchange
    for (const auto& binding : vhost->bindings.to(broker::DestinationKind::Queue, name)) {
        snapshot.queueBindings.append(bindingRow(binding));
    }
    for (const broker::Consumer* consumer : queue->consumers.all()) {
        const auto link = links.find(consumer->channel->connection.id);
        snapshot.queueConsumers.append(
            {.queue = key,
             .connection =
                 link == links.end() ? QString{} : textOf(std::string_view{link->second->name()}),
             .channel = consumer->channel->number,
             .tag = textOf(std::string_view{consumer->tag}),
             .needsAck = !consumer->noAck,
             .isExclusive = consumer->isExclusive,
             .isActive = !consumer->isWaiting,
             .priority = consumer->priority,
             .prefetch = consumer->prefetchMax,
             .unackedCount = consumer->unackedCount,
             .arguments = argumentsOf(consumer->arguments)});
    }
}

void SnapshotBuilder::addExchangeDetail(const broker::State& state, const ResourceKey& key,
                                        Snapshot& snapshot, Instant now)
{
    const broker::Vhost* vhost = state.catalogue.findVhost(utf8Of(key.vhost));
    const std::string name = utf8Of(key.name);
    const broker::Exchange* exchange = vhost == nullptr ? nullptr : vhost->findExchange(name);
    if (exchange == nullptr) return;
    snapshot.exchange = exchangeRow(*exchange, now);
    for (const auto& binding : vhost->bindings.from(name)) {
        snapshot.exchangeBindingsFrom.append(bindingRow(binding));
    }
    for (const auto& binding : vhost->bindings.to(broker::DestinationKind::Exchange, name)) {
        snapshot.exchangeBindingsTo.append(bindingRow(binding));
    }
}

void SnapshotBuilder::forgetUnseen(const broker::State& state)
{
    std::erase_if(m_queues, [&](const auto& entry) {
        return state.catalogue.findQueue(entry.first) == nullptr;
    });
    std::erase_if(m_exchanges, [&](const auto& entry) {
        return state.catalogue.findExchange(entry.first) == nullptr;
    });
    std::erase_if(m_links,
                  [&](const auto& entry) { return state.findConnection(entry.first) == nullptr; });
}

}  // namespace warren::node
