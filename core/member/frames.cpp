#include "core/member/frames.h"

#include "core/cluster/field_codec.h"

#include <utility>

namespace warren::member {

namespace {

using cluster::FieldReader;
using cluster::FieldWriter;

FieldWriter writerOf(FrameKind kind)
{
    FieldWriter to;
    to.u8(static_cast<std::uint8_t>(kind));
    return to;
}

template <typename Value>
std::optional<Value> complete(const FieldReader& from, Value&& value)
{
    if (!from.isComplete()) return std::nullopt;
    return std::forward<Value>(value);
}

}  // namespace

std::string framed(FrameKind kind, std::string_view contents)
{
    std::string frame;
    frame.reserve(contents.size() + 1);
    frame.push_back(static_cast<char>(kind));
    frame += contents;
    return frame;
}

std::string encode(const Propose& frame)
{
    FieldWriter to = writerOf(FrameKind::Propose);
    to.u32(static_cast<std::uint32_t>(frame.commands.size()));
    for (const std::string& command : frame.commands)
        to.text(command);
    return to.take();
}

std::optional<Propose> decodePropose(ByteView contents)
{
    FieldReader from(contents);
    Propose frame;
    for (std::size_t left = from.count(kFrameItemsMax); left > 0 && from.isGood(); --left)
        frame.commands.push_back(from.text());
    return complete(from, std::move(frame));
}

std::string encode(const JoinRequest& frame)
{
    FieldWriter to = writerOf(FrameKind::JoinRequest);
    to.node(frame.name);
    to.text(frame.address);
    to.u8(static_cast<std::uint8_t>(frame.type));
    to.u64(frame.life);
    return to.take();
}

std::optional<JoinRequest> decodeJoinRequest(ByteView contents)
{
    FieldReader from(contents);
    JoinRequest frame;
    frame.name = from.node();
    frame.address = from.text();
    frame.type = from.oneOf(cluster::NodeType::Ram);
    frame.life = from.u64();
    return complete(from, std::move(frame));
}

std::string encode(const JoinAnswer& frame)
{
    FieldWriter to = writerOf(FrameKind::JoinAnswer);
    to.u8(static_cast<std::uint8_t>(frame.verdict));
    to.text(frame.text);
    to.node(frame.leader);
    to.text(frame.leaderAddress);
    to.u64(frame.id.value);
    to.text(frame.clusterId);
    to.u32(static_cast<std::uint32_t>(frame.members.size()));
    for (const JoinAnswer::Member& member : frame.members) {
        to.node(member.name);
        to.u64(member.id.value);
        to.text(member.address);
    }
    return to.take();
}

std::optional<JoinAnswer> decodeJoinAnswer(ByteView contents)
{
    FieldReader from(contents);
    JoinAnswer frame;
    frame.verdict = from.oneOf(JoinAnswer::Verdict::Refused);
    frame.text = from.text();
    frame.leader = from.node();
    frame.leaderAddress = from.text();
    frame.id = {from.u64()};
    frame.clusterId = from.text();
    for (std::size_t left = from.count(kFrameItemsMax); left > 0 && from.isGood(); --left) {
        JoinAnswer::Member member;
        member.name = from.node();
        member.id = {from.u64()};
        member.address = from.text();
        frame.members.push_back(std::move(member));
    }
    return complete(from, std::move(frame));
}

std::string encode(const PublishAnswer& frame)
{
    FieldWriter to = writerOf(FrameKind::PublishAnswer);
    for (const auto* positions : {&frame.safe, &frame.refused, &frame.lost}) {
        to.u32(static_cast<std::uint32_t>(positions->size()));
        for (const broker::LogPosition position : *positions)
            to.u64(position);
    }
    return to.take();
}

std::optional<PublishAnswer> decodePublishAnswer(ByteView contents)
{
    FieldReader from(contents);
    PublishAnswer frame;
    for (auto* positions : {&frame.safe, &frame.refused, &frame.lost}) {
        for (std::size_t left = from.count(kFrameItemsMax); left > 0 && from.isGood(); --left)
            positions->push_back(from.u64());
    }
    return complete(from, std::move(frame));
}

std::string encode(const mirroring::MirrorOpen& frame)
{
    FieldWriter to = writerOf(FrameKind::MirrorOpen);
    to.u64(frame.queue.value);
    to.u64(frame.epoch);
    return to.take();
}

std::optional<mirroring::MirrorOpen> decodeMirrorOpen(ByteView contents)
{
    FieldReader from(contents);
    mirroring::MirrorOpen frame;
    frame.queue = {from.u64()};
    frame.epoch = from.u64();
    return complete(from, std::move(frame));
}

namespace {

void appendRanges(FieldWriter& to, const std::vector<broker::SequenceRange>& ranges)
{
    to.u32(static_cast<std::uint32_t>(ranges.size()));
    for (const broker::SequenceRange& range : ranges) {
        to.u64(range.first);
        to.u64(range.last);
    }
}

std::vector<broker::SequenceRange> readRanges(FieldReader& from)
{
    std::vector<broker::SequenceRange> ranges;
    for (std::size_t left = from.count(kFrameItemsMax); left > 0 && from.isGood(); --left) {
        const Sequence first = from.u64();
        ranges.push_back({first, from.u64()});
    }
    return ranges;
}

}  // namespace

std::string encode(const mirroring::MirrorState& frame)
{
    FieldWriter to = writerOf(FrameKind::MirrorState);
    to.u64(frame.queue.value);
    to.u64(frame.epoch);
    to.u64(frame.lastSequence);
    appendRanges(to, frame.ranges);
    return to.take();
}

std::optional<mirroring::MirrorState> decodeMirrorState(ByteView contents)
{
    FieldReader from(contents);
    mirroring::MirrorState frame;
    frame.queue = {from.u64()};
    frame.epoch = from.u64();
    frame.lastSequence = from.u64();
    frame.ranges = readRanges(from);
    return complete(from, std::move(frame));
}

std::string encode(const mirroring::MirrorRanges& frame)
{
    FieldWriter to = writerOf(FrameKind::MirrorRanges);
    to.u64(frame.queue.value);
    to.u64(frame.epoch);
    to.u64(frame.upTo);
    appendRanges(to, frame.ranges);
    to.u64(frame.missingAfter);
    to.u64(frame.missingUpTo);
    return to.take();
}

std::optional<mirroring::MirrorRanges> decodeMirrorRanges(ByteView contents)
{
    FieldReader from(contents);
    mirroring::MirrorRanges frame;
    frame.queue = {from.u64()};
    frame.epoch = from.u64();
    frame.upTo = from.u64();
    frame.ranges = readRanges(from);
    frame.missingAfter = from.u64();
    frame.missingUpTo = from.u64();
    return complete(from, std::move(frame));
}

std::string encode(const mirroring::MirrorAck& frame)
{
    FieldWriter to = writerOf(FrameKind::MirrorAck);
    to.u64(frame.frame);
    return to.take();
}

std::optional<mirroring::MirrorAck> decodeMirrorAck(ByteView contents)
{
    FieldReader from(contents);
    mirroring::MirrorAck frame{from.u64()};
    return complete(from, std::move(frame));
}

std::string encode(const mirroring::MirrorRefused& frame)
{
    FieldWriter to = writerOf(FrameKind::MirrorRefused);
    to.u64(frame.queue.value);
    to.u64(frame.epoch);
    return to.take();
}

std::optional<mirroring::MirrorRefused> decodeMirrorRefused(ByteView contents)
{
    FieldReader from(contents);
    mirroring::MirrorRefused frame;
    frame.queue = {from.u64()};
    frame.epoch = from.u64();
    return complete(from, std::move(frame));
}

std::string encode(const Status& frame)
{
    FieldWriter to = writerOf(FrameKind::Status);
    to.u64(frame.memoryBytes);
    to.u64(frame.memoryLimitBytes);
    to.u64(frame.diskFreeBytes);
    to.u64(frame.diskLimitBytes);
    to.u32(frame.connectionCount);
    to.u8(static_cast<std::uint8_t>((frame.hasMemoryAlarm ? 1 : 0) | (frame.hasDiskAlarm ? 2 : 0) |
                                    (frame.isPaused ? 4 : 0) | (frame.isStopping ? 8 : 0)));
    to.nodes(frame.linkedTo);
    return to.take();
}

std::optional<Status> decodeStatus(ByteView contents)
{
    FieldReader from(contents);
    Status frame;
    frame.memoryBytes = from.u64();
    frame.memoryLimitBytes = from.u64();
    frame.diskFreeBytes = from.u64();
    frame.diskLimitBytes = from.u64();
    frame.connectionCount = from.u32();
    const std::uint8_t flags = from.upTo(15);
    frame.hasMemoryAlarm = (flags & 1) != 0;
    frame.hasDiskAlarm = (flags & 2) != 0;
    frame.isPaused = (flags & 4) != 0;
    frame.isStopping = (flags & 8) != 0;
    frame.linkedTo = from.nodes(kStatusLinksMax);
    return complete(from, std::move(frame));
}

std::string encode(const SyncWish& frame)
{
    FieldWriter to = writerOf(FrameKind::SyncWish);
    to.u64(frame.queue.value);
    to.u8(frame.isWanted ? 1 : 0);
    return to.take();
}

std::optional<SyncWish> decodeSyncWish(ByteView contents)
{
    FieldReader from(contents);
    SyncWish frame;
    frame.queue = {from.u64()};
    frame.isWanted = from.upTo(1) != 0;
    return complete(from, std::move(frame));
}

}  // namespace warren::member
