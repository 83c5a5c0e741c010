#include "core/mirroring/mirror_frames.h"

#include "core/cluster/field_codec.h"
#include "core/storage/record_format.h"

#include <chrono>
#include <utility>

namespace warren::mirroring {

namespace {

enum class OperationKind : std::uint8_t { Enqueue, Remove, Mark, Count, Complete };

void append(std::string& to, std::uint64_t value)
{
    std::byte bytes[8];
    storeBigEndian(bytes, value);
    to.append(warren::textOf(bytes));
}

void append(std::string& to, std::uint32_t value)
{
    std::byte bytes[4];
    storeBigEndian(bytes, value);
    to.append(warren::textOf(bytes));
}

}  // namespace

void OperationWriter::head(std::uint8_t kind, QueueId queue, Epoch epoch)
{
    m_bytes.push_back(static_cast<char>(kind));
    append(m_bytes, queue.value);
    append(m_bytes, epoch);
    m_count += 1;
}

void OperationWriter::add(QueueId queue, Epoch epoch, const MirrorEnqueue& enqueue)
{
    head(static_cast<std::uint8_t>(OperationKind::Enqueue), queue, epoch);
    append(m_bytes, enqueue.sequence);
    append(m_bytes,
           static_cast<std::uint64_t>(
               std::chrono::duration_cast<std::chrono::milliseconds>(enqueue.expiresAt.sinceEpoch)
                   .count()));
    append(m_bytes, enqueue.deliveryCount);
    if (enqueue.message == m_lastMessage) return append(m_bytes, std::uint32_t{0});
    const std::size_t bytes = storage::recordBytes(*enqueue.message);
    append(m_bytes, static_cast<std::uint32_t>(bytes));
    const std::size_t at = m_bytes.size();
    m_bytes.resize(at + bytes);
    storage::storeRecord(reinterpret_cast<std::byte*>(m_bytes.data() + at), *enqueue.message);
    m_lastMessage = enqueue.message;
}

void OperationWriter::add(QueueId queue, Epoch epoch, const MirrorRemove& remove)
{
    head(static_cast<std::uint8_t>(OperationKind::Remove), queue, epoch);
    append(m_bytes, remove.sequence);
}

void OperationWriter::add(QueueId queue, Epoch epoch, const MirrorMark& mark)
{
    head(static_cast<std::uint8_t>(OperationKind::Mark), queue, epoch);
    append(m_bytes, mark.upTo);
    m_bytes.push_back(static_cast<char>(mark.priority));
}

void OperationWriter::add(QueueId queue, Epoch epoch, const MirrorCount& count)
{
    head(static_cast<std::uint8_t>(OperationKind::Count), queue, epoch);
    append(m_bytes, count.sequence);
    append(m_bytes, count.deliveryCount);
}

void OperationWriter::add(QueueId queue, Epoch epoch, const MirrorComplete&)
{
    head(static_cast<std::uint8_t>(OperationKind::Complete), queue, epoch);
}

std::string OperationWriter::take(std::uint64_t frame)
{
    std::string bytes;
    bytes.reserve(m_bytes.size() + 12);
    append(bytes, frame);
    append(bytes, m_count);
    bytes += m_bytes;
    m_bytes.clear();
    m_count = 0;
    m_lastMessage.reset();
    return bytes;
}

std::optional<MirrorOperations> decodeOperations(ByteView bytes)
{
    cluster::FieldReader from(bytes);
    MirrorOperations frame;
    frame.frame = from.u64();
    broker::MessagePtr last;
    for (std::uint32_t left = from.u32(); left > 0 && from.isGood(); --left) {
        const auto kind = from.oneOf(OperationKind::Complete);
        MirrorOperation operation;
        operation.queue = {from.u64()};
        operation.epoch = from.u64();
        switch (kind) {
        case OperationKind::Enqueue: {
            MirrorEnqueue enqueue;
            enqueue.sequence = from.u64();
            enqueue.expiresAt.sinceEpoch = std::chrono::milliseconds{from.u64()};
            enqueue.deliveryCount = from.u32();
            const ByteView record = from.bytes();
            if (!record.empty()) last = storage::loadRecord(record);
            if (!last) return std::nullopt;
            enqueue.message = last;
            operation.body = std::move(enqueue);
            break;
        }
        case OperationKind::Remove: operation.body = MirrorRemove{from.u64()}; break;
        case OperationKind::Mark: {
            const Sequence upTo = from.u64();
            operation.body = MirrorMark{upTo, from.u8()};
            break;
        }
        case OperationKind::Count: {
            const Sequence sequence = from.u64();
            operation.body = MirrorCount{sequence, from.u32()};
            break;
        }
        case OperationKind::Complete: operation.body = MirrorComplete{}; break;
        }
        frame.operations.push_back(std::move(operation));
    }
    if (!from.isComplete()) return std::nullopt;
    return frame;
}

}  // namespace warren::mirroring
