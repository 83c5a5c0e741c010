#include "core/base/check.h"
#include "core/raft/library_values.h"
#include "core/raft/raft_core.h"

#include <algorithm>
#include <utility>

namespace warren::raft {

using cluster::Done;
using cluster::Outcome;

namespace {

constexpr std::size_t kBarrierBytes = 8;  // the library wants some

Outcome outcomeOf(int code)
{
    switch (code) {
    case RAFT_NOTLEADER: return Outcome::NotLeader;
    case RAFT_CANTCHANGE: return Outcome::Busy;
    default: return Outcome::Refused;
    }
}

}  // namespace

void RaftCore::propose(std::vector<std::string> commands, const std::vector<Done>& done)
{
    WARREN_CHECK(commands.size() == done.size());
    if (commands.empty()) return;
    const auto refuseAll = [&](Outcome outcome) {
        for (const Done& one : done) {
            finish(one, outcome);
        }
    };
    const bool isTooLarge = std::any_of(
        commands.begin(), commands.end(),
        [&](const std::string& command) { return command.size() > m_options.commandBytesMax; });
    if (!isLeader()) return refuseAll(Outcome::NotLeader);
    if (isTooLarge) return refuseAll(Outcome::Refused);
    if (m_proposals.size() + commands.size() > m_options.proposalsMax) {
        return refuseAll(Outcome::Busy);
    }

    std::vector<Entry> entries;
    entries.reserve(commands.size());
    for (std::string& command : commands) {
        entries.push_back({0, EntryType::Command, std::move(command)});
    }
    if (const int code = submit(std::move(entries), done); code != 0) refuseAll(outcomeOf(code));
}

void RaftCore::barrier(const Done& done)
{
    if (!isLeader()) return finish(done, Outcome::NotLeader);
    if (m_proposals.size() >= m_options.proposalsMax) return finish(done, Outcome::Busy);
    const int code = submit({{0, EntryType::Barrier, {}}}, {done});
    if (code != 0) finish(done, outcomeOf(code));
}

/// @returns 0, and done[i] is called when entry i is applied; or the library's code
int RaftCore::submit(std::vector<Entry> entries, const std::vector<Done>& done)
{
    if (!isLeader()) return RAFT_NOTLEADER;
    for (Entry& entry : entries) {
        entry.term = m_raft.current_term;
        if (entry.type == EntryType::Barrier) entry.data.assign(kBarrierBytes, '\0');
    }
    LibraryEntries submitted(entries);
    raft_event event{};
    event.type = RAFT_SUBMIT;
    event.submit.entries = submitted.array();
    event.submit.n = submitted.count();
    // Noted first: a single voter commits inside of the step.
    const LogIndex first = lastIndex() + 1;
    for (std::size_t i = 0; i < done.size(); ++i) {
        m_proposals[first + i] = {m_raft.current_term, done[i]};
    }
    const int code = step(event);
    if (code != 0) {
        for (std::size_t i = 0; i < done.size(); ++i) {
            m_proposals.erase(first + i);
        }
        submitted.freeBlock();
    }
    return code;
}

/// Outcomes are told after the event: whoever hears them may call us again.
void RaftCore::finish(const Done& done, Outcome outcome)
{
    if (!done) return;
    if (m_isEnding) return done(outcome);
    m_work.push_back([done, outcome] { done(outcome); });
}

void RaftCore::finishAllAsUnknown()
{
    for (const auto& [index, proposal] : std::exchange(m_proposals, {})) {
        finish(proposal.done, Outcome::Unknown);
    }
    if (const auto change = std::exchange(m_change, std::nullopt)) {
        finish(change->done, Outcome::Unknown);
    }
    if (m_hasHalted || m_isEnding) {
        if (const auto done = std::exchange(m_transferDone, std::nullopt)) {
            finish(*done, Outcome::Unknown);
        }
    }
}

}  // namespace warren::raft
