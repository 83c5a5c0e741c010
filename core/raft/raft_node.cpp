#include "core/raft/raft_node.h"

#include "core/raft/members_codec.h"
#include "core/raft/raft_core.h"
#include "core/raft/validity.h"

#include <utility>

namespace warren::raft {

using cluster::Done;

RaftNode::RaftNode(MemberId id, const RaftOptions& options, RaftEnvironment environment)
    : m_core(
          std::make_unique<RaftCore>(id, options, environment, [this](MemberId leader, Term term) {
              if (leaderChanged) leaderChanged(leader, term);
          }))
{
}

RaftNode::~RaftNode() = default;

PersistentState RaftNode::founder(const Members& members)
{
    PersistentState state;
    state.term = 1;
    state.entries.push_back({1, EntryType::Change, encodeMembers(members)});
    return state;
}

Status<std::string> RaftNode::start(const PersistentState& state)
{
    if (auto why = whyInvalid(state)) return *why;
    m_core->post([&] { m_core->start(state); });
    if (m_core->hasHalted()) return m_core->haltReason();
    return {};
}

void RaftNode::tick()
{
    m_core->post([this] { m_core->tick(); });
}

void RaftNode::receive(const Message& message)
{
    if (m_core->isInEvent()) {
        m_core->post([this, message] { m_core->receive(message); });
    } else {
        m_core->post([&] { m_core->receive(message); });
    }
}

void RaftNode::noteGone(MemberId member)
{
    m_core->post([this, member] { m_core->noteGone(member); });
}

void RaftNode::persisted(Ticket ticket)
{
    m_core->post([this, ticket] { m_core->persisted(ticket); });
}

void RaftNode::propose(std::vector<std::string> commands, std::vector<Done> done)
{
    m_core->post([this, commands = std::move(commands), done = std::move(done)]() mutable {
        m_core->propose(std::move(commands), done);
    });
}

void RaftNode::barrier(Done done)
{
    m_core->post([this, done = std::move(done)] { m_core->barrier(done); });
}

void RaftNode::addMember(MemberId id, MemberRole role, Done done)
{
    m_core->post([this, id, role, done = std::move(done)] { m_core->addMember(id, role, done); });
}

void RaftNode::assignRole(MemberId id, MemberRole role, Done done)
{
    m_core->post([this, id, role, done = std::move(done)] { m_core->assignRole(id, role, done); });
}

void RaftNode::removeMember(MemberId id, Done done)
{
    m_core->post([this, id, done = std::move(done)] { m_core->removeMember(id, done); });
}

void RaftNode::transferLeadership(MemberId to, Done done)
{
    m_core->post([this, to, done = std::move(done)] { m_core->transferLeadership(to, done); });
}

bool RaftNode::isLeader() const { return m_core->isLeader(); }
MemberId RaftNode::leader() const { return m_core->leader(); }
Term RaftNode::term() const { return m_core->term(); }
Members RaftNode::members() const { return m_core->members(); }
LogIndex RaftNode::lastIndex() const { return m_core->lastIndex(); }
LogIndex RaftNode::commitIndex() const { return m_core->commitIndex(); }
LogIndex RaftNode::lastApplied() const { return m_core->lastApplied(); }
bool RaftNode::hasHalted() const { return m_core->hasHalted(); }
const std::string& RaftNode::haltReason() const { return m_core->haltReason(); }

}  // namespace warren::raft
