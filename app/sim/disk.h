#pragma once

#include "core/member/member_environment.h"

#include <functional>
#include <string>
#include <vector>

namespace warren::sim {

/// The agreement's disk: what was handed over is durable with the next flush, and survives a crash.
class Disk final : public member::MemberDisk {
public:
    member::MemberIdentity identity() const override { return m_identity; }
    Result<raft::PersistentState, std::string> load() override { return m_state; }
    warren::Status<std::string> begin(const member::MemberIdentity& identity,
                                      const raft::PersistentState& state) override;
    void rememberPeers(const std::vector<member::JoinAnswer::Member>& peers) override
    {
        m_peers = peers;
    }
    std::vector<member::JoinAnswer::Member> knownPeers() const override { return m_peers; }
    void flush() override;
    bool hasWork() const override { return !m_writes.empty() || !m_tickets.empty(); }

    bool saveTerm(raft::Term term, raft::MemberId vote) override;
    void append(raft::Ticket ticket, raft::LogIndex first,
                std::vector<raft::Entry> entries) override;
    void truncate(raft::LogIndex from) override;
    void storeSnapshot(raft::Ticket ticket, raft::SnapshotPtr snapshot,
                       raft::LogIndex keepFrom) override;
    /// What was not flushed is lost.
    void crash();
    /// From now on it keeps nothing more and says nothing of what it was given, until the next
    /// crash.
    void fill() { m_isFull = true; }

private:
    void write();

    member::MemberIdentity m_identity;
    raft::PersistentState m_state;
    std::vector<member::JoinAnswer::Member> m_peers;
    std::vector<std::function<void()>> m_writes;
    std::vector<raft::Ticket> m_tickets;
    bool m_isFull = false;
};

}  // namespace warren::sim
