#include "core/broker/event_exchange.h"

#include "core/amqp/field_table.h"
#include "core/amqp/properties.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace warren::broker {

using amqp::FieldArray;
using amqp::FieldTable;
using amqp::FieldValue;

namespace {

constexpr std::string_view kActor = "user_who_performed_action";

bool hasListeners(const State& state)
{
    const Vhost* vhost = state.catalogue.findVhost(state.eventVhost);
    const Exchange* exchange = vhost == nullptr ? nullptr : vhost->findExchange(kEventExchange);
    return exchange != nullptr && !exchange->router->isEmpty();
}

void tell(State& state, std::string_view what, FieldTable headers)
{
    const auto now = state.wallNow.sinceEpoch;
    headers.append("timestamp_in_ms", std::int64_t{now.count()});
    amqp::Properties properties;
    properties.headers = std::move(headers);
    properties.deliveryMode = amqp::kDeliveryModePersistent;
    properties.timestamp = amqp::Timestamp{
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count())};
    Buffer encoded;
    amqp::appendProperties(encoded, properties);
    state.notices.push_back(makeMessage(kEventExchange, what, encoded.view(), true, {}));
}

FieldTable byActor(const State& state)
{
    FieldTable headers;
    headers.append(std::string{kActor}, state.actor);
    return headers;
}

// ----------------------------------------------------------------------------------------- values

/// A table as RabbitMQ puts it into headers: each entry as a term of Erlang.
FieldArray termsOf(const FieldTable& table)
{
    FieldArray terms;
    for (const amqp::FieldTableEntry& entry : table) {
        FieldTable one;
        one.append(entry.key, entry.value);
        std::string text = amqp::fieldValueText(FieldValue{std::move(one)});
        text.erase(text.begin());  // without the brackets of the list
        text.pop_back();
        terms.emplace_back(std::move(text));
    }
    return terms;
}

/// Numbers of whatever type go as the widest.
FieldTable withWideNumbers(const FieldTable& table)
{
    FieldTable wide;
    for (const amqp::FieldTableEntry& entry : table) {
        if (const auto number = amqp::integerOf(entry.value)) {
            wide.append(entry.key, *number);
        } else {
            wide.append(entry.key, entry.value);
        }
    }
    return wide;
}

std::string_view targetText(PolicyTarget target)
{
    switch (target) {
    case PolicyTarget::All: return "all";
    case PolicyTarget::Queues: return "queues";
    case PolicyTarget::Exchanges: return "exchanges";
    case PolicyTarget::ClassicQueues: return "classic_queues";
    case PolicyTarget::QuorumQueues: return "quorum_queues";
    }
    return {};
}

std::string processOf(const State& state, ConnectionId connection, ChannelNumber channel = 0)
{
    return "<" + state.nodeName + "." + std::to_string(connection.value) + "." +
           std::to_string(channel) + ">";
}

std::string processOf(const State& state, const Channel& channel)
{
    return processOf(state, channel.connection.id, channel.number);
}

struct Endpoint {
    std::string host;
    std::int64_t port = 0;
};

/// "127.0.0.1:5672"; an IPv4 address becomes a tuple as RabbitMQ prints it.
Endpoint endpointOf(std::string_view text)
{
    const std::size_t colon = text.rfind(':');
    if (colon == text.npos) return {};
    Endpoint endpoint{.host = std::string{text.substr(0, colon)}};
    for (const char digit : text.substr(colon + 1)) {
        if (digit < '0' || digit > '9' || endpoint.port > 65535) return {};
        endpoint.port = endpoint.port * 10 + (digit - '0');
    }
    const bool isIpv4 = endpoint.host.find_first_not_of("0123456789.") == std::string::npos;
    if (!isIpv4) return endpoint;
    std::ranges::replace(endpoint.host, '.', ',');
    endpoint.host = "{" + endpoint.host + "}";
    return endpoint;
}

struct Endpoints {
    Endpoint peer;
    Endpoint local;
};

Endpoints endpointsOf(const Connection& connection)
{
    constexpr std::string_view kArrow = " -> ";
    const std::string_view name = connection.name;
    const std::size_t arrow = name.find(kArrow);
    if (arrow == name.npos) return {};
    return {endpointOf(name.substr(0, arrow)), endpointOf(name.substr(arrow + kArrow.size()))};
}

const std::string* textIn(const FieldTable& table, std::string_view key)
{
    const FieldValue* value = table.find(key);
    return value == nullptr ? nullptr : value->as<std::string>();
}

void appendUserProvidedName(FieldTable& headers, const FieldTable& clientProperties)
{
    const std::string* name = textIn(clientProperties, "connection_name");
    if (name != nullptr) headers.append("user_provided_name", *name);
}

FieldTable limitsTable(
    std::initializer_list<std::pair<const char*, std::optional<std::int64_t>>> of)
{
    FieldTable table;
    for (const auto& [name, limit] : of) {
        if (limit) table.append(name, *limit);
    }
    return table;
}

FieldTable limitsOf(const VhostDefinition& vhost)
{
    return limitsTable(
        {{"max-connections", vhost.maxConnections}, {"max-queues", vhost.maxQueues}});
}

FieldTable limitsOf(const UserDefinition& user)
{
    return limitsTable(
        {{"max-connections", user.maxConnections}, {"max-channels", user.maxChannels}});
}

void appendAll(FieldTable& to, const FieldTable& from)
{
    for (const amqp::FieldTableEntry& entry : from)
        to.append(entry.key, entry.value);
}

FieldArray textsOf(const std::vector<std::string>& texts)
{
    FieldArray array;
    for (const std::string& text : texts)
        array.emplace_back(text);
    return array;
}

// ---------------------------------------------------------------------------------------- changes

/// One function per kind of change; the catalogue is as it was before it.
class ChangeTeller {
public:
    explicit ChangeTeller(State& state) : m_state(state) {}

    void operator()(const PutQueue& change)
    {
        const QueueDefinition& queue = change.queue;
        FieldTable headers = byActor(m_state);
        headers.append("exclusive", bool{queue.exclusiveOwner});
        headers.append("owner_pid",
                       queue.exclusiveOwner ? processOf(m_state, queue.exclusiveOwner) : "");
        headers.append("arguments", termsOf(queue.arguments));
        headers.append("auto_delete", queue.isAutoDelete);
        headers.append("durable", queue.isDurable);
        headers.append("name", queue.name);
        headers.append("vhost", queue.vhost);
        tell(m_state, "queue.created", std::move(headers));
    }

    void operator()(const RemoveQueue& change)
    {
        const Vhost* vhost = m_state.catalogue.findVhost(change.vhost);
        if (vhost == nullptr || vhost->findQueue(change.name) == nullptr) return;
        for (const auto& binding : vhost->bindings.to(DestinationKind::Queue, change.name))
            tellBinding("binding.deleted", binding);
        tellNamed("queue.deleted", change.name, change.vhost);
    }

    void operator()(const PutExchange& change)
    {
        const ExchangeDefinition& exchange = change.exchange;
        FieldTable headers = byActor(m_state);
        headers.append("policy", std::string{});
        headers.append("arguments", termsOf(exchange.arguments));
        headers.append("internal", exchange.isInternal);
        headers.append("auto_delete", exchange.isAutoDelete);
        headers.append("durable", exchange.isDurable);
        headers.append("type", exchangeTypeName(exchange.type));
        headers.append("name", exchange.name);
        headers.append("vhost", exchange.vhost);
        tell(m_state, "exchange.created", std::move(headers));
    }

    void operator()(const RemoveExchange& change)
    {
        const Vhost* vhost = m_state.catalogue.findVhost(change.vhost);
        if (vhost == nullptr || vhost->findExchange(change.name) == nullptr) return;
        tellNamed("exchange.deleted", change.name, change.vhost);
        for (const auto& binding : vhost->bindings.from(change.name))
            tellBinding("binding.deleted", binding);
        for (const auto& binding : vhost->bindings.to(DestinationKind::Exchange, change.name)) {
            if (binding.source != change.name) tellBinding("binding.deleted", binding);
        }
    }

    void operator()(const PutBinding& change) { tellBinding("binding.created", change.binding); }
    void operator()(const RemoveBinding& change) { tellBinding("binding.deleted", change.binding); }

    void operator()(const PutVhost& change)
    {
        const VhostDefinition& vhost = change.vhost;
        const Vhost* before = m_state.catalogue.findVhost(vhost.name);
        if (before == nullptr) {
            FieldTable headers;
            if (vhost.tags.empty()) {
                headers.append("tags", std::string{});
            } else {
                headers.append("tags", textsOf(vhost.tags));
            }
            headers.append("description", vhost.description);
            headers.append(std::string{kActor}, m_state.actor);
            headers.append("cluster_state", FieldTable{{m_state.nodeName, "running"}});
            headers.append("tracing", vhost.isTracing);
            const std::string& type = vhost.defaultQueueType;
            headers.append("default_queue_type", type.empty() ? "undefined" : type);
            headers.append("name", vhost.name);
            tell(m_state, "vhost.created", std::move(headers));
        }
        const FieldTable old = before == nullptr ? FieldTable{} : limitsOf(before->definition);
        const FieldTable limits = limitsOf(vhost);
        if (limits == old) return;
        if (limits.isEmpty()) {
            tellParameter("vhost-limits", "limits", vhost.name, nullptr);
            tellLimits("vhost.limits.cleared", {}, nullptr);
        } else {
            const FieldValue value{limits};
            tellParameter("vhost-limits", "limits", vhost.name, &value);
            tellLimits("vhost.limits.set", limits, nullptr);
        }
    }

    void operator()(const RemoveVhost& change)
    {
        const Vhost* vhost = m_state.catalogue.findVhost(change.name);
        if (vhost == nullptr) return;
        for (const auto& [key, permission] : m_state.catalogue.permissions()) {
            if (permission.vhost == change.name) tellPermissionGone(permission);
        }
        for (const Exchange* exchange : vhost->exchangesByName())
            tellNamed("exchange.deleted", exchange->definition.name, change.name);
        FieldTable headers = byActor(m_state);
        headers.append("name", change.name);
        tell(m_state, "vhost.deleted", std::move(headers));
    }

    void operator()(const PutUser& change)
    {
        const UserDefinition& user = change.user;
        const UserDefinition* before = m_state.catalogue.findUser(user.name);
        if (before == nullptr) {
            tellUser("user.created", user.name);
        } else if (user.passwordHash.empty() && !before->passwordHash.empty()) {
            tellUser("user.password.cleared", user.name);
        } else if (user.passwordHash != before->passwordHash) {
            tellUser("user.password.changed", user.name);
        }
        const std::vector<std::string> noTags;
        if (user.tags != (before == nullptr ? noTags : before->tags)) {
            FieldTable headers = byActor(m_state);
            headers.append("tags", textsOf(user.tags));
            headers.append("name", user.name);
            tell(m_state, "user.tags.set", std::move(headers));
        }
        const FieldTable limits = limitsOf(user);
        if (limits == (before == nullptr ? FieldTable{} : limitsOf(*before))) return;
        tellLimits(limits.isEmpty() ? "user.limits.cleared" : "user.limits.set", limits,
                   &user.name);
    }

    void operator()(const RemoveUser& change)
    {
        for (const auto& [key, permission] : m_state.catalogue.permissions()) {
            if (permission.user == change.name) tellPermissionGone(permission);
        }
        tellUser("user.deleted", change.name);
    }

    void operator()(const PutPermission& change)
    {
        const PermissionDefinition& permission = change.permission;
        FieldTable headers = byActor(m_state);
        headers.append("read", permission.read);
        headers.append("write", permission.write);
        headers.append("configure", permission.configure);
        headers.append("vhost", permission.vhost);
        headers.append("user", permission.user);
        tell(m_state, "permission.created", std::move(headers));
    }

    void operator()(const RemovePermission& change)
    {
        tellPermissionGone({.vhost = change.vhost, .user = change.user});
    }

    void operator()(const PutTopicPermission& change)
    {
        const TopicPermissionDefinition& permission = change.permission;
        FieldTable headers = byActor(m_state);
        headers.append("read", permission.read);
        headers.append("write", permission.write);
        headers.append("exchange", permission.exchange);
        headers.append("vhost", permission.vhost);
        headers.append("user", permission.user);
        tell(m_state, "topic.permission.created", std::move(headers));
    }

    void operator()(const RemoveTopicPermission& change)
    {
        FieldTable headers = byActor(m_state);
        headers.append("vhost", change.vhost);
        headers.append("user", change.user);
        tell(m_state, "topic.permission.deleted", std::move(headers));
    }

    void operator()(const PutPolicy& change)
    {
        const PolicyDefinition& policy = change.policy;
        FieldTable value{{"apply-to", targetText(policy.applyTo)}, {"priority", policy.priority}};
        value.append("definition", withWideNumbers(policy.definition));
        value.append("pattern", policy.pattern);
        if (policy.isOperator) {
            const FieldValue copy{value};
            tellParameter("operator_policy", policy.name, policy.vhost, &copy);
        }
        value.append(std::string{kActor}, m_state.actor);
        value.append("vhost", policy.vhost);
        value.append("name", policy.name);
        tell(m_state, "policy.set", std::move(value));
    }

    void operator()(const RemovePolicy& change)
    {
        if (change.isOperator) {
            tellParameter("operator_policy", change.name, change.vhost, nullptr);
        }
        FieldTable headers = byActor(m_state);
        headers.append("vhost", change.vhost);
        headers.append("name", change.name);
        tell(m_state, change.isOperator ? "operator.policy.cleared" : "policy.cleared",
             std::move(headers));
    }

private:
    void tellNamed(std::string_view what, std::string_view name, std::string_view vhost)
    {
        FieldTable headers = byActor(m_state);
        headers.append("name", name);
        headers.append("vhost", vhost);
        tell(m_state, what, std::move(headers));
    }

    void tellBinding(std::string_view what, const BindingDefinition& binding)
    {
        FieldTable headers = byActor(m_state);
        headers.append("vhost", binding.vhost);
        headers.append("arguments", termsOf(binding.arguments));
        headers.append("routing_key", binding.routingKey);
        headers.append("destination_kind",
                       binding.destinationKind == DestinationKind::Queue ? "queue" : "exchange");
        headers.append("destination_name", binding.destination);
        headers.append("source_kind", "exchange");
        headers.append("source_name", binding.source);
        tell(m_state, what, std::move(headers));
    }

    void tellPermissionGone(const PermissionDefinition& permission)
    {
        FieldTable headers = byActor(m_state);
        headers.append("vhost", permission.vhost);
        headers.append("user", permission.user);
        tell(m_state, "permission.deleted", std::move(headers));
    }

    void tellUser(std::string_view what, const std::string& name)
    {
        FieldTable headers = byActor(m_state);
        headers.append("name", name);
        tell(m_state, what, std::move(headers));
    }

    /// What RabbitMQ keeps as a parameter it tells of as such too. @param value  nullptr: gone
    void tellParameter(std::string_view component, const std::string& name,
                       const std::string& vhost, const FieldValue* value)
    {
        FieldTable headers = byActor(m_state);
        if (value != nullptr) headers.append("value", *value);
        headers.append("name", name);
        headers.append("component", component);
        headers.append("vhost", vhost);
        tell(m_state, value != nullptr ? "parameter.set" : "parameter.cleared", std::move(headers));
    }

    void tellLimits(std::string_view what, const FieldTable& limits, const std::string* user)
    {
        FieldTable headers;
        appendAll(headers, limits);
        if (user != nullptr) headers.append("username", *user);
        headers.append(std::string{kActor}, m_state.actor);
        headers.append("name", "limits");
        tell(m_state, what, std::move(headers));
    }

    State& m_state;
};

/// A binding to the exchange itself makes the first listener, who hears of it.
bool makesListener(const State& state, const CatalogueChange& change)
{
    const auto* put = std::get_if<PutBinding>(&change);
    return put != nullptr && put->binding.source == kEventExchange &&
           put->binding.vhost == state.eventVhost;
}

FieldTable loginHeaders(const Connection& connection, std::string_view user,
                        std::string_view mechanism)
{
    const auto [peer, local] = endpointsOf(connection);
    FieldTable headers;
    headers.append("ssl", connection.usesTls);
    headers.append("auth_mechanism", mechanism);
    headers.append("protocol", "{0,9,1}");
    headers.append("peer_port", peer.port);
    headers.append("peer_host", peer.host);
    headers.append("connection_name", connection.name);
    headers.append("host", local.host);
    headers.append("name", user);
    headers.append("connection_type", "network");
    return headers;
}

}  // namespace

void noteChange(State& state, const CatalogueChange& change)
{
    if (!hasListeners(state) && !makesListener(state, change)) return;
    std::visit(ChangeTeller{state}, change);
}

// ------------------------------------------------------------------------------------ connections

void noteLogin(State& state, const Connection& connection, const OpenConnection& open)
{
    if (!hasListeners(state)) return;
    tell(state, "user.authentication.success", loginHeaders(connection, open.user, open.mechanism));
}

void noteRefusedLogin(State& state, const Connection& connection, const RefuseLogin& refusal)
{
    if (!hasListeners(state)) return;
    // Source: RabbitMQ 3.10.8: a text of Erlang, which is a list of characters.
    FieldArray error;
    for (const char character : refusal.reason)
        error.emplace_back(std::int64_t{static_cast<unsigned char>(character)});
    FieldTable headers;
    headers.append("error", std::move(error));
    appendAll(headers, loginHeaders(connection, refusal.user, refusal.mechanism));
    tell(state, "user.authentication.failure", std::move(headers));
}

void noteConnectionOpened(State& state, Connection& connection, const OpenConnection& open)
{
    if (!hasListeners(state)) return;
    static const FieldTable kNone;
    const FieldTable& properties =
        open.clientProperties == nullptr ? kNone : *open.clientProperties;
    connection.clientProperties = std::make_unique<const FieldTable>(properties);
    const auto [peer, local] = endpointsOf(connection);
    FieldTable headers = byActor(state);
    headers.append("node", state.nodeName);
    headers.append("connected_at", std::int64_t{connection.connectedAt.sinceEpoch.count()});
    headers.append("client_properties", termsOf(properties));
    headers.append("channel_max", std::int64_t{open.channelMax});
    headers.append("frame_max", std::int64_t{open.frameBytesMax});
    headers.append("timeout", std::int64_t{open.heartbeatSeconds});
    headers.append("vhost", open.vhost);
    headers.append("user", open.user);
    headers.append("protocol", "{0,9,1}");
    for (const char* name : {"ssl_hash", "ssl_cipher", "ssl_key_exchange", "ssl_protocol"})
        headers.append(name, std::string{});
    headers.append("auth_mechanism", open.mechanism);
    for (const char* name : {"peer_cert_validity", "peer_cert_issuer", "peer_cert_subject"})
        headers.append(name, std::string{});
    headers.append("ssl", connection.usesTls);
    headers.append("peer_host", peer.host);
    headers.append("host", local.host);
    headers.append("peer_port", peer.port);
    headers.append("port", local.port);
    headers.append("name", connection.name);
    headers.append("pid", processOf(state, connection.id));
    headers.append("type", "network");
    appendUserProvidedName(headers, properties);
    tell(state, "connection.created", std::move(headers));
}

void noteConnectionClosed(State& state, const Connection& connection)
{
    if (!hasListeners(state)) return;
    FieldTable headers;
    if (connection.clientProperties != nullptr) {
        headers.append("client_properties", termsOf(*connection.clientProperties));
    }
    headers.append("node", state.nodeName);
    headers.append("pid", processOf(state, connection.id));
    headers.append("name", connection.name);
    if (connection.clientProperties != nullptr) {
        appendUserProvidedName(headers, *connection.clientProperties);
    }
    tell(state, "connection.closed", std::move(headers));
}

void noteChannelOpened(State& state, const Channel& channel)
{
    if (!hasListeners(state)) return;
    const Connection& connection = channel.connection;
    FieldTable headers;
    headers.append(std::string{kActor}, connection.user);
    headers.append("vhost", connection.vhost->definition.name);
    headers.append("user", connection.user);
    headers.append("number", std::int64_t{channel.number});
    headers.append("connection", processOf(state, connection.id));
    headers.append("name", connection.name + " (" + std::to_string(channel.number) + ")");
    headers.append("pid", processOf(state, channel));
    tell(state, "channel.created", std::move(headers));
}

void noteChannelClosed(State& state, const Channel& channel)
{
    if (!hasListeners(state)) return;
    FieldTable headers;
    headers.append(std::string{kActor}, channel.connection.user);
    headers.append("pid", processOf(state, channel));
    tell(state, "channel.closed", std::move(headers));
}

void noteConsumerAdded(State& state, const Consumer& consumer)
{
    if (!hasListeners(state)) return;
    FieldTable headers = byActor(state);
    headers.append("arguments", termsOf(consumer.arguments));
    headers.append("prefetch_count", std::int64_t{consumer.prefetchMax});
    headers.append("queue", consumer.queue->definition().name);
    headers.append("vhost", consumer.queue->definition().vhost);
    headers.append("channel", processOf(state, *consumer.channel));
    headers.append("ack_required", !consumer.noAck);
    headers.append("exclusive", consumer.isExclusive);
    headers.append("consumer_tag", consumer.tag);
    tell(state, "consumer.created", std::move(headers));
}

void noteConsumerRemoved(State& state, const Consumer& consumer)
{
    if (!hasListeners(state)) return;
    FieldTable headers = byActor(state);
    headers.append("queue", consumer.queue->definition().name);
    headers.append("vhost", consumer.queue->definition().vhost);
    headers.append("channel", processOf(state, *consumer.channel));
    headers.append("consumer_tag", consumer.tag);
    tell(state, "consumer.deleted", std::move(headers));
}

// ----------------------------------------------------------------------------------------- alarms

void noteAlarms(State& state, Alarms before, Alarms after)
{
    if (!hasListeners(state)) return;
    const auto tellOf = [&](bool was, bool is, const char* source) {
        if (was == is) return;
        FieldTable headers;
        headers.append("node", state.nodeName);
        headers.append("source", source);
        tell(state, is ? "alarm.set" : "alarm.cleared", std::move(headers));
    };
    tellOf(before.isLowOnMemory, after.isLowOnMemory, "memory");
    tellOf(before.isLowOnDisk, after.isLowOnDisk, "disk");
}

}  // namespace warren::broker
