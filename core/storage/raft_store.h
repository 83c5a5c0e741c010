#pragma once

#include "core/base/result.h"
#include "core/raft/raft_environment.h"
#include "core/raft/raft_types.h"
#include "core/storage/message_store.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace warren::storage {

class SqliteConnection;

/// Who this node is in its cluster; not part of the agreement.
struct RaftIdentity {
    std::uint64_t memberId = 0;  ///< 0: not a member of any
    std::string clusterId;
    bool operator==(const RaftIdentity&) const = default;
};

/// What a node must not forget as a member of a cluster: who it is there, its term, vote, log and
/// snapshot. In an SQLite file of its own, `cluster.db`, which no other connection can open
/// meanwhile.
///
///     member(id, member_id, cluster_id, term, vote, checksum)   -- one row, id 1
///     entries(idx, term, type, checksum, data)                  -- without gaps
///     snapshot(idx, checksum, data)       -- at most one row; data: raft::encodeSnapshot
///
/// `synchronous=FULL`, WAL, `application_id` "WRRC", `user_version` the version of the format, now
/// 1. Checksums are XXH3 over everything else in the row. The file is created under the name
/// `cluster.db.new` and renamed when it is complete. It keeps the size of the largest snapshot;
/// what is freed is used again.
///
/// What RaftDisk's functions hand over collects until `flush`, so that a round of events costs one
/// commit. Only `saveTerm` commits at once, and everything before it too: the order of what reaches
/// the disk is that of the calls. A commit takes as long as the disk's sync, and the caller waits.
///
/// After the first write that fails the file is closed: it holds what was committed, and of what
/// failed all or nothing.
///
/// Thread: the one that opened it. Needs a QCoreApplication, for Qt's SQL driver.
class RaftStore final : public raft::RaftDisk {
public:
    /// Opens the file or creates it. One that is refused keeps its contents. The folder must exist
    /// and be reserved (DataFolder).
    /// @error NewerVersion, Damaged, NotWritable, DiskFull, InUse, Failed
    static Result<std::unique_ptr<RaftStore>, IoError> open(const std::filesystem::path& file);

    /// Leaves on disk what was committed, like a crash; `flush` is not called.
    ~RaftStore() override;
    RaftStore(const RaftStore&) = delete;
    RaftStore& operator=(const RaftStore&) = delete;

    /// What is on the disk now, and valid (raft/validity.h). Right after `open` it is what
    /// RaftNode::start wants.
    /// @error Damaged  a row is not what was written, or they don't fit together
    Result<raft::PersistentState, IoError> load();

    const RaftIdentity& identity() const { return m_member.identity; }
    /// Durable before it returns, and what was handed over before it too.
    /// @error as flush: final. Returned here, it is not told to `failed`
    [[nodiscard]] Status<IoError> setIdentity(const RaftIdentity& identity);
    /// Forgets everything and becomes this member with this state, in one transaction. What was
    /// handed over or not reported yet is forgotten too.
    /// @pre !whyInvalid(state), its entries go up to its snapshot's index at least; no node runs
    /// @error as setIdentity
    [[nodiscard]] Status<IoError> begin(const RaftIdentity& identity,
                                        const raft::PersistentState& state);
    /// Forgets everything: a node that leaves its cluster. @pre and @error as begin
    [[nodiscard]] Status<IoError> reset() { return begin({}, {}); }

    bool saveTerm(raft::Term term, raft::MemberId vote) override;
    void append(raft::Ticket ticket, raft::LogIndex first,
                std::vector<raft::Entry> entries) override;
    void truncate(raft::LogIndex from) override;
    void storeSnapshot(raft::Ticket ticket, raft::SnapshotPtr snapshot,
                       raft::LogIndex keepFrom) override;

    /// Writes what was handed over in one transaction, then reports every ticket that is durable
    /// and was not reported. For the end of each round of the node's events. What is handed over
    /// from inside `persisted` is left for the next call: see hasWork. Never to be called from
    /// inside the functions above or the callbacks.
    void flush();
    /// Whether flush would write, report or fail.
    bool hasWork() const;

    // Called from flush only; they must not destroy this.
    std::function<void(raft::Ticket)> persisted;
    /// A write failed, also one of saveTerm: once. Nothing is written or reported afterwards.
    std::function<void(const IoError&)> failed;

private:
    struct Statements;
    struct Member {
        RaftIdentity identity;
        raft::Term term = 0;
        raft::MemberId vote;
        bool operator==(const Member&) const = default;
    };
    struct Append {
        raft::Ticket ticket;
        raft::LogIndex first;
        std::vector<raft::Entry> entries;
    };
    struct Truncate {
        raft::LogIndex from;
    };
    struct StoreSnapshot {
        raft::Ticket ticket;
        raft::SnapshotPtr snapshot;
        raft::LogIndex keepFrom;
    };
    using Write = std::variant<Append, Truncate, StoreSnapshot>;

    explicit RaftStore(std::unique_ptr<SqliteConnection> connection);
    Status<IoError> prepare();
    Status<IoError> readMember();
    Status<IoError> readSnapshot(raft::PersistentState& state);
    Status<IoError> readEntries(raft::PersistentState& state);

    /// All or nothing of what `work` writes. @error final: the file is closed then
    template <typename Work>
    Status<IoError> inTransaction(Work work);
    Status<IoError> commit(const Member& member);
    Status<IoError> replaceAll(const Member& member, const raft::PersistentState& state);
    Status<IoError> write(const Append& append);
    Status<IoError> write(const Truncate& truncate);
    Status<IoError> write(const StoreSnapshot& snapshot);
    Status<IoError> putEntries(raft::LogIndex first, const std::vector<raft::Entry>& entries);
    Status<IoError> putSnapshot(const raft::Snapshot& snapshot);
    Status<IoError> putMember(const Member& member);
    void noteReturned(const Status<IoError>& done);

    std::unique_ptr<SqliteConnection> m_connection;  // null once failed
    std::unique_ptr<Statements> m_statements;        // of m_connection
    Member m_member;                                 // as it is on the disk
    std::vector<Write> m_writes;                     // handed over, not durable
    std::deque<raft::Ticket> m_tickets;              // durable, not reported
    // With everything handed over:
    raft::LogIndex m_nextIndex = 1;      // of the entry to be appended next
    raft::LogIndex m_snapshotIndex = 0;  // 0: there is none
    std::optional<IoError> m_failure;
    bool m_isFailureTold = false;
};

}  // namespace warren::storage
