#pragma once

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/broker/body_request.h"
#include "core/broker/broker.h"
#include "core/cluster/mirror_policy.h"
#include "core/cluster/node_name.h"
#include "core/member/frames.h"
#include "core/raft/raft_environment.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace warren::member {

/// Who this node is in its cluster, apart from what is agreed on.
struct MemberIdentity {
    cluster::MemberId id;  ///< none: it is in no cluster, or a RAM node that has yet to come back
    std::string clusterId;
    cluster::NodeType type = cluster::NodeType::Disk;
    bool operator==(const MemberIdentity&) const = default;
};

/// What a member must not forget.
class MemberDisk : public raft::RaftDisk {
public:
    virtual MemberIdentity identity() const = 0;
    /// At the start: this is a RAM node of a cluster, which it finds by knownPeers.
    virtual bool isRamNode() const { return false; }
    /// @error one sentence
    virtual Result<raft::PersistentState, std::string> load() = 0;
    /// Forgets everything and becomes this member with this state; durable before it returns, but
    /// for a RAM node, which remembers that it is one and nothing else.
    virtual warren::Status<std::string> begin(const MemberIdentity& identity,
                                              const raft::PersistentState& state) = 0;
    /// Who the others are and where, for the next start: until the node hears from one of them it
    /// knows no more. Losing it loses no message.
    virtual void rememberPeers(const std::vector<JoinAnswer::Member>& peers) = 0;
    virtual std::vector<JoinAnswer::Member> knownPeers() const = 0;
    /// Writes what was handed over, then `persisted` is called for it.
    virtual void flush() = 0;
    virtual bool hasWork() const = 0;
    std::function<void(raft::Ticket)> persisted;
};

/// Why a node could not be asked who it is.
struct NotIntroduced {
    bool isRefusal = false;  ///< somebody is there, and asking again changes nothing
    std::string reason;      ///< part of a sentence
};

/// The ways to the other nodes.
class MemberLinks {
public:
    virtual ~MemberLinks() = default;
    virtual bool send(const cluster::NodeName& to, ByteView frame) = 0;
    virtual void setPeer(const cluster::NodeName& name, const std::string& address) = 0;
    virtual void removePeer(const cluster::NodeName& name) = 0;
    virtual bool isUp(const cluster::NodeName& name) const = 0;
    virtual bool isHeard(const cluster::NodeName& name) const = 0;
    /// Finds out who is there, and calls with its name or why not.
    virtual void introduce(const std::string& address,
                           std::function<void(Result<cluster::NodeName, NotIntroduced>)> done) = 0;
    virtual std::string ownAddress() const = 0;
};

/// What holds for queues of which neither their arguments nor a policy say anything.
struct MemberDefaults {
    cluster::MasterLocator locator = cluster::MasterLocator::ClientLocal;
    std::uint32_t syncBatchSize = cluster::MirrorPolicy::kSyncBatchSize;
    std::uint64_t syncBytesPerSecondMax = 0;  ///< 0: no limit
};

/// A member's world. All of it outlives the member.
struct MemberEnvironment {
    cluster::NodeName self;
    broker::Broker& broker;
    MemberDisk& disk;
    MemberLinks& links;
    raft::RaftClock& clock;
    std::uint64_t seed = 0;
    MemberDefaults defaults{};
    /// Asks the store for bodies; the answers come to ClusterMember::takeBodies.
    std::function<void(std::vector<broker::BodyRequest>&&)> load;
    /// A turn of the broker is wanted.
    std::function<void()> wake;
    /// Whether clients are served; if not, those that are there are closed with this text.
    std::function<void(bool isServing, const std::string& reason)> serve;
    /// Ids of client connections are above this one from now on.
    std::function<void(std::uint64_t base)> setConnectionBase;
    /// What the broker has is kept in this way from now on; nothing is declared when it is called.
    /// @error why that can't be
    std::function<warren::Status<std::string>(cluster::NodeType type)> keep;
    /// Nothing is declared any more: what an empty node begins with is wanted.
    std::function<void()> emptied;
    std::function<member::Status()> status;
    std::function<void(const std::string& sentence)> note;
    std::function<void(const std::string& sentence)> warn;
};

}  // namespace warren::member
