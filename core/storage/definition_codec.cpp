#include "core/storage/definition_codec.h"

#include "core/amqp/field_table.h"
#include "core/base/check.h"

#include <utility>

namespace warren::storage {

namespace {

constexpr std::uint8_t kDurable = 1;
constexpr std::uint8_t kAutoDelete = 2;
constexpr std::uint8_t kInternal = 4;

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

/// Reads a row from its front; once something doesn't fit, everything else comes back empty.
class RowReader {
public:
    explicit RowReader(ByteView bytes) : m_rest(bytes) {}

    std::uint8_t u8()
    {
        const ByteView bytes = take(1);
        return bytes.empty() ? std::uint8_t{0} : loadU8(bytes, 0);
    }
    std::uint64_t u64()
    {
        const ByteView bytes = take(8);
        return bytes.empty() ? 0 : loadU64(bytes, 0);
    }
    std::string text() { return std::string{textOf(lengthPrefixed())}; }
    amqp::FieldTable table()
    {
        auto decoded = amqp::decodeFieldTable(lengthPrefixed());
        if (!decoded) {
            m_isGood = false;
            return {};
        }
        return std::move(*decoded);
    }

    /// Everything fitted, and nothing is left.
    bool isComplete() const { return m_isGood && m_rest.empty(); }

private:
    ByteView lengthPrefixed()
    {
        const ByteView length = take(4);
        return length.empty() ? ByteView{} : take(loadU32(length, 0));
    }
    ByteView take(std::size_t count)
    {
        if (m_rest.size() < count) m_isGood = false;
        if (!m_isGood) return {};
        const ByteView taken = m_rest.first(count);
        m_rest = m_rest.subspan(count);
        return taken;
    }

    ByteView m_rest;
    bool m_isGood = true;
};

std::optional<broker::CatalogueChange> vhostOf(RowReader key, RowReader value)
{
    broker::VhostDefinition vhost;
    vhost.name = key.text();
    if (!key.isComplete() || !value.isComplete()) return std::nullopt;
    return broker::PutVhost{std::move(vhost)};
}

std::optional<broker::CatalogueChange> exchangeOf(RowReader key, RowReader value)
{
    broker::ExchangeDefinition exchange;
    exchange.vhost = key.text();
    exchange.name = key.text();
    const std::uint8_t type = value.u8();
    const std::uint8_t flags = value.u8();
    exchange.type = static_cast<broker::ExchangeType>(type);
    exchange.isDurable = (flags & kDurable) != 0;
    exchange.isAutoDelete = (flags & kAutoDelete) != 0;
    exchange.isInternal = (flags & kInternal) != 0;
    exchange.arguments = value.table();
    if (!key.isComplete() || !value.isComplete()) return std::nullopt;
    if (type > static_cast<std::uint8_t>(broker::ExchangeType::RecentHistory)) return std::nullopt;
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
    if (!key.isComplete() || !value.isComplete() || !queue.id) return std::nullopt;
    return broker::PutQueue{std::move(queue)};
}

std::optional<broker::CatalogueChange> bindingOf(RowReader key, RowReader value)
{
    broker::BindingDefinition binding;
    binding.vhost = key.text();
    const std::uint8_t destinationKind = key.u8();
    binding.destinationKind = static_cast<broker::DestinationKind>(destinationKind);
    binding.destination = key.text();
    binding.source = key.text();
    binding.routingKey = key.text();
    binding.arguments = key.table();
    if (!key.isComplete() || !value.isComplete()) return std::nullopt;
    if (destinationKind > static_cast<std::uint8_t>(broker::DestinationKind::Exchange)) {
        return std::nullopt;
    }
    return broker::PutBinding{std::move(binding)};
}

}  // namespace

DefinitionRow rowOf(const broker::VhostDefinition& vhost)
{
    return {
        .kind = DefinitionKind::Vhost, .key = vhostPrefix(vhost.name), .value = {}, .source = {}};
}

DefinitionRow rowOf(const broker::ExchangeDefinition& exchange)
{
    DefinitionRow row{.kind = DefinitionKind::Exchange,
                      .key = nameKey(exchange.vhost, exchange.name),
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
                      .key = nameKey(queue.vhost, queue.name),
                      .value = {},
                      .source = {}};
    append(row.value, queue.id.value);
    append(row.value, static_cast<std::uint8_t>((queue.isDurable ? kDurable : 0) |
                                                (queue.isAutoDelete ? kAutoDelete : 0)));
    appendTable(row.value, queue.arguments);
    return row;
}

DefinitionRow rowOf(const broker::BindingDefinition& binding)
{
    DefinitionRow row{
        .kind = DefinitionKind::Binding,
        .key = destinationPrefix(binding.vhost, binding.destinationKind, binding.destination),
        .value = {},
        .source = nameKey(binding.vhost, binding.source)};
    appendText(row.key, binding.source);
    appendText(row.key, binding.routingKey);
    appendTable(row.key, binding.arguments);
    return row;
}

std::string nameKey(std::string_view vhost, std::string_view name)
{
    std::string key;
    appendText(key, vhost);
    appendText(key, name);
    return key;
}

std::string vhostPrefix(std::string_view vhost)
{
    std::string key;
    appendText(key, vhost);
    return key;
}

std::string destinationPrefix(std::string_view vhost, broker::DestinationKind kind,
                              std::string_view destination)
{
    std::string key;
    appendText(key, vhost);
    append(key, static_cast<std::uint8_t>(kind));
    appendText(key, destination);
    return key;
}

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
    }
    return std::nullopt;  // a kind that is not one of ours
}

}  // namespace warren::storage
