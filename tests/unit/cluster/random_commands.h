#pragma once

#include "core/base/prng.h"
#include "core/cluster/metadata.h"
#include "tests/unit/cluster/names.h"

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace warren::cluster {

/// `bytes` with a few of them changed, added or taken away.
inline std::string damaged(std::string bytes, Prng& prng)
{
    for (std::uint64_t count = 1 + prng.below(4); count > 0; --count) {
        const std::size_t at = prng.below(bytes.size() + 1);
        switch (prng.below(4)) {
        case 0: bytes.insert(at, 1, static_cast<char>(prng.next())); break;
        case 1: bytes.erase(at, prng.below(9)); break;
        default:
            if (at < bytes.size()) bytes[at] = static_cast<char>(prng.next());
        }
    }
    return bytes;
}

/// Commands as nodes might ask for them that know the state more or less: most fit, some don't.
class RandomCommands {
public:
    RandomCommands(Prng& prng, const Metadata& metadata) : m_prng(prng), m_metadata(metadata) {}

    MetadataCommand next()
    {
        m_number += 1;
        return {{1 + m_prng.below(5)}, m_number, body()};
    }

private:
    MetadataCommand::Body body()
    {
        if (m_number == 1) return broker::CatalogueChange{broker::PutVhost{{.name = "/"}}};
        switch (m_prng.below(6)) {
        case 0: return membership();
        case 1:
        case 2: return definition();
        default: return placement();
        }
    }

    NodeName anyNode() { return nodes("abcde")[m_prng.below(5)]; }
    /// One that runs, if there is one; mostly.
    NodeName someNode()
    {
        std::vector<NodeName> running;
        for (const auto& [name, one] : m_metadata.membership().nodes()) {
            if (one.state == NodeState::Running) running.push_back(name);
        }
        if (running.empty() || m_prng.below(10) == 0) return anyNode();
        return running[m_prng.below(running.size())];
    }
    std::string anyName() { return std::string(1, static_cast<char>('p' + m_prng.below(6))); }
    std::string anyVhost() { return m_prng.below(4) == 0 ? "v" : "/"; }
    NodeType anyType() { return m_prng.below(3) == 0 ? NodeType::Ram : NodeType::Disk; }

    MemberId idFor(const NodeName& name)
    {
        const ClusterNode* known = m_metadata.membership().find(name);
        if (known != nullptr && m_prng.below(2) == 0) return known->id;
        return m_prng.below(8) == 0 ? MemberId{m_prng.below(20)}
                                    : m_metadata.membership().freshId();
    }

    MembershipCommand membership()
    {
        const NodeName name = anyNode();
        switch (m_prng.below(12)) {
        case 0:
        case 1:
        case 2: return JoinNode{name, idFor(name), anyType()};
        case 3:
        case 4:
        case 5:
        case 6:
        case 7: return StartNode{name, idFor(name)};
        case 8: return StopNode{name};
        case 9:
            return m_prng.below(3) == 0 ? MembershipCommand{LeaveNode{name}}
                                        : MembershipCommand{ForgetNode{name}};
        case 10: return ChangeNodeType{name, anyType()};
        default: return RenameCluster{anyName()};
        }
    }

    QueueId nextQueueId() { return {m_metadata.definitions().lastQueueId().value + 1}; }
    QueueId anyQueue() { return {m_prng.below(nextQueueId().value + 1)}; }

    broker::CatalogueChange definition()
    {
        using namespace broker;
        switch (m_prng.below(16)) {
        case 0: return PutVhost{{.name = anyVhost()}};
        case 1:
            if (m_prng.below(20) == 0) return RemoveVhost{anyVhost()};
            [[fallthrough]];
        case 2: return PutExchange{{.vhost = anyVhost(), .name = anyName()}};
        case 3: return RemoveExchange{anyVhost(), anyName()};
        case 4: return PutUser{{.name = anyName()}};
        case 5: return RemoveUser{anyName()};
        case 6: return PutPermission{{.vhost = anyVhost(), .user = anyName()}};
        case 7: return PutPolicy{{.vhost = anyVhost(), .name = anyName()}};
        case 8:
            if (const auto removal = m_metadata.definitions().removalOf(anyQueue())) {
                return *removal;
            }
            return RemoveQueue{anyQueue(), anyVhost(), anyName()};
        case 9:
        case 10: return PutBinding{bindingOf(anyVhost(), anyName(), anyName())};
        case 11: return RemoveBinding{bindingOf(anyVhost(), anyName(), anyName())};
        default: return putQueue(nextQueueId(), anyVhost(), anyName());
        }
    }

    /// One that is declared, if there is one; mostly.
    QueueId someQueue()
    {
        std::vector<QueueId> declared;
        for (const broker::CatalogueChange& one : m_metadata.definitions().all()) {
            if (const auto* put = std::get_if<broker::PutQueue>(&one)) {
                declared.push_back(put->queue.id);
            }
        }
        if (declared.empty() || m_prng.below(10) == 0) return anyQueue();
        return declared[m_prng.below(declared.size())];
    }

    PlacementTarget target(bool isMirror)
    {
        const QueueId queue = someQueue();
        const Placement* placement = m_metadata.placements().find(queue);
        if (placement == nullptr) return {queue, 1, anyNode()};
        Epoch epoch = placement->epoch;
        if (m_prng.below(8) == 0) epoch += m_prng.below(3) - 1;
        const std::vector<NodeName>& mirrors = placement->mirrors;
        if (!isMirror || mirrors.empty() || m_prng.below(6) == 0) return {queue, epoch, someNode()};
        return {queue, epoch, mirrors[m_prng.below(mirrors.size())]};
    }

    PlacementCommand placement()
    {
        switch (m_prng.below(12)) {
        case 0:
        case 1:
        case 2: {
            std::vector<NodeName> mirrors;
            for (std::uint64_t count = m_prng.below(3); count > 0; --count) {
                mirrors.push_back(someNode());
            }
            return PlaceQueue{someQueue(), someNode(), std::move(mirrors)};
        }
        case 3:
        case 4: return AddMirror{target(false)};
        case 5: return RemoveMirror{target(true)};
        case 6:
        case 7: {
            const PlacementTarget one = target(true);
            return MarkInSync{one, idFor(one.node)};
        }
        case 8: return LeaveInSync{target(true)};
        case 9:
        case 10: return Promote{target(true)};
        default:
            return m_prng.below(4) == 0 ? PlacementCommand{PromoteUnsynced{target(true)}}
                                        : PlacementCommand{Promote{target(true)}};
        }
    }

    Prng& m_prng;
    const Metadata& m_metadata;
    std::uint64_t m_number = 0;
};

}  // namespace warren::cluster
