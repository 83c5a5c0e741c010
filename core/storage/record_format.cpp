#include "core/storage/record_format.h"

#include "core/amqp/properties.h"

#include <chrono>
#include <cstring>

namespace warren::storage {

namespace {

constexpr std::size_t kFixedBytes = 1 + 1 + 1 + 4;

std::byte* store(std::byte* to, ByteView bytes)
{
    if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
    return to + bytes.size();
}

std::byte* storeShortText(std::byte* to, std::string_view text)
{
    *to = static_cast<std::byte>(text.size());
    return store(to + 1, bytesOf(text));
}

}  // namespace

IndexEntry loadIndexEntry(ByteView index, std::size_t slot)
{
    const std::size_t at = slot * IndexEntry::kBytes;
    return {.queue = {loadU64(index, at)},
            .sequence = loadU64(index, at + 8),
            .recordOffset = loadU32(index, at + 16),
            .recordBytes = loadU32(index, at + 20),
            .expiresAt = {std::chrono::milliseconds{
                static_cast<std::chrono::milliseconds::rep>(loadU64(index, at + 24))}}};
}

void storeIndexEntry(std::byte* to, const IndexEntry& entry)
{
    storeBigEndian(to, entry.queue.value);
    storeBigEndian(to + 8, entry.sequence);
    storeBigEndian(to + 16, entry.recordOffset);
    storeBigEndian(to + 20, entry.recordBytes);
    storeBigEndian(to + 24, static_cast<std::uint64_t>(entry.expiresAt.sinceEpoch.count()));
}

DeliveryCount loadDeliveryCount(ByteView counts, std::size_t place)
{
    const std::size_t at = place * DeliveryCount::kBytes;
    return {.slot = loadU32(counts, at), .count = loadU32(counts, at + 4)};
}

void storeDeliveryCount(std::byte* to, const DeliveryCount& count)
{
    storeBigEndian(to, count.slot);
    storeBigEndian(to + 4, count.count);
}

std::size_t recordBytes(const broker::Message& message)
{
    return kFixedBytes + message.exchange().size() + message.routingKey().size() +
           message.properties().size() + message.bodyBytes();
}

void storeRecord(std::byte* to, const broker::Message& message)
{
    to = storeShortText(to, message.exchange());
    to = storeShortText(to, message.routingKey());
    *to++ = message.isPersistent() ? std::byte{1} : std::byte{0};
    storeBigEndian(to, static_cast<std::uint32_t>(message.properties().size()));
    to = store(to + 4, message.properties());
    store(to, message.body());
}

std::uint8_t RecordParts::priority() const
{
    // Most messages have none, which their flags tell.
    constexpr std::uint16_t kPriority = 1u << 11;
    if (properties.size() < 2 || (loadU16(properties, 0) & kPriority) == 0) return 0;
    const auto view = amqp::PropertiesView::parse(properties);
    return view ? view->priority().value_or(0) : 0;
}

std::optional<RecordParts> partsOfRecord(ByteView record)
{
    if (record.size() < kFixedBytes) return std::nullopt;
    RecordParts parts;

    // Each length is judged against what must still follow it, so nothing is read past the end.
    const std::size_t exchangeBytes = loadU8(record, 0);
    if (record.size() < kFixedBytes + exchangeBytes) return std::nullopt;
    parts.exchange = textOf(record.subspan(1, exchangeBytes));
    record = record.subspan(1 + exchangeBytes);

    const std::size_t routingKeyBytes = loadU8(record, 0);
    if (record.size() < 1 + routingKeyBytes + 1 + 4) return std::nullopt;
    parts.routingKey = textOf(record.subspan(1, routingKeyBytes));
    record = record.subspan(1 + routingKeyBytes);

    const std::uint8_t persistent = loadU8(record, 0);
    const std::size_t propertiesBytes = loadU32(record, 1);
    record = record.subspan(1 + 4);
    if (persistent > 1 || record.size() < propertiesBytes) return std::nullopt;
    parts.isPersistent = persistent == 1;
    parts.properties = record.first(propertiesBytes);
    parts.body = record.subspan(propertiesBytes);
    return parts;
}

broker::MessagePtr loadRecord(ByteView record)
{
    const auto parts = partsOfRecord(record);
    if (!parts) return {};
    return broker::makeMessage(parts->exchange, parts->routingKey, parts->properties,
                               parts->isPersistent, parts->body);
}

}  // namespace warren::storage
