#include "tests/sim/simulated_disk.h"

#include <algorithm>
#include <utility>

namespace warren::sim {

bool SimulatedDisk::saveTerm(raft::Term term, raft::MemberId vote)
{
    if (isBroken) return false;
    m_contents.term = term;
    m_contents.vote = vote;
    return true;
}

void SimulatedDisk::append(raft::Ticket ticket, raft::LogIndex first,
                           std::vector<raft::Entry> entries)
{
    write({Kind::Append, ticket, first, std::move(entries), {}});
}

void SimulatedDisk::truncate(raft::LogIndex from) { write({Kind::Truncate, 0, from, {}, {}}); }

void SimulatedDisk::storeSnapshot(raft::Ticket ticket, raft::SnapshotPtr snapshot,
                                  raft::LogIndex keepFrom)
{
    write({Kind::StoreSnapshot, ticket, keepFrom, {}, std::move(snapshot)});
}

void SimulatedDisk::crash()
{
    m_crashes += 1;
    for (std::uint64_t survive = m_chance.below(m_writes.size() + 1); survive > 0; --survive) {
        execute(m_writes.front());
        m_writes.pop_front();
    }
    m_writes.clear();
    m_isBusy = false;
}

void SimulatedDisk::write(Write write)
{
    m_writes.push_back(std::move(write));
    if (!m_isBusy) beginTransaction();
}

void SimulatedDisk::beginTransaction()
{
    if (m_writes.empty() || isBroken) return;
    m_isBusy = true;
    const Duration delay = m_chance.between(m_speed.commitMin, m_speed.commitMax);
    m_events.after(delay, [this, crashes = m_crashes, count = m_writes.size()] {
        if (crashes != m_crashes || isBroken) return;
        std::vector<raft::Ticket> tickets;
        for (std::size_t i = 0; i < count; ++i) {
            execute(m_writes.front());
            if (m_writes.front().kind != Kind::Truncate) {
                tickets.push_back(m_writes.front().ticket);
            }
            m_writes.pop_front();
        }
        m_isBusy = false;
        beginTransaction();
        for (const raft::Ticket ticket : tickets) {
            persisted(ticket);
        }
    });
}

void SimulatedDisk::execute(const Write& write)
{
    switch (write.kind) {
    case Kind::Append: executeAppend(write); break;
    case Kind::Truncate: {
        const raft::LogIndex first = m_contents.firstIndex;
        const raft::LogIndex kept = write.index > first ? write.index - first : 0;
        if (kept < m_contents.entries.size()) m_contents.entries.resize(kept);
        break;
    }
    case Kind::StoreSnapshot:
        m_contents.snapshot = write.snapshot;
        if (write.index == 0) {
            m_contents.entries.clear();
            m_contents.firstIndex = write.snapshot->index + 1;
        } else {
            keepFrom(write.index);
        }
        break;
    }
}

void SimulatedDisk::executeAppend(const Write& write)
{
    auto& entries = m_contents.entries;
    const raft::LogIndex next = m_contents.firstIndex + entries.size();
    if (write.index != next) {
        m_violation = "disk-gap: an append at " + std::to_string(write.index) +
                      ", but the log ends before " + std::to_string(next);
        return;
    }
    for (std::size_t i = 0; i < write.entries.size(); ++i) {
        const raft::Term before = entries.empty() ? 0 : entries.back().term;
        if (observeEntry) observeEntry(write.index + i, write.entries[i], before);
        entries.push_back(write.entries[i]);
    }
}

void SimulatedDisk::keepFrom(raft::LogIndex index)
{
    if (index <= m_contents.firstIndex) return;
    auto& entries = m_contents.entries;
    const auto count = std::min<raft::LogIndex>(index - m_contents.firstIndex, entries.size());
    entries.erase(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(count));
    m_contents.firstIndex = index;
}

}  // namespace warren::sim
