#pragma once

#include "core/broker/relay_request.h"
#include "core/cluster/consensus.h"
#include "core/cluster/node_name.h"
#include "core/cluster/node_type.h"
#include "core/mirroring/mirror_frames.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What the nodes of a cluster send each other over their links. Integers are big-endian; text,
/// node and nodes as in core/cluster/field_codec.h.
///
///   frame = kind:u8 contents
namespace warren::member {

/// Things of one frame. A frame has a limit of its own; this only keeps counts sane.
inline constexpr std::size_t kFrameItemsMax = 16'000'000;
/// Links that a status tells of; a node that has more leaves the rest out.
inline constexpr std::size_t kStatusLinksMax = 1024;

enum class FrameKind : std::uint8_t {
    Raft = 1,     ///< as in core/raft/message_codec.h
    Propose,      ///< the leader is asked to have commands agreed on
    JoinRequest,  ///< a node that is no member wants to be one
    JoinAnswer,
    Relay,        ///< requests of clients
    RelayEvents,  ///< what comes back to them
    Publish,      ///< messages for queues that the receiver leads
    PublishAnswer,
    MirrorOpen,
    MirrorState,
    MirrorRanges,
    MirrorOperations,
    MirrorAck,
    MirrorRefused,
    Status,
    SyncWish,  ///< somebody wants the mirrors of a queue that the receiver leads brought up, or not
};

/// propose = count:u32 command:text*
struct Propose {
    std::vector<std::string> commands;
    bool operator==(const Propose&) const = default;
};

/// join-request = name:node address:text type:u8 life:u64
struct JoinRequest {
    cluster::NodeName name;
    std::string address;
    cluster::NodeType type = cluster::NodeType::Disk;
    std::uint64_t life = 0;  ///< another one each time the node starts
    bool operator==(const JoinRequest&) const = default;
};

/// join-answer = verdict:u8 text leader:node leader-address:text id:u64 cluster-id:text
///               count:u32 (name:node id:u64 address:text)*
struct JoinAnswer {
    enum class Verdict : std::uint8_t {
        Accepted,
        AskLeader,  ///< that is `leader`, if it is known
        Later,      ///< the cluster is busy with itself
        Refused,    ///< `text` says why
    };
    struct Member {
        cluster::NodeName name;
        cluster::MemberId id;
        std::string address;
        bool operator==(const Member&) const = default;
    };
    Verdict verdict = Verdict::Later;
    std::string text{};
    cluster::NodeName leader{};
    std::string leaderAddress{};
    cluster::MemberId id{};
    std::string clusterId{};
    std::vector<Member> members{};
    bool operator==(const JoinAnswer&) const = default;
};

/// publish = count:u32 (position:u64 queue:u64 record:text)*; an empty record is the one before
struct Publish {
    struct One {
        broker::LogPosition position = 0;  ///< of the sender
        QueueId queue;
        broker::MessagePtr message;
    };
    std::vector<One> messages;
};

/// publish-answer = (count:u32 position:u64*)*, of the three lists
///
/// By position, not by count: after a link was lost both ends need not agree on what is still owed.
struct PublishAnswer {
    // Positions of who sent them.
    std::vector<broker::LogPosition> safe{};
    std::vector<broker::LogPosition> refused{};  ///< their queues don't want them
    std::vector<broker::LogPosition> lost{};  ///< their queues may not have them: send them again
    bool operator==(const PublishAnswer&) const = default;
};

/// status = memory:u64 memory-limit:u64 disk-free:u64 disk-limit:u64 connections:u32 flags:u8
///          linked-to:nodes
struct Status {
    std::uint64_t memoryBytes = 0;
    std::uint64_t memoryLimitBytes = 0;
    std::uint64_t diskFreeBytes = 0;
    std::uint64_t diskLimitBytes = 0;
    std::uint32_t connectionCount = 0;
    bool hasMemoryAlarm = false;
    bool hasDiskAlarm = false;
    bool isPaused = false;
    bool isStopping = false;                    ///< hands over, and is gone in a moment
    std::vector<cluster::NodeName> linkedTo{};  ///< members that it has a working link to
    bool operator==(const Status&) const = default;
};

/// sync-wish = queue:u64 is-wanted:u8
struct SyncWish {
    QueueId queue;
    bool isWanted = true;
    bool operator==(const SyncWish&) const = default;
};

std::string encode(const Propose& frame);
std::string encode(const JoinRequest& frame);
std::string encode(const JoinAnswer& frame);
std::string encode(const std::vector<broker::RelayRequest>& requests);
/// @param after  the receiver is to have applied the agreed commands up to here first
std::string encode(cluster::LogIndex after, const std::vector<broker::RelayEvent>& events);
std::string encode(const Publish& frame);
std::string encode(const PublishAnswer& frame);
std::string encode(const mirroring::MirrorOpen& frame);
std::string encode(const mirroring::MirrorState& frame);
std::string encode(const mirroring::MirrorRanges& frame);
std::string encode(const mirroring::MirrorAck& frame);
std::string encode(const mirroring::MirrorRefused& frame);
std::string encode(const Status& frame);
std::string encode(const SyncWish& frame);
/// Contents that are encoded already.
std::string framed(FrameKind kind, std::string_view contents);

// What a frame holds, without its kind; nothing if it is not by the grammar.

struct RelayEvents {
    cluster::LogIndex after = 0;
    std::vector<broker::RelayEvent> events;
};
std::optional<Propose> decodePropose(ByteView contents);
std::optional<JoinRequest> decodeJoinRequest(ByteView contents);
std::optional<JoinAnswer> decodeJoinAnswer(ByteView contents);
std::optional<std::vector<broker::RelayRequest>> decodeRelay(ByteView contents);
std::optional<RelayEvents> decodeRelayEvents(ByteView contents);
std::optional<Publish> decodePublish(ByteView contents);
std::optional<PublishAnswer> decodePublishAnswer(ByteView contents);
std::optional<mirroring::MirrorOpen> decodeMirrorOpen(ByteView contents);
std::optional<mirroring::MirrorState> decodeMirrorState(ByteView contents);
std::optional<mirroring::MirrorRanges> decodeMirrorRanges(ByteView contents);
std::optional<mirroring::MirrorAck> decodeMirrorAck(ByteView contents);
std::optional<mirroring::MirrorRefused> decodeMirrorRefused(ByteView contents);
std::optional<Status> decodeStatus(ByteView contents);
std::optional<SyncWish> decodeSyncWish(ByteView contents);

}  // namespace warren::member
