#pragma once

#include "core/raft/raft_environment.h"
#include "tests/sim/chance.h"
#include "tests/sim/event_queue.h"

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace warren::sim {

struct DiskSpeed {
    Duration commitMin = std::chrono::microseconds(300);
    Duration commitMax = std::chrono::milliseconds(2);
};

/// A disk below one member of a Raft group: one transaction at a time, each with all that was
/// handed over when it began, as a store with group commit does it. A crash loses what was not
/// committed, from some write on.
class SimulatedDisk final : public raft::RaftDisk {
public:
    SimulatedDisk(EventQueue& events, Chance& chance, const DiskSpeed& speed)
        : m_events(events), m_chance(chance), m_speed(speed)
    {
    }

    /// Whom to tell of durable writes, until the next crash.
    std::function<void(raft::Ticket)> persisted;
    /// Called for each entry that reaches the disk, with the term of the one before it (0: not
    /// known).
    std::function<void(raft::LogIndex, const raft::Entry&, raft::Term before)> observeEntry;
    /// Whether the next saveTerm fails, and all that is written from then on.
    bool isBroken = false;

    /// What is durable.
    const raft::PersistentState& contents() const { return m_contents; }
    void reset(raft::PersistentState contents) { m_contents = std::move(contents); }
    /// Some of the writes under way may have happened, as a prefix of their order.
    void crash();
    /// A write that leaves a gap in the log, if there was one.
    const std::optional<std::string>& violation() const { return m_violation; }

    bool saveTerm(raft::Term term, raft::MemberId vote) override;
    void append(raft::Ticket ticket, raft::LogIndex first,
                std::vector<raft::Entry> entries) override;
    void truncate(raft::LogIndex from) override;
    void storeSnapshot(raft::Ticket ticket, raft::SnapshotPtr snapshot,
                       raft::LogIndex keepFrom) override;

private:
    enum class Kind { Append, Truncate, StoreSnapshot };
    struct Write {
        Kind kind;
        raft::Ticket ticket;
        raft::LogIndex index;
        std::vector<raft::Entry> entries;
        raft::SnapshotPtr snapshot;
    };
    void write(Write write);
    void beginTransaction();
    void execute(const Write& write);
    void executeAppend(const Write& write);
    void keepFrom(raft::LogIndex index);

    EventQueue& m_events;
    Chance& m_chance;
    const DiskSpeed& m_speed;
    raft::PersistentState m_contents;
    std::deque<Write> m_writes;  // handed over, not durable
    bool m_isBusy = false;
    unsigned m_crashes = 0;
    std::optional<std::string> m_violation;
};

}  // namespace warren::sim
