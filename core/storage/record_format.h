#pragma once

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/broker/message.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

/// How messages lie in a segment. All integers are big-endian.
///
///   records = *record                      ; one after the other, no gaps
///   record  = exchange routing-key persistent properties-bytes properties body
///   exchange, routing-key = u8 length, that many bytes
///   persistent = u8, 1 if the delivery-mode is 2, else 0
///   properties-bytes = u32                 ; the body is the rest of the record
///
///   index   = *entry                       ; entry i is for position segment-id + i
///   entry   = queue:u64 sequence:u64 record-offset:u32 record-bytes:u32 expires-at:u64
///   expires-at = milliseconds since 1970   ; 0: never
///
///   counts  = *count                       ; how often messages came back, by slot
///   count   = slot:u32 count:u32
///
/// An entry without a message is all zero; a record has at least 7 bytes, so record-bytes tells.
/// Entries of several queues may name the same record. A count whose message is settled says
/// nothing.
namespace warren::storage {

struct IndexEntry {
    static constexpr std::size_t kBytes = 32;

    QueueId queue;
    Sequence sequence = 0;
    std::uint32_t recordOffset = 0;
    std::uint32_t recordBytes = 0;
    WallTime expiresAt{};

    bool hasMessage() const { return recordBytes != 0; }
    bool operator==(const IndexEntry&) const = default;
};

/// @pre slot < slotCount(index)
IndexEntry loadIndexEntry(ByteView index, std::size_t slot);
/// Writes kBytes bytes at `to`.
void storeIndexEntry(std::byte* to, const IndexEntry& entry);
inline std::size_t slotCount(ByteView index) { return index.size() / IndexEntry::kBytes; }

struct DeliveryCount {
    static constexpr std::size_t kBytes = 8;

    std::uint32_t slot = 0;
    std::uint32_t count = 0;

    bool operator==(const DeliveryCount&) const = default;
};

/// @pre place < counts.size() / kBytes
DeliveryCount loadDeliveryCount(ByteView counts, std::size_t place);
/// Writes kBytes bytes at `to`.
void storeDeliveryCount(std::byte* to, const DeliveryCount& count);

/// What the message takes as a record.
std::size_t recordBytes(const broker::Message& message);
/// Writes recordBytes(message) bytes at `to`.
void storeRecord(std::byte* to, const broker::Message& message);
/// A record taken apart; the views borrow from it.
struct RecordParts {
    std::string_view exchange;
    std::string_view routingKey;
    bool isPersistent = false;
    ByteView properties;
    ByteView body;

    /// The property priority; 0 if there is none.
    std::uint8_t priority() const;
};
/// nullopt if the bytes are not a record.
std::optional<RecordParts> partsOfRecord(ByteView record);

/// The message of a record; null if the bytes are not one.
broker::MessagePtr loadRecord(ByteView record);

}  // namespace warren::storage
