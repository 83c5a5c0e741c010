#include "core/storage/definition_codec.h"

#include "core/amqp/field_table.h"
#include "core/base/byte_reader.h"
#include "core/base/check.h"

#include <utility>

namespace warren::storage {

namespace {

constexpr std::uint8_t kDurable = 1;
constexpr std::uint8_t kAutoDelete = 2;
constexpr std::uint8_t kInternal = 4;
constexpr std::uint8_t kExclusive = 8;
constexpr std::uint8_t kProtected = 1;
constexpr std::uint8_t kTracing = 2;

template <typename Unsigned>
void append(std::string& to, Unsigned value)
{
    std::byte bytes[sizeof value];
    storeBigEndian(bytes, value);
    to.append(textOf(bytes));
}

void appendText(std::string& to, std::string_view text)
{
    append(to, static_cast<std::uint32_t>(text.size()));
    to.append(text);
}

void appendTable(std::string& to, const amqp::FieldTable& table)
{
    Buffer encoded;
    amqp::appendFieldTable(encoded, table);
    to.append(textOf(encoded.view()));
}

void appendTags(std::string& to, const std::vector<std::string>& tags)
{
    append(to, static_cast<std::uint32_t>(tags.size()));
    for (const std::string& tag : tags) {
        appendText(to, tag);
    }
}

void appendLimit(std::string& to, std::optional<std::int64_t> limit)
{
    append(to, static_cast<std::uint8_t>(limit ? 1 : 0));
    if (limit) append(to, static_cast<std::uint64_t>(*limit));
}

/// Reads a row from its front, as ByteReader does.
class RowReader : public ByteReader {
public:
    using ByteReader::ByteReader;

    std::int64_t i64() { return static_cast<std::int64_t>(u64()); }
    bool boolean() { return upTo(1) != 0; }
    std::vector<std::string> tags()
    {
        std::vector<std::string> list;
        // Each takes four bytes at least, so a wrong count ends soon.
        for (std::uint32_t left = u32(); left > 0 && isGood(); --left) {
            list.push_back(text());
        }
        return list;
    }
    std::optional<std::int64_t> limit() { return boolean() ? std::optional{i64()} : std::nullopt; }
    amqp::FieldTable table()
    {
        auto decoded = amqp::decodeFieldTable(bytes());
        if (!decoded) {
            refuse();
            return {};
        }
        return std::move(*decoded);
    }
};

std::optional<broker::CatalogueChange> vhostOf(RowReader key, RowReader value)
{
    broker::VhostDefinition vhost;
    vhost.name = key.text();
    vhost.description = value.text();
    vhost.tags = value.tags();
    vhost.defaultQueueType = value.text();
    vhost.maxConnections = value.limit();
    vhost.maxQueues = value.limit();
    const std::uint8_t flags = value.u8();
    vhost.isProtected = (flags & kProtected) != 0;
    vhost.isTracing = (flags & kTracing) != 0;
    if (!key.isComplete() || !value.isComplete()) return std::nullopt;
    return broker::PutVhost{std::move(vhost)};
}

std::optional<broker::CatalogueChange> exchangeOf(RowReader key, RowReader value)
{
    broker::ExchangeDefinition exchange;
    exchange.vhost = key.text();
    exchange.name = key.text();
    exchange.type = value.oneOf(broker::ExchangeType::RecentHistory);
    const std::uint8_t flags = value.u8();
    exchange.isDurable = (flags & kDurable) != 0;
    exchange.isAutoDelete = (flags & kAutoDelete) != 0;
    exchange.isInternal = (flags & kInternal) != 0;
    exchange.arguments = value.table();
    if (!key.isComplete() || !value.isComplete()) return std::nullopt;
    return broker::PutExchange{std::move(exchange)};
}

std::optional<broker::CatalogueChange> queueOf(RowReader key, RowReader value)
{
    broker::QueueDefinition queue;
    queue.vhost = key.text();
    queue.name = key.text();
    queue.id = {value.u64()};
    const std::uint8_t flags = value.u8();
    queue.isDurable = (flags & kDurable) != 0;
    queue.isAutoDelete = (flags & kAutoDelete) != 0;
    queue.arguments = value.table();
    const bool isExclusive = (flags & kExclusive) != 0;
    if (isExclusive) queue.exclusiveOwner = {value.u64()};
    if (isExclusive != bool{queue.exclusiveOwner}) return std::nullopt;
    if (!key.isComplete() || !value.isComplete() || !queue.id) return std::nullopt;
    return broker::PutQueue{std::move(queue)};
}

std::optional<broker::CatalogueChange> bindingOf(RowReader key, RowReader value)
{
    broker::BindingDefinition binding;
    binding.vhost = key.text();
    binding.destinationKind = key.oneOf(broker::DestinationKind::Exchange);
    binding.destination = key.text();
    binding.source = key.text();
    binding.routingKey = key.text();
    binding.arguments = key.table();
    if (!key.isComplete() || !value.isComplete()) return std::nullopt;
    return broker::PutBinding{std::move(binding)};
}

std::optional<broker::CatalogueChange> userOf(RowReader key, RowReader value)
{
    broker::UserDefinition user;
    user.name = key.text();
    user.passwordHash = value.text();
    user.hashing = value.oneOf(broker::PasswordHashing::Md5);
    user.slowHash = value.text();
    user.tags = value.tags();
    user.maxConnections = value.limit();
    user.maxChannels = value.limit();
    if (!key.isComplete() || !value.isComplete()) return std::nullopt;
    return broker::PutUser{std::move(user)};
}

std::optional<broker::CatalogueChange> permissionOf(RowReader key, RowReader value)
{
    broker::PermissionDefinition permission;
    permission.vhost = key.text();
    permission.user = key.text();
    permission.configure = value.text();
    permission.write = value.text();
    permission.read = value.text();
    if (!key.isComplete() || !value.isComplete()) return std::nullopt;
    return broker::PutPermission{std::move(permission)};
}

std::optional<broker::CatalogueChange> topicPermissionOf(RowReader key, RowReader value)
{
    broker::TopicPermissionDefinition permission;
    permission.vhost = key.text();
    permission.user = key.text();
    permission.exchange = key.text();
    permission.write = value.text();
    permission.read = value.text();
    if (!key.isComplete() || !value.isComplete()) return std::nullopt;
    return broker::PutTopicPermission{std::move(permission)};
}

std::optional<broker::CatalogueChange> policyOf(RowReader key, RowReader value)
{
    broker::PolicyDefinition policy;
    policy.vhost = key.text();
    policy.isOperator = key.boolean();
    policy.name = key.text();
    policy.pattern = value.text();
    policy.applyTo = value.oneOf(broker::PolicyTarget::QuorumQueues);
    policy.priority = value.i64();
    policy.definition = value.table();
    if (!key.isComplete() || !value.isComplete()) return std::nullopt;
    return broker::PutPolicy{std::move(policy)};
}

/// Texts, one after the other.
template <typename... Texts>
std::string joined(const Texts&... texts)
{
    std::string key;
    (appendText(key, texts), ...);
    return key;
}

/// What the keys of all bindings to a destination begin with.
std::string destinationPrefix(std::string_view vhost, broker::DestinationKind kind,
                              std::string_view destination)
{
    std::string key = joined(vhost);
    append(key, static_cast<std::uint8_t>(kind));
    appendText(key, destination);
    return key;
}

std::string policyKey(std::string_view vhost, bool isOperator, std::string_view name)
{
    std::string key = joined(vhost);
    append(key, static_cast<std::uint8_t>(isOperator ? 1 : 0));
    appendText(key, name);
    return key;
}

/// What each change does to the rows.
struct Editor {
    using By = DefinitionSelection::By;
    using Kind = DefinitionKind;
    using Selections = std::vector<DefinitionSelection>;

    DefinitionEdit operator()(const broker::PutVhost& put) const { return rowOf(put.vhost); }
    DefinitionEdit operator()(const broker::PutExchange& put) const { return rowOf(put.exchange); }
    DefinitionEdit operator()(const broker::PutQueue& put) const { return rowOf(put.queue); }
    DefinitionEdit operator()(const broker::PutBinding& put) const { return rowOf(put.binding); }
    DefinitionEdit operator()(const broker::PutUser& put) const { return rowOf(put.user); }
    DefinitionEdit operator()(const broker::PutPermission& put) const
    {
        return rowOf(put.permission);
    }
    DefinitionEdit operator()(const broker::PutTopicPermission& put) const
    {
        return rowOf(put.permission);
    }
    DefinitionEdit operator()(const broker::PutPolicy& put) const { return rowOf(put.policy); }

    DefinitionEdit operator()(const broker::RemoveVhost& removed) const
    {
        const std::string prefix = vhostPrefix(removed.name);
        Selections all{{Kind::Vhost, By::Key, prefix}};
        for (const Kind kind : {Kind::Exchange, Kind::Queue, Kind::Binding, Kind::Permission,
                                Kind::TopicPermission, Kind::Policy}) {
            all.push_back({kind, By::KeyPrefix, prefix});
        }
        return all;
    }
    DefinitionEdit operator()(const broker::RemoveExchange& removed) const
    {
        const std::string name = joined(removed.vhost, removed.name);
        return Selections{
            {Kind::Exchange, By::Key, name},
            {Kind::Binding, By::Source, name},
            {Kind::Binding, By::KeyPrefix,
             destinationPrefix(removed.vhost, broker::DestinationKind::Exchange, removed.name)}};
    }
    DefinitionEdit operator()(const broker::RemoveQueue& removed) const
    {
        return Selections{
            {Kind::Queue, By::Key, joined(removed.vhost, removed.name)},
            {Kind::Binding, By::KeyPrefix,
             destinationPrefix(removed.vhost, broker::DestinationKind::Queue, removed.name)}};
    }
    DefinitionEdit operator()(const broker::RemoveBinding& removed) const
    {
        return Selections{{Kind::Binding, By::Key, rowOf(removed.binding).key}};
    }
    DefinitionEdit operator()(const broker::RemoveUser& removed) const
    {
        const std::string user = joined(removed.name);
        return Selections{{Kind::User, By::Key, user},
                          {Kind::Permission, By::Source, user},
                          {Kind::TopicPermission, By::Source, user}};
    }
    DefinitionEdit operator()(const broker::RemovePermission& removed) const
    {
        return Selections{{Kind::Permission, By::Key, joined(removed.vhost, removed.user)}};
    }
    DefinitionEdit operator()(const broker::RemoveTopicPermission& removed) const
    {
        return Selections{{Kind::TopicPermission, By::Key,
                           joined(removed.vhost, removed.user, removed.exchange)}};
    }
    DefinitionEdit operator()(const broker::RemovePolicy& removed) const
    {
        return Selections{
            {Kind::Policy, By::Key, policyKey(removed.vhost, removed.isOperator, removed.name)}};
    }
};

}  // namespace

DefinitionRow rowOf(const broker::VhostDefinition& vhost)
{
    DefinitionRow row{
        .kind = DefinitionKind::Vhost, .key = joined(vhost.name), .value = {}, .source = {}};
    appendText(row.value, vhost.description);
    appendTags(row.value, vhost.tags);
    appendText(row.value, vhost.defaultQueueType);
    appendLimit(row.value, vhost.maxConnections);
    appendLimit(row.value, vhost.maxQueues);
    append(row.value, static_cast<std::uint8_t>((vhost.isProtected ? kProtected : 0) |
                                                (vhost.isTracing ? kTracing : 0)));
    return row;
}

DefinitionRow rowOf(const broker::ExchangeDefinition& exchange)
{
    DefinitionRow row{.kind = DefinitionKind::Exchange,
                      .key = joined(exchange.vhost, exchange.name),
                      .value = {},
                      .source = {}};
    append(row.value, static_cast<std::uint8_t>(exchange.type));
    append(row.value, static_cast<std::uint8_t>((exchange.isDurable ? kDurable : 0) |
                                                (exchange.isAutoDelete ? kAutoDelete : 0) |
                                                (exchange.isInternal ? kInternal : 0)));
    appendTable(row.value, exchange.arguments);
    return row;
}

DefinitionRow rowOf(const broker::QueueDefinition& queue)
{
    DefinitionRow row{.kind = DefinitionKind::Queue,
                      .key = joined(queue.vhost, queue.name),
                      .value = {},
                      .source = {}};
    append(row.value, queue.id.value);
    append(row.value, static_cast<std::uint8_t>((queue.isDurable ? kDurable : 0) |
                                                (queue.isAutoDelete ? kAutoDelete : 0) |
                                                (queue.exclusiveOwner ? kExclusive : 0)));
    appendTable(row.value, queue.arguments);
    if (queue.exclusiveOwner) append(row.value, queue.exclusiveOwner.value);
    return row;
}

DefinitionRow rowOf(const broker::BindingDefinition& binding)
{
    DefinitionRow row{
        .kind = DefinitionKind::Binding,
        .key = destinationPrefix(binding.vhost, binding.destinationKind, binding.destination),
        .value = {},
        .source = joined(binding.vhost, binding.source)};
    appendText(row.key, binding.source);
    appendText(row.key, binding.routingKey);
    appendTable(row.key, binding.arguments);
    return row;
}

DefinitionRow rowOf(const broker::UserDefinition& user)
{
    DefinitionRow row{
        .kind = DefinitionKind::User, .key = joined(user.name), .value = {}, .source = {}};
    appendText(row.value, user.passwordHash);
    append(row.value, static_cast<std::uint8_t>(user.hashing));
    appendText(row.value, user.slowHash);
    appendTags(row.value, user.tags);
    appendLimit(row.value, user.maxConnections);
    appendLimit(row.value, user.maxChannels);
    return row;
}

DefinitionRow rowOf(const broker::PermissionDefinition& permission)
{
    return {.kind = DefinitionKind::Permission,
            .key = joined(permission.vhost, permission.user),
            .value = joined(permission.configure, permission.write, permission.read),
            .source = joined(permission.user)};
}

DefinitionRow rowOf(const broker::TopicPermissionDefinition& permission)
{
    return {.kind = DefinitionKind::TopicPermission,
            .key = joined(permission.vhost, permission.user, permission.exchange),
            .value = joined(permission.write, permission.read),
            .source = joined(permission.user)};
}

DefinitionRow rowOf(const broker::PolicyDefinition& policy)
{
    DefinitionRow row{.kind = DefinitionKind::Policy,
                      .key = policyKey(policy.vhost, policy.isOperator, policy.name),
                      .value = joined(policy.pattern),
                      .source = {}};
    append(row.value, static_cast<std::uint8_t>(policy.applyTo));
    append(row.value, static_cast<std::uint64_t>(policy.priority));
    appendTable(row.value, policy.definition);
    return row;
}

DefinitionEdit editOf(const broker::CatalogueChange& change)
{
    return std::visit(Editor{}, change);
}

std::string vhostPrefix(std::string_view vhost) { return joined(vhost); }

std::string endOfPrefix(std::string prefix)
{
    while (!prefix.empty() && prefix.back() == '\xFF') {
        prefix.pop_back();
    }
    WARREN_CHECK(!prefix.empty());
    prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
    return prefix;
}

std::optional<broker::CatalogueChange> changeOf(DefinitionKind kind, ByteView key, ByteView value)
{
    switch (kind) {
    case DefinitionKind::Vhost: return vhostOf(RowReader{key}, RowReader{value});
    case DefinitionKind::Exchange: return exchangeOf(RowReader{key}, RowReader{value});
    case DefinitionKind::Queue: return queueOf(RowReader{key}, RowReader{value});
    case DefinitionKind::Binding: return bindingOf(RowReader{key}, RowReader{value});
    case DefinitionKind::User: return userOf(RowReader{key}, RowReader{value});
    case DefinitionKind::Permission: return permissionOf(RowReader{key}, RowReader{value});
    case DefinitionKind::TopicPermission:
        return topicPermissionOf(RowReader{key}, RowReader{value});
    case DefinitionKind::Policy: return policyOf(RowReader{key}, RowReader{value});
    }
    return std::nullopt;  // a kind that is not one of ours
}

}  // namespace warren::storage
