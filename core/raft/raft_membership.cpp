#include "core/raft/library_values.h"
#include "core/raft/members_codec.h"
#include "core/raft/raft_core.h"

#include <algorithm>
#include <utility>

namespace warren::raft {

using cluster::Done;
using cluster::Outcome;

namespace {

auto find(Members& members, MemberId id)
{
    return std::find_if(members.begin(), members.end(),
                        [id](const Member& member) { return member.id == id; });
}

bool isLastVoter(const Members& members, const Member& member)
{
    return member.role == MemberRole::Voter &&
           std::count_if(members.begin(), members.end(),
                         [](const Member& other) { return other.role == MemberRole::Voter; }) == 1;
}

}  // namespace

/// @returns Done if a change of the members may begin now
Outcome RaftCore::mayChange() const
{
    if (!isLeader()) return Outcome::NotLeader;
    // Guard G6. Changes of a single member are safe only once the leader has committed an entry of
    // its own term (D. Ongaro on raft-dev, 2015-07-10); the library does not ask for it.
    if (m_options.guards.bindsChangesToTerm && m_readyTerm != m_raft.current_term) {
        return Outcome::Busy;
    }
    if (m_change || m_raft.configuration_uncommitted_index != 0 ||
        m_raft.leader_state.transferee != 0 || m_changesToReport > 0) {
        return Outcome::Busy;
    }
    return Outcome::Done;
}

void RaftCore::submitMembers(const Members& members, const Done& done)
{
    m_change = Change{done, lastIndex() + 1, {}};
    const int code = submit({{0, EntryType::Change, encodeMembers(members)}}, {});
    if (code == 0 || !m_change) return;
    m_change.reset();
    finish(done, code == RAFT_NOTLEADER ? Outcome::NotLeader : Outcome::Busy);
}

void RaftCore::addMember(MemberId id, MemberRole role, const Done& done)
{
    if (const Outcome may = mayChange(); may != Outcome::Done) return finish(done, may);
    Members members = this->members();
    if (!id || role == MemberRole::Voter || find(members, id) != members.end() ||
        members.size() >= kMembersMax) {
        return finish(done, Outcome::Refused);
    }
    members.push_back({id, role});
    submitMembers(members, done);
}

void RaftCore::assignRole(MemberId id, MemberRole role, const Done& done)
{
    if (const Outcome may = mayChange(); may != Outcome::Done) return finish(done, may);
    Members members = this->members();
    const auto member = find(members, id);
    if (member == members.end() || member->role == role) return finish(done, Outcome::Refused);
    if (member->role == MemberRole::Voter && (id == m_id || isLastVoter(members, *member))) {
        return finish(done, Outcome::Refused);
    }
    raft_index match = 0;
    const bool isKnown = raft_match_index(&m_raft, id.value, &match) == 0;
    if (role == MemberRole::Voter && !(isKnown && match == lastIndex())) {
        m_change = Change{done, 0, id};
        raft_event event{};
        event.type = RAFT_CATCH_UP;
        event.catch_up.server_id = id.value;
        return stepOrHalt(event);
    }
    member->role = role;
    submitMembers(members, done);
}

void RaftCore::removeMember(MemberId id, const Done& done)
{
    if (const Outcome may = mayChange(); may != Outcome::Done) return finish(done, may);
    Members members = this->members();
    const auto member = find(members, id);
    if (member == members.end() || id == m_id || isLastVoter(members, *member)) {
        return finish(done, Outcome::Refused);
    }
    members.erase(member);
    submitMembers(members, done);
}

/// Whether a member that is to become a voter has caught up, or has taken too long.
void RaftCore::checkCatchUp()
{
    if (!m_change || !m_change->catchingUp || !isLeader()) return;
    const MemberId id = m_change->catchingUp;
    int status = 0;
    if (raft_catch_up(&m_raft, id.value, &status) != 0) return;
    if (status != RAFT_CATCH_UP_ABORTED && status != RAFT_CATCH_UP_FINISHED) return;
    const Done done = std::move(m_change->done);
    m_change.reset();
    if (status == RAFT_CATCH_UP_ABORTED) return finish(done, Outcome::Busy);
    m_work.push_back([this, id, done] {
        if (const Outcome may = mayChange(); may != Outcome::Done) return finish(done, may);
        Members members = this->members();
        const auto member = find(members, id);
        if (member == members.end()) return finish(done, Outcome::Refused);
        member->role = MemberRole::Voter;
        submitMembers(members, done);
    });
}

void RaftCore::transferLeadership(MemberId to, const Done& done)
{
    if (!isLeader()) return finish(done, Outcome::NotLeader);
    if (m_transferDone || m_change) return finish(done, Outcome::Busy);
    raft_event event{};
    event.type = RAFT_TRANSFER;
    event.transfer.server_id = to.value;
    m_transferDone = done;
    if (const int code = step(event); code != 0) {
        m_transferDone.reset();
        finish(done, code == RAFT_NOTLEADER ? Outcome::NotLeader : Outcome::Refused);
    }
}

void RaftCore::checkTransfer()
{
    if (!m_transferDone || raft_transferee(&m_raft) != 0) return;
    if (!isLeader() && !leader()) return;  // the new one is not known yet
    const Done done = std::move(*m_transferDone);
    m_transferDone.reset();
    finish(done, isLeader() ? Outcome::Busy : Outcome::Done);
}

}  // namespace warren::raft
