#include "app/sim/disk.h"

#include <algorithm>
#include <utility>

namespace warren::sim {

warren::Status<std::string> Disk::begin(const member::MemberIdentity& identity,
                                        const raft::PersistentState& state)
{
    m_identity = identity;
    m_state = state;
    m_writes.clear();
    m_tickets.clear();
    return {};
}

void Disk::write()
{
    if (m_isFull) m_writes.clear();
    for (const auto& one : std::exchange(m_writes, {}))
        one();
}

void Disk::flush()
{
    write();
    if (m_isFull) return m_tickets.clear();
    for (const raft::Ticket ticket : std::exchange(m_tickets, {}))
        persisted(ticket);
}

bool Disk::saveTerm(raft::Term term, raft::MemberId vote)
{
    write();
    if (m_isFull) return false;
    m_state.term = term;
    m_state.vote = vote;
    return true;
}

void Disk::append(raft::Ticket ticket, raft::LogIndex first, std::vector<raft::Entry> entries)
{
    m_writes.emplace_back([this, first, entries = std::move(entries)] {
        if (m_state.entries.empty()) m_state.firstIndex = first;
        m_state.entries.resize(first - m_state.firstIndex);
        m_state.entries.insert(m_state.entries.end(), entries.begin(), entries.end());
    });
    m_tickets.push_back(ticket);
}

void Disk::truncate(raft::LogIndex from)
{
    m_writes.emplace_back([this, from] {
        if (from >= m_state.firstIndex && from - m_state.firstIndex < m_state.entries.size()) {
            m_state.entries.resize(from - m_state.firstIndex);
        }
    });
}

void Disk::storeSnapshot(raft::Ticket ticket, raft::SnapshotPtr snapshot, raft::LogIndex keepFrom)
{
    m_writes.emplace_back([this, snapshot = std::move(snapshot), keepFrom] {
        m_state.snapshot = snapshot;
        if (keepFrom == 0) {
            m_state.entries.clear();
            m_state.firstIndex = snapshot->index + 1;
        } else if (keepFrom > m_state.firstIndex) {
            const std::size_t count =
                std::min<std::size_t>(keepFrom - m_state.firstIndex, m_state.entries.size());
            m_state.entries.erase(m_state.entries.begin(),
                                  m_state.entries.begin() + static_cast<std::ptrdiff_t>(count));
            m_state.firstIndex = keepFrom;
        }
    });
    m_tickets.push_back(ticket);
}

void Disk::crash()
{
    m_writes.clear();
    m_tickets.clear();
    m_isFull = false;
}

}  // namespace warren::sim
