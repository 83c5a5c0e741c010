#include "core/broker/declarations.h"

#include "core/broker/arguments.h"
#include "core/broker/event_exchange.h"
#include "core/broker/exchange_arguments.h"
#include "core/broker/names.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace warren::broker {

using amqp::FieldTable;
using amqp::FieldValue;
using amqp::ReplyCode;

namespace {

constexpr std::string_view kReservedPrefix = "amq.";
constexpr std::string_view kQueueType = "x-queue-type";

std::optional<ExchangeType> exchangeTypeOf(std::string_view name)
{
    for (const ExchangeType type :
         {ExchangeType::Direct, ExchangeType::Fanout, ExchangeType::Topic, ExchangeType::Headers,
          ExchangeType::ConsistentHash, ExchangeType::Random, ExchangeType::RecentHistory}) {
        if (exchangeTypeName(type) == name) return type;
    }
    return std::nullopt;
}

/// Bindings whose arguments differ in their order only are the same.
FieldTable sortedByKey(const FieldTable& table)
{
    std::vector<amqp::FieldTableEntry> entries(table.begin(), table.end());
    std::ranges::stable_sort(entries, {}, &amqp::FieldTableEntry::key);
    FieldTable sorted;
    for (amqp::FieldTableEntry& entry : entries) {
        sorted.append(std::move(entry.key), std::move(entry.value));
    }
    return sorted;
}

/// A queue that does not say its type is a classic one.
bool areOfOneType(const FieldTable& a, const FieldTable& b)
{
    const FieldValue implied{queueTypeName(QueueType::Classic)};
    const FieldValue* one = a.find(kQueueType);
    const FieldValue* other = b.find(kQueueType);
    return amqp::isEquivalent(one == nullptr ? implied : *one, other == nullptr ? implied : *other);
}

/// The arguments of a new queue: without a type of its own it gets its vhost's, if such a queue can
/// be of that type.
FieldTable withDefaultType(const VhostDefinition& vhost, const DeclareQueue& command)
{
    FieldTable arguments = command.arguments;
    const auto type = queueTypeNamed(vhost.defaultQueueType);
    if (!type || arguments.find(kQueueType) != nullptr) return arguments;
    const bool canBeQuorum = command.isDurable && !command.isExclusive && !command.isAutoDelete;
    if (*type == QueueType::Quorum && !canBeQuorum) return arguments;
    arguments.append(std::string{kQueueType}, queueTypeName(*type));
    return arguments;
}

/// Whether an argument is the same in two declarations; RabbitMQ's words if it is not.
Verdict judgeArgument(std::string_view name, std::string_view entity, const FieldTable& received,
                      const FieldTable& current)
{
    const FieldValue* wanted = received.find(name);
    const FieldValue* existing = current.find(name);
    if (wanted == nullptr && existing == nullptr) return {};
    if (wanted != nullptr && existing != nullptr) {
        if (amqp::isEquivalent(*wanted, *existing)) return {};
        return inequivalent(name, entity, "'" + amqp::fieldValueText(*wanted) + "'",
                            "'" + amqp::fieldValueText(*existing) + "'");
    }
    return inequivalent(name, entity, amqp::describeArgument(wanted),
                        amqp::describeArgument(existing));
}

}  // namespace

// --------------------------------------------------------------------------------------- exchanges

Verdict Declarations::judgeRight(Asker asker, const Vhost& vhost, Right right, ResourceKind kind,
                                 std::string_view name) const
{
    return m_state.access.judge(asker.user, vhost.definition.name, right, kind, name);
}

Verdict Declarations::judgeForwarding(Asker asker, const Vhost& vhost, ResourceKind kind,
                                      std::string_view name, const FieldTable& arguments,
                                      std::string_view argument) const
{
    const FieldValue* value = arguments.find(argument);
    const auto* exchange = value == nullptr ? nullptr : value->as<std::string>();
    if (exchange == nullptr) return {};
    Verdict verdict = judgeRight(asker, vhost, Right::Read, kind, name);
    if (!verdict) return verdict;
    return judgeRight(asker, vhost, Right::Write, ResourceKind::Exchange, *exchange);
}

Result<LogPosition, Refusal> Declarations::declareExchange(Vhost& vhost, Asker asker,
                                                           const DeclareExchange& command)
{
    const std::string& vhostName = vhost.definition.name;
    const std::string name = withoutLineBreaks(command.name);
    if (command.isPassive) {
        if (name.empty()) return defaultExchangeRefused();
        const Exchange* exchange = vhost.findExchange(name);
        if (exchange == nullptr) return noExchange(vhostName, name);
        return exchange->declaredAt;
    }
    const auto type = exchangeTypeOf(command.type);
    if (!type) {
        return Refusal{ReplyCode::CommandInvalid,
                       "unknown exchange type '" + std::string{command.type} + "'",
                       {}};
    }
    if (name.empty()) return defaultExchangeRefused();
    Verdict right = judgeRight(asker, vhost, Right::Configure, ResourceKind::Exchange, name);
    if (!right) return right.error();
    const Exchange* existing = vhost.findExchange(name);
    if (existing != nullptr) {
        const ExchangeDefinition& current = existing->definition;
        const std::string entity = exchangeText(vhostName, name);
        if (*type != current.type) {
            const auto quoted = [](ExchangeType one) {
                // Source: RabbitMQ 3.10.8: names with a hyphen are quoted twice.
                const std::string typeName{exchangeTypeName(one)};
                return typeName.starts_with("x-") ? "''" + typeName + "''" : "'" + typeName + "'";
            };
            return inequivalent("type", entity, quoted(*type), quoted(current.type));
        }
        if (command.isDurable != current.isDurable) {
            return inequivalent("durable", entity, command.isDurable, current.isDurable);
        }
        if (command.isAutoDelete != current.isAutoDelete) {
            return inequivalent("auto_delete", entity, command.isAutoDelete, current.isAutoDelete);
        }
        if (command.isInternal != current.isInternal) {
            return inequivalent("internal", entity, command.isInternal, current.isInternal);
        }
        Verdict verdict =
            judgeArgument("alternate-exchange", entity, command.arguments, current.arguments);
        if (!verdict) return verdict.error();
        return existing->declaredAt;
    }
    if (name.starts_with(kReservedPrefix)) return reservedName("exchange", name);
    Verdict verdict =
        judgeExchangeArguments(*type, command.arguments, exchangeText(vhostName, name));
    if (!verdict) return verdict.error();
    right = judgeForwarding(asker, vhost, ResourceKind::Exchange, name, command.arguments,
                            "alternate-exchange");
    if (!right) return right.error();
    if (!mayDeclareHere()) return definitionsElsewhere();
    PutExchange change{{.vhost = vhostName,
                        .name = name,
                        .type = *type,
                        .isDurable = command.isDurable,
                        .isAutoDelete = command.isAutoDelete,
                        .isInternal = command.isInternal,
                        .arguments = command.arguments}};
    const LogPosition position = m_state.change(std::move(change), command.isDurable);
    Exchange& exchange = *vhost.findExchange(name);
    exchange.declaredAt = position;
    m_policies.apply(exchange);
    return position;
}

Result<LogPosition, Refusal> Declarations::deleteExchange(Vhost& vhost, Asker asker,
                                                          const DeleteExchange& command)
{
    const std::string& vhostName = vhost.definition.name;
    const std::string name = withoutLineBreaks(command.name);
    if (name.empty()) return defaultExchangeRefused();
    if (name.starts_with(kReservedPrefix)) {
        return Refusal{ReplyCode::AccessRefused,
                       "deletion of system " + exchangeText(vhostName, name) + " not allowed",
                       {}};
    }
    Verdict right = judgeRight(asker, vhost, Right::Configure, ResourceKind::Exchange, name);
    if (!right) return right.error();
    const Exchange* exchange = vhost.findExchange(name);
    if (exchange == nullptr) return LogPosition{0};
    if (command.onlyIfUnused && vhost.bindings.hasFrom(name)) {
        return Refusal{
            ReplyCode::PreconditionFailed, exchangeText(vhostName, name) + " in use", {}};
    }
    return removeExchange(vhost, *exchange);
}

LogPosition Declarations::removeExchange(Vhost& vhost, const Exchange& exchange)
{
    const std::string name = exchange.definition.name;
    // Bindings to it go with it, and with them perhaps the last ones of auto-delete sources.
    const auto bindings = vhost.bindings.to(DestinationKind::Exchange, name);
    const bool wasStored = exchange.definition.isDurable;
    const LogPosition position =
        m_state.change(RemoveExchange{vhost.definition.name, name}, wasStored);
    return std::max(position, removeOrphans(vhost, bindings));
}

LogPosition Declarations::removeOrphans(Vhost& vhost, std::vector<BindingDefinition> removed)
{
    // A work list instead of recursion: clients make chains of any length.
    LogPosition last = 0;
    while (!removed.empty()) {
        const std::string name = std::move(removed.back().source);
        removed.pop_back();
        const Exchange* exchange = vhost.findExchange(name);
        if (exchange == nullptr || !exchange->definition.isAutoDelete) continue;
        if (vhost.bindings.hasFrom(name)) continue;
        std::ranges::move(vhost.bindings.to(DestinationKind::Exchange, name),
                          std::back_inserter(removed));
        const bool wasStored = exchange->definition.isDurable;
        const LogPosition position =
            m_state.change(RemoveExchange{vhost.definition.name, name}, wasStored);
        last = std::max(last, position);
    }
    return last;
}

// ------------------------------------------------------------------------------------------ queues

Verdict Declarations::judgeQueueAccess(const Queue& queue, Asker asker) const
{
    const QueueDefinition& definition = queue.definition();
    if (!definition.exclusiveOwner || definition.exclusiveOwner == asker.connection) return {};
    return queueLocked(definition.vhost, definition.name);
}

Result<Queue*, Refusal> Declarations::findQueue(Vhost& vhost, Asker asker,
                                                std::string_view name) const
{
    const std::string actual = withoutLineBreaks(name);
    Queue* queue = vhost.findQueue(actual);
    if (queue == nullptr) return noQueue(vhost.definition.name, actual);
    Verdict verdict = judgeQueueAccess(*queue, asker);
    if (!verdict) return verdict.error();
    return queue;
}

Declarations::DeclaredQueue Declarations::describe(const Queue& queue) const
{
    return {.name = queue.definition().name,
            .messageCount = static_cast<std::uint32_t>(queue.readyCount()),
            .consumerCount = static_cast<std::uint32_t>(queue.consumers.count()),
            .position = queue.declaredAt};
}

Verdict Declarations::judgeEquivalence(const Queue& queue, Asker asker, const DeclareQueue& command,
                                       const FieldTable& wanted) const
{
    const QueueDefinition& current = queue.definition();
    Verdict access = judgeQueueAccess(queue, asker);
    if (!access) return access;
    if (command.isExclusive != bool{current.exclusiveOwner}) {
        return queueLocked(current.vhost, current.name);
    }
    const std::string entity = queueText(current.vhost, current.name);
    if (command.isDurable != current.isDurable) {
        return inequivalent("durable", entity, command.isDurable, current.isDurable);
    }
    if (command.isAutoDelete != current.isAutoDelete) {
        return inequivalent("auto_delete", entity, command.isAutoDelete, current.isAutoDelete);
    }
    for (const std::string_view argument : comparedArguments(queueTypeOf(current))) {
        if (argument == kQueueType && areOfOneType(wanted, current.arguments)) continue;
        Verdict verdict = judgeArgument(argument, entity, wanted, current.arguments);
        if (!verdict) return verdict;
    }
    return {};
}

Result<Declarations::DeclaredQueue, Refusal> Declarations::describeReplies(
    const Vhost& vhost, const std::string& name) const
{
    // Source: RabbitMQ 3.10.8: it is there for everybody; with a key, while that channel is.
    const bool isThere = name == kReplyToName || m_state.replyAddresses.contains(name);
    if (!isThere) return noQueue(vhost.definition.name, name);
    return DeclaredQueue{.name = name, .messageCount = 0, .consumerCount = 1, .position = 0};
}

Result<Declarations::DeclaredQueue, Refusal> Declarations::declareQueue(Vhost& vhost, Asker asker,
                                                                        const DeclareQueue& command)
{
    std::string name = withoutLineBreaks(command.name);
    if (name.starts_with(kReplyToName)) return describeReplies(vhost, name);
    if (command.isPassive) {
        const auto queue = findQueue(vhost, asker, name);
        if (!queue) return queue.error();
        (*queue)->lastUsed = m_state.now;
        return describe(*queue.value());
    }
    const bool isNamedHere = name.empty();
    if (isNamedHere) {
        name = generatedName("amq.gen-", m_state.prng);
    } else if (name.starts_with(kReservedPrefix)) {
        return reservedName("queue", name);
    }
    Verdict right = judgeRight(asker, vhost, Right::Configure, ResourceKind::Queue, name);
    if (!right) return right.error();
    QueueDefinition definition{
        .id = {},
        .vhost = vhost.definition.name,
        .name = name,
        .isDurable = command.isDurable,
        .isAutoDelete = command.isAutoDelete,
        .exclusiveOwner = command.isExclusive ? asker.connection : ConnectionId{},
        .arguments = withDefaultType(vhost.definition, command),
    };
    if (isNamedHere && queueTypeOf(definition) == QueueType::Quorum) {
        return Refusal{ReplyCode::PreconditionFailed,
                       "Cannot declare a server-named queue for type rabbit_quorum_queue",
                       {}};
    }
    if (Queue* existing = vhost.findQueue(name)) {
        Verdict verdict = judgeEquivalence(*existing, asker, command, definition.arguments);
        if (!verdict) return verdict.error();
        existing->lastUsed = m_state.now;
        return describe(*existing);
    }
    // Source: RabbitMQ 3.10.8: in this order.
    Verdict verdict = judgeQueueCount(vhost, name);
    if (!verdict) return verdict.error();
    verdict = judgeForwarding(asker, vhost, ResourceKind::Queue, name, command.arguments,
                              "x-dead-letter-exchange");
    if (!verdict) return verdict.error();
    verdict = judgeQueueArguments(definition);
    if (!verdict) return verdict.error();
    if (!mayDeclareHere()) return definitionsElsewhere();
    m_state.lastQueueId.value += 1;
    definition.id = m_state.lastQueueId;
    const bool isPlacedLater = m_state.isClustered;
    const bool isStored = command.isDurable && !command.isExclusive;
    const LogPosition position = m_state.change(PutQueue{std::move(definition)}, isStored);
    Queue& queue = *vhost.findQueue(name);
    queue.declaredAt = position;
    queue.lastUsed = m_state.now;
    if (isPlacedLater) {
        queue.role = QueueRole::Remote;
        queue.leader = kNoNode;
    }
    m_policies.apply(queue);
    m_state.markDirty(queue);  // it may expire
    return DeclaredQueue{.name = name, .messageCount = 0, .consumerCount = 0, .position = position};
}

Verdict Declarations::judgeQueueCount(const Vhost& vhost, std::string_view name)
{
    const auto limit = vhost.definition.maxQueues;
    if (!limit || *limit < 0 || std::cmp_less(vhost.queues.size(), *limit)) return {};
    return Refusal{ReplyCode::PreconditionFailed,
                   "cannot declare queue '" + std::string{name} + "': queue limit in vhost '" +
                       vhost.definition.name + "' (" + std::to_string(*limit) + ") is reached",
                   {}};
}

Result<Declarations::RemovedMessages, Refusal> Declarations::deleteQueue(Vhost& vhost, Asker asker,
                                                                         const DeleteQueue& command)
{
    const std::string name = withoutLineBreaks(command.name);
    Verdict right = judgeRight(asker, vhost, Right::Configure, ResourceKind::Queue, name);
    if (!right) return right.error();
    Queue* queue = vhost.findQueue(name);
    if (queue == nullptr) return RemovedMessages{};
    Verdict verdict = judgeQueueAccess(*queue, asker);
    if (!verdict) return verdict.error();
    const bool isConditional = command.onlyIfEmpty || command.onlyIfUnused;
    if (isConditional && queue->settings().type == QueueType::Quorum) {
        const std::string condition = command.onlyIfUnused ? "if-unused" : "if-empty";
        return Refusal{ReplyCode::NotImplemented,
                       "cannot delete " + queueText(vhost.definition.name, name) +
                           ". queue.delete operations with " + condition +
                           " flag set are not supported by quorum queues",
                       {}};
    }
    if (command.onlyIfEmpty && queue->readyCount() > 0) {
        return Refusal{ReplyCode::PreconditionFailed,
                       queueText(vhost.definition.name, name) + " not empty",
                       {}};
    }
    if (command.onlyIfUnused && !queue->consumers.isEmpty()) {
        return Refusal{
            ReplyCode::PreconditionFailed, queueText(vhost.definition.name, name) + " in use", {}};
    }
    RemovedMessages removed{.count = static_cast<std::uint32_t>(queue->readyCount())};
    removed.position = removeQueue(*queue);
    return removed;
}

LogPosition Declarations::removeQueue(Queue& queue)
{
    const QueueDefinition definition = queue.definition();
    Vhost& vhost = *m_state.catalogue.findVhost(definition.vhost);
    const auto bindings = vhost.bindings.to(DestinationKind::Queue, definition.name);
    const LogPosition position = removeAlone(queue);
    return std::max(position, removeOrphans(vhost, bindings));
}

void Declarations::forgetQueue(Queue& queue) { removeAlone(queue); }

LogPosition Declarations::removeAlone(Queue& queue)
{
    m_consuming.endConsumers(queue);
    const QueueDefinition definition = queue.definition();
    const bool wasStored = queue.isStored() || queue.hasSpilled();
    if (Connection* owner = m_state.findConnection(definition.exclusiveOwner)) {
        std::erase(owner->exclusiveQueues, definition.id);
    }
    return m_state.change(RemoveQueue{definition.id, definition.vhost, definition.name}, wasStored);
}

void Declarations::removeDoomed()
{
    const ActorScope actor(m_state, kInternalActor);
    while (!m_state.doomedQueues.empty()) {
        const QueueId id = m_state.doomedQueues.back();
        m_state.doomedQueues.pop_back();
        if (Queue* queue = m_state.catalogue.findQueue(id)) removeQueue(*queue);
    }
}

Result<Declarations::RemovedMessages, Refusal> Declarations::purgeQueue(Vhost& vhost, Asker asker,
                                                                        std::string_view name)
{
    Verdict right =
        judgeRight(asker, vhost, Right::Read, ResourceKind::Queue, withoutLineBreaks(name));
    if (!right) return right.error();
    const auto found = findQueue(vhost, asker, name);
    if (!found) return found.error();
    Queue& queue = *found.value();
    if (!queue.isLed()) return queueElsewhere(vhost.definition.name, queue.definition().name);
    RemovedMessages removed;
    while (queue.readyCount() > 0) {
        const QueueEntry entry = queue.removeFirst();
        removed.count += 1;
        if (entry.position == 0 && !queue.isMirrored) continue;
        m_state.log(Remove{queue.id(), entry.sequence, entry.position, RemovalReason::Purged});
    }
    return removed;
}

// ---------------------------------------------------------------------------------------- bindings

Verdict Declarations::judgeBindingRights(Asker asker, const BindingDefinition& binding) const
{
    const Vhost& vhost = *m_state.catalogue.findVhost(binding.vhost);
    const bool isToExchange = binding.destinationKind == DestinationKind::Exchange;
    Verdict verdict = judgeRight(asker, vhost, Right::Write,
                                 isToExchange ? ResourceKind::Exchange : ResourceKind::Queue,
                                 binding.destination);
    if (!verdict) return verdict;
    if (binding.source.empty() || (isToExchange && binding.destination.empty())) {
        return defaultExchangeRefused();
    }
    verdict = judgeRight(asker, vhost, Right::Read, ResourceKind::Exchange, binding.source);
    if (!verdict) return verdict;
    const Exchange* source = vhost.findExchange(binding.source);
    if (source == nullptr || source->definition.type != ExchangeType::Topic) return {};
    return m_state.access.judgeTopic(asker.user, binding.vhost, Right::Read, binding.source,
                                     binding.routingKey);
}

Verdict Declarations::judgeBinding(Asker asker, const BindingDefinition& binding) const
{
    const bool isToExchange = binding.destinationKind == DestinationKind::Exchange;
    const Vhost* vhost = m_state.catalogue.findVhost(binding.vhost);
    if (vhost->findExchange(binding.source) == nullptr) {
        return noExchange(binding.vhost, binding.source);
    }
    if (isToExchange) {
        if (vhost->findExchange(binding.destination) == nullptr) {
            return noExchange(binding.vhost, binding.destination);
        }
        return {};
    }
    const Queue* queue = vhost->findQueue(binding.destination);
    if (queue == nullptr) return noQueue(binding.vhost, binding.destination);
    return judgeQueueAccess(*queue, asker);
}

bool Declarations::isStored(const BindingDefinition& binding) const
{
    const Vhost* vhost = m_state.catalogue.findVhost(binding.vhost);
    if (!vhost->findExchange(binding.source)->definition.isDurable) return false;
    if (binding.destinationKind == DestinationKind::Queue) {
        return vhost->findQueue(binding.destination)->isStored();
    }
    return vhost->findExchange(binding.destination)->definition.isDurable;
}

Result<LogPosition, Refusal> Declarations::bind(Asker asker, BindingDefinition binding)
{
    Verdict verdict = judgeBindingRights(asker, binding);
    if (!verdict) return verdict.error();
    verdict = judgeBinding(asker, binding);
    if (!verdict) return verdict.error();
    binding.arguments = sortedByKey(binding.arguments);
    const Vhost* vhost = m_state.catalogue.findVhost(binding.vhost);
    const Exchange& source = *vhost->findExchange(binding.source);
    if (auto fault = bindingError(source.definition.type, binding)) {
        return Refusal{ReplyCode::PreconditionFailed, std::move(*fault), {}};
    }
    const bool isStoredBinding = isStored(binding);
    if (vhost->bindings.contains(binding)) {
        // Whoever made it may still wait for the store.
        return isStoredBinding ? m_state.lastPosition() : 0;
    }
    if (source.history != nullptr && !source.history->isEmpty()) {
        m_state.replays.push_back({binding.vhost, binding.destinationKind, binding.destination,
                                   source.history->messages()});
    }
    return m_state.change(PutBinding{std::move(binding)}, isStoredBinding);
}

Result<LogPosition, Refusal> Declarations::unbind(Asker asker, BindingDefinition binding)
{
    const bool isToQueue = binding.destinationKind == DestinationKind::Queue;
    Verdict verdict = judgeBindingRights(asker, binding);
    if (!verdict) return verdict.error();
    binding.arguments = sortedByKey(binding.arguments);
    Vhost& vhost = *m_state.catalogue.findVhost(binding.vhost);
    // Source: RabbitMQ 3.10.8: what is not bound, for whatever reason, is unbound.
    if (!vhost.bindings.contains(binding)) return LogPosition{0};
    if (isToQueue) {
        Verdict access = judgeQueueAccess(*vhost.findQueue(binding.destination), asker);
        if (!access) return access.error();
    }
    const bool wasStored = isStored(binding);
    const LogPosition position = m_state.change(RemoveBinding{binding}, wasStored);
    return std::max(position, removeOrphans(vhost, {binding}));
}

}  // namespace warren::broker
