#include "tests/sim/raft_checks.h"

namespace warren::sim {

using namespace raft;

namespace {

std::string operator+(std::string text, MemberId id) { return text + std::to_string(id.value); }
std::string operator+(std::string text, std::uint64_t number)
{
    return text + std::to_string(number);
}

}  // namespace

void RaftChecks::entryStored(MemberId by, LogIndex index, const Entry& entry, Term before)
{
    const auto [at, isNew] = m_stored.insert({{index, entry.term}, {entry, before}});
    if (isNew) return;
    Stored& known = at->second;
    if (known.before == 0) known.before = before;
    if (known.entry != entry || (before != 0 && known.before != before)) {
        fail("log-matching", std::string("node ") + by + " has another entry at " + index);
    }
}

void RaftChecks::leads(MemberId by, Term term, LogIndex lastIndex)
{
    const auto [at, isNew] = m_leaders.insert({term, by});
    if (!isNew && at->second != by) {
        fail("election-safety",
             std::string("term ") + term + " has the leaders " + at->second + " and " + by);
    }
    if (!isNew || term <= m_lastLeaderTerm) return;
    m_lastLeaderTerm = term;
    if (lastIndex < m_lastApplied) {
        fail("leader-completeness", std::string("leader ") + by + " ends at " + lastIndex +
                                        ", applied is " + m_lastApplied);
    }
}

void RaftChecks::applied(MemberId by, LogIndex index, CommandNumber number)
{
    const auto [at, isNew] = m_chosen.insert({index, number});
    if (!isNew && at->second != number) {
        fail("state-machine-safety", std::string("node ") + by + " applied " + number + " at " +
                                         index + ", chosen was " + at->second);
    }
    m_lastApplied = std::max(m_lastApplied, index);
    if (!isNew) return;
    if (!m_chosenAt.insert({number, index}).second) {
        fail("applied-twice", std::string("command ") + number);
    }
    if (m_refused.count(number) > 0) {
        fail("refused-but-applied", std::string("command ") + number);
    }
}

void RaftChecks::restored(MemberId by, LogIndex index,
                          const std::vector<std::pair<LogIndex, CommandNumber>>& commands)
{
    for (const auto& [at, number] : commands) {
        applied(by, at, number);
    }
    auto has = commands.begin();
    for (const auto& [at, number] : m_chosen) {
        if (at > index) break;
        if (has == commands.end() || has->first != at) {
            return fail("snapshot-incomplete", std::string("node ") + by + " lacks " + at);
        }
        ++has;
    }
}

void RaftChecks::finished(CommandNumber number, cluster::Outcome outcome)
{
    const LogIndex before = m_running.at(number);
    m_running.erase(number);
    if (outcome == cluster::Outcome::Unknown) return;
    const auto at = m_chosenAt.find(number);
    if (outcome != cluster::Outcome::Done) {
        m_refused.insert(number);
        if (at != m_chosenAt.end()) fail("refused-but-applied", std::string("command ") + number);
        return;
    }
    if (at == m_chosenAt.end()) {
        return fail("acknowledged-but-not-applied", std::string("command ") + number);
    }
    if (at->second <= before) fail("not-linearizable", std::string("command ") + number);
    m_acknowledged[number] = at->second;
    m_lastAcknowledged = std::max(m_lastAcknowledged, at->second);
}

}  // namespace warren::sim
