#pragma once

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/broker/message.h"
#include "core/broker/mirror_copies.h"
#include "core/cluster/placement.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// What a queue's master and its mirrors tell each other. Integers are big-endian; text, as in
/// core/cluster/field_codec.h.
///
///   operations = frame:u64 count:u32 operation*
///   operation  = kind:u8 queue:u64 epoch:u64 fields
///     0 enqueue  sequence:u64 expires-at:u64 delivery-count:u32 body
///     1 remove   sequence:u64
///     2 mark     up-to:u64 priority:u8
///     3 count    sequence:u64 delivery-count:u32
///     4 complete
///   body       = record:text, as in core/storage/record_format.h; empty: that of the enqueue
///   before
namespace warren::mirroring {

using cluster::Epoch;

/// Master to mirror: the mirror is to say what it has.
struct MirrorOpen {
    QueueId queue;
    Epoch epoch = 0;
    bool operator==(const MirrorOpen&) const = default;
};
/// The answer.
struct MirrorState {
    /// A queue in more pieces than this keeps the first ones only.
    static constexpr std::size_t kRangesMax = 100'000;

    QueueId queue;
    Epoch epoch = 0;
    Sequence lastSequence = 0;  ///< that it ever had
    std::vector<broker::SequenceRange> ranges;
    bool operator==(const MirrorState&) const = default;
};
/// What the master has of that: the mirror forgets all else. And what is missing.
struct MirrorRanges {
    QueueId queue;
    Epoch epoch = 0;
    Sequence upTo = 0;
    std::vector<broker::SequenceRange> ranges;
    /// Some behind `missingAfter`, up to `missingUpTo`, are; 0: none is.
    Sequence missingAfter = 0;
    Sequence missingUpTo = 0;
    bool operator==(const MirrorRanges&) const = default;
};
/// Everything of the frames up to this one is durable at the mirror.
struct MirrorAck {
    std::uint64_t frame = 0;
    bool operator==(const MirrorAck&) const = default;
};
/// The sender is not the master that the mirror knows, in this epoch.
struct MirrorRefused {
    QueueId queue;
    Epoch epoch = 0;
    bool operator==(const MirrorRefused&) const = default;
};

struct MirrorEnqueue {
    Sequence sequence = 0;
    WallTime expiresAt{};
    std::uint32_t deliveryCount = 0;
    broker::MessagePtr message{};
};
struct MirrorRemove {
    Sequence sequence = 0;
};
struct MirrorMark {
    Sequence upTo = 0;
    std::uint8_t priority = 0;
};
struct MirrorCount {
    Sequence sequence = 0;
    std::uint32_t deliveryCount = 0;
};
/// Nothing is missing any more.
struct MirrorComplete {};
struct MirrorOperation {
    QueueId queue;
    Epoch epoch = 0;
    std::variant<MirrorEnqueue, MirrorRemove, MirrorMark, MirrorCount, MirrorComplete> body;
};
struct MirrorOperations {
    std::uint64_t frame = 0;
    std::vector<MirrorOperation> operations;
};

/// Collects operations for one mirror's node, bodies once.
class OperationWriter {
public:
    void add(QueueId queue, Epoch epoch, const MirrorEnqueue& enqueue);
    void add(QueueId queue, Epoch epoch, const MirrorRemove& remove);
    void add(QueueId queue, Epoch epoch, const MirrorMark& mark);
    void add(QueueId queue, Epoch epoch, const MirrorCount& count);
    void add(QueueId queue, Epoch epoch, const MirrorComplete& complete);
    bool isEmpty() const { return m_count == 0; }
    std::size_t bytes() const { return m_bytes.size(); }
    /// The encoded operations, with this number. Empty again afterwards.
    std::string take(std::uint64_t frame);

private:
    void head(std::uint8_t kind, QueueId queue, Epoch epoch);

    std::string m_bytes;
    std::uint32_t m_count = 0;
    broker::MessagePtr m_lastMessage;
};

/// Nothing if it is not by the grammar.
std::optional<MirrorOperations> decodeOperations(ByteView bytes);

}  // namespace warren::mirroring
