#include "core/cluster/metadata.h"

#include "core/base/check.h"
#include "core/cluster/field_codec.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace warren::cluster {
namespace {

constexpr std::uint8_t kSnapshotVersion = 1;

/// The node that a command is about; none if about no particular one.
NodeName nodeOf(const MembershipCommand& command)
{
    return std::visit(
        [](const auto& one) {
            if constexpr (requires { NodeName{one.name}; }) return NodeName{one.name};
            return NodeName{};
        },
        command);
}

}  // namespace

void Metadata::apply(LogIndex index, ByteView command)
{
    m_index = index;
    AppliedCommand outcome;
    outcome.index = index;
    const auto decoded = decodeMetadataCommand(command);
    if (decoded) {
        outcome.command = &*decoded;
        auto removed =
            std::visit([this](const auto& body) { return carryOut(body); }, decoded->body);
        if (removed) {
            outcome.removedQueues = std::move(*removed);
        } else {
            outcome.refusal = removed.error();
        }
    } else {
        outcome.refusal = Refusal::Malformed;
    }
    if (applied) applied(outcome);
}

Metadata::Removed Metadata::carryOut(const broker::CatalogueChange& change)
{
    Removed removed = m_definitions.apply(change);
    if (removed) {
        for (const QueueId queue : *removed) {
            m_placements.remove(queue);
        }
    }
    return removed;
}

Metadata::Removed Metadata::carryOut(const MembershipCommand& command)
{
    const NodeName name = nodeOf(command);
    const ClusterNode* before = m_membership.find(name);
    const MemberId idBefore = before == nullptr ? MemberId{} : before->id;
    if (const auto* change = std::get_if<ChangeNodeType>(&command)) {
        const bool isEmptied = before != nullptr && before->type != change->type;
        if (isEmptied && m_placements.isLastInSync(name)) return Refusal::LastInSync;
    }
    if (const auto status = m_membership.apply(command); !status) return status.error();
    if (before == nullptr) return std::vector<QueueId>{};
    return followNode(name, idBefore);
}

/// What a member that went or came back empty means for the queues.
std::vector<QueueId> Metadata::followNode(const NodeName& name, MemberId idBefore)
{
    const ClusterNode* node = m_membership.find(name);
    if (node != nullptr) {
        if (node->id != idBefore) m_placements.emptyNode(name);
        return {};
    }
    std::vector<QueueId> orphans = m_placements.removeNode(name);
    for (const QueueId queue : orphans) {
        const auto removal = m_definitions.removalOf(queue);
        WARREN_CHECK(removal.has_value());
        WARREN_CHECK(m_definitions.apply(*removal).isOk());
    }
    return orphans;
}

Metadata::Removed Metadata::carryOut(const PlacementCommand& command)
{
    if (!m_definitions.hasQueue(queueOf(command))) return Refusal::NoSuchQueue;
    if (const auto status = m_placements.apply(command, m_membership); !status) {
        return status.error();
    }
    return std::vector<QueueId>{};
}

std::string Metadata::snapshot() const
{
    FieldWriter to;
    to.u8(kSnapshotVersion);
    to.u64(m_index);
    m_membership.encode(to);
    m_definitions.encode(to);
    m_placements.encode(to);
    return to.take();
}

bool Metadata::restore(LogIndex index, ByteView snapshot)
{
    FieldReader from(snapshot);
    if (from.u8() != kSnapshotVersion) return false;
    const LogIndex lastApplied = from.u64();
    auto membership = Membership::decode(from);
    if (!membership) return false;
    auto definitions = DefinitionSet::decode(from);
    if (!definitions) return false;
    auto placements = Placements::decode(from, *membership);
    // Not every position of the log holds a command, so the snapshot's own may be an earlier one.
    if (!placements || !from.isComplete() || lastApplied > index) return false;
    const auto& all = placements->all();
    const bool areDeclared = std::all_of(all.begin(), all.end(), [&](const auto& entry) {
        return definitions->hasQueue(entry.first);
    });
    if (!areDeclared) return false;

    m_membership = std::move(*membership);
    m_definitions = std::move(*definitions);
    m_placements = std::move(*placements);
    m_index = lastApplied;
    if (restored) restored();
    return true;
}

}  // namespace warren::cluster
