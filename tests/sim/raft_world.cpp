#include "tests/sim/raft_world.h"

#include <utility>

namespace warren::sim {

using namespace raft;

RaftMachine& RaftWorld::add(MemberId id, const RaftOptions& options, PersistentState disk)
{
    auto machine = std::make_unique<RaftMachine>(*this, id, options);
    machine->disk().reset(std::move(disk));
    return *(m_machines[id] = std::move(machine));
}

void RaftWorld::found(unsigned voters, const RaftOptions& options, const Members& others)
{
    Members members;
    for (std::uint64_t id = 1; id <= voters; ++id) {
        members.push_back({MemberId{id}, MemberRole::Voter});
    }
    members.insert(members.end(), others.begin(), others.end());
    for (std::uint64_t id = 1; id <= voters; ++id) {
        add(MemberId{id}, options, RaftNode::founder(members)).start();
    }
}

RaftMachine* RaftWorld::leader()
{
    RaftMachine* latest = nullptr;
    for (const auto& [id, machine] : m_machines) {
        if (!machine->isLeader()) continue;
        if (latest == nullptr || machine->node().term() > latest->node().term()) {
            latest = machine.get();
        }
    }
    return latest;
}

void RaftWorld::runFor(Duration time)
{
    (void)runUntil(time, [] { return false; });
}

bool RaftWorld::runUntil(Duration limit, const std::function<bool()>& condition)
{
    const Instant end = events.now() + limit;
    while (!isOver() && !condition()) {
        if (!events.runOne(end)) return condition();
    }
    return !isOver();
}

bool RaftWorld::runUntilLeader(Duration limit)
{
    return runUntil(limit, [&] { return leader() != nullptr; });
}

void RaftWorld::isolate(MemberId id)
{
    for (const auto& [other, machine] : m_machines) {
        if (other == id) continue;
        cut(id, other);
        cut(other, id);
    }
}

void RaftWorld::deliver(Message message)
{
    statistics.messages += 1;
    if (message.type == Message::Type::InstallSnapshot) statistics.snapshotsSent += 1;
    if (m_machines.count(message.to) == 0) return;
    const auto link = std::pair{message.from, message.to};
    if (m_cut.count(link) > 0) return;
    if (chance.happens(links.loss)) {
        statistics.lostMessages += 1;
        return;
    }
    const int copies = !links.keepsOrder && chance.happens(links.duplicates) ? 2 : 1;
    const auto shared = std::make_shared<const Message>(std::move(message));
    for (int i = 0; i < copies; ++i) {
        Instant arrives = events.now() + chance.between(links.delayMin, links.delayMax);
        if (links.keepsOrder) {
            arrives = m_lastArrival[link] = std::max(arrives, m_lastArrival[link]);
        }
        events.at(arrives, [this, link, shared] {
            // A cut also loses what is on the way.
            if (m_cut.count(link) == 0) machine(link.second).receive(shared);
        });
    }
}

CommandNumber RaftWorld::propose(RaftMachine& at, unsigned count)
{
    const CommandNumber first = m_nextCommand;
    std::vector<std::string> commands;
    std::vector<cluster::Done> done;
    for (unsigned i = 0; i < count; ++i) {
        const CommandNumber number = m_nextCommand++;
        commands.push_back(encodeCommand(number));
        checks.invoked(number);
        statistics.proposed += 1;
        done.push_back([this, number](cluster::Outcome outcome) {
            if (outcome == cluster::Outcome::Unknown) statistics.unknown += 1;
            if (outcome == cluster::Outcome::Done) statistics.acknowledged += 1;
            checks.finished(number, outcome);
        });
    }
    at.node().propose(std::move(commands), std::move(done));
    return first;
}

void RaftWorld::read(RaftMachine& at)
{
    const LogIndex expected = checks.lastAcknowledged();
    at.node().barrier([this, expected, &at](cluster::Outcome outcome) {
        if (outcome != cluster::Outcome::Done) return;
        statistics.reads += 1;
        if (at.isUp() && at.appliedIndex() < expected) {
            checks.fail("stale-read", "at node " + std::to_string(at.id().value));
        }
    });
}

void RaftWorld::say(const std::string& what) const
{
    if (!isTracing) return;
    const double ms = std::chrono::duration<double, std::milli>(events.now().sinceStart).count();
    std::printf("[%9.3f] %s\n", ms, what.c_str());
}

void RaftWorld::describe()
{
    if (!isTracing) return;
    for (const auto& [id, machine] : m_machines) {
        std::string line = "node " + std::to_string(id.value);
        if (machine->isRetired) line += " retired";
        if (!machine->isUp()) {
            say(line + " down");
            continue;
        }
        const RaftNode& node = machine->node();
        line += node.isLeader() ? " leads term " : " term ";
        line += std::to_string(node.term());
        line += " leader " + std::to_string(node.leader().value);
        line += " last " + std::to_string(node.lastIndex());
        line += " commit " + std::to_string(node.commitIndex());
        line += " applied " + std::to_string(node.lastApplied()) + " members";
        for (const Member& member : node.members()) {
            line += " " + std::to_string(member.id.value) + "svx"[static_cast<int>(member.role)];
        }
        say(line);
    }
}

}  // namespace warren::sim
