#pragma once

#include "core/member/member_environment.h"
#include "core/storage/raft_store.h"

#include <QString>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace warren::node {

class Logger;

/// What a node remembers of its cluster, in the data folder:
///
///     cluster.db     the agreement, of a disk node; made when it becomes a member, not before
///     cluster.peers  where the others are
///     cluster.ram    it is a RAM node, whose agreement is in memory
///
/// Thread: the broker's.
class ClusterDisk final : public member::MemberDisk {
public:
    /// @param logger  outlives this
    ClusterDisk(std::filesystem::path folder, Logger& logger);

    /// @error why the file that is there can't be used
    Status<std::string> openIfThere();

    member::MemberIdentity identity() const override;
    bool isRamNode() const override;
    Result<raft::PersistentState, std::string> load() override;
    Status<std::string> begin(const member::MemberIdentity& identity,
                              const raft::PersistentState& state) override;
    void rememberPeers(const std::vector<member::JoinAnswer::Member>& peers) override;
    std::vector<member::JoinAnswer::Member> knownPeers() const override;
    void flush() override;
    bool hasWork() const override;

    bool saveTerm(raft::Term term, raft::MemberId vote) override;
    void append(raft::Ticket ticket, raft::LogIndex first,
                std::vector<raft::Entry> entries) override;
    void truncate(raft::LogIndex from) override;
    void storeSnapshot(raft::Ticket ticket, raft::SnapshotPtr snapshot,
                       raft::LogIndex keepFrom) override;

private:
    Status<std::string> open();
    Status<std::string> beginInMemory(const member::MemberIdentity& identity);
    std::filesystem::path ramFile() const { return m_folder / "cluster.ram"; }
    QString peersFile() const;
    void noteUnsaved(const QString& reason);
    bool isInMemory() const { return m_inMemory.type == cluster::NodeType::Ram; }

    std::filesystem::path m_folder;
    Logger& m_logger;
    std::unique_ptr<storage::RaftStore> m_store;
    // Of a RAM node; tickets whose contents it is to forget.
    member::MemberIdentity m_inMemory;
    std::vector<raft::Ticket> m_tickets;
};

}  // namespace warren::node
