#include "tests/unit/raft/lone_member.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace warren::raft {

namespace {

constexpr std::uint8_t kResultVersion = 2;

}  // namespace

LoneMember::LoneMember(const RaftOptions& options, const PersistentState& state)
    : disk(state),
      m_heartbeat(options.heartbeat),
      node(kSelf, options, RaftEnvironment{*this, *this, *this, *this})
{
    const auto started = node.start(state);
    EXPECT_TRUE(started.isOk()) << (started.isOk() ? "" : started.error());
}

RaftOptions LoneMember::quick()
{
    RaftOptions options;
    options.heartbeat = std::chrono::milliseconds(50);
    options.election = std::chrono::milliseconds(300);
    return options;
}

Members LoneMember::voters(unsigned count)
{
    Members members;
    for (std::uint64_t id = 1; id <= count; ++id) {
        members.push_back({MemberId{id}, MemberRole::Voter});
    }
    return members;
}

void LoneMember::tick()
{
    advance(m_heartbeat);
    node.tick();
}

std::vector<Message> LoneMember::take(Message::Type type, MemberId to)
{
    std::vector<Message> taken;
    for (const Message& message : std::exchange(m_sent, {})) {
        if (message.type == type && message.to == to) taken.push_back(message);
    }
    return taken;
}

Message LoneMember::appendEntries(Term term, LogIndex previous, Term previousTerm, LogIndex commit,
                                  std::vector<Entry> entries)
{
    Message message;
    message.type = Message::Type::AppendEntries;
    message.from = MemberId{2};
    message.to = kSelf;
    message.term = term;
    message.lastIndex = previous;
    message.lastTerm = previousTerm;
    message.commit = commit;
    message.entries = std::move(entries);
    return message;
}

void LoneMember::acknowledge(MemberId from, LogIndex last) { reject(from, 0, last); }

void LoneMember::reject(MemberId from, LogIndex rejected, LogIndex last)
{
    Message message;
    message.type = Message::Type::AppendEntriesResult;
    message.from = from;
    message.to = kSelf;
    message.term = node.term();
    message.version = kResultVersion;
    message.rejected = rejected;
    message.lastIndex = last;
    message.capacity = 0xFFFF;
    node.receive(message);
}

void LoneMember::elect()
{
    for (int i = 0; i < 100 && !node.isLeader(); ++i) {
        tick();
        for (const Message& request : take(Message::Type::RequestVote, MemberId{2})) {
            Message vote;
            vote.type = Message::Type::RequestVoteResult;
            vote.from = MemberId{2};
            vote.to = kSelf;
            vote.term = request.term;
            vote.version = kResultVersion;
            vote.isGranted = true;
            vote.isPreVote = request.isPreVote;
            vote.capacity = 0xFFFF;
            node.receive(vote);
        }
    }
    EXPECT_TRUE(node.isLeader());
}

void LoneMember::flush()
{
    while (!m_tickets.empty()) {
        for (const Ticket ticket : std::exchange(m_tickets, {})) {
            node.persisted(ticket);
        }
    }
}

cluster::Done LoneMember::note(const std::string& name)
{
    return [this, name](cluster::Outcome outcome) { outcomes[name] = outcome; };
}

bool LoneMember::saveTerm(Term term, MemberId vote)
{
    if (isDiskBroken) return false;
    disk.term = term;
    disk.vote = vote;
    return true;
}

void LoneMember::append(Ticket ticket, LogIndex first, std::vector<Entry> entries)
{
    EXPECT_EQ(first, disk.firstIndex + disk.entries.size());
    disk.entries.insert(disk.entries.end(), entries.begin(), entries.end());
    m_tickets.push_back(ticket);
}

void LoneMember::truncate(LogIndex from) { disk.entries.resize(from - disk.firstIndex); }

void LoneMember::storeSnapshot(Ticket ticket, SnapshotPtr snapshot, LogIndex keepFrom)
{
    disk.snapshot = std::move(snapshot);
    if (keepFrom == 0) {
        disk.entries.clear();
        disk.firstIndex = disk.snapshot->index + 1;
    }
    while (disk.firstIndex < keepFrom) {
        disk.entries.erase(disk.entries.begin());
        disk.firstIndex += 1;
    }
    m_tickets.push_back(ticket);
}

void LoneMember::apply(LogIndex, ByteView command)
{
    applied.push_back(std::string(textOf(command)));
}

std::string LoneMember::snapshot() const
{
    std::string lines;
    for (const std::string& command : applied) {
        lines += command + "\n";
    }
    return lines;
}

bool LoneMember::restore(LogIndex, ByteView snapshot)
{
    if (textOf(snapshot) == "unreadable") return false;
    applied.clear();
    std::string line;
    for (const char c : textOf(snapshot)) {
        if (c != '\n') {
            line += c;
            continue;
        }
        applied.push_back(std::exchange(line, {}));
    }
    return true;
}

}  // namespace warren::raft
