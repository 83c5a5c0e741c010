#include "tests/sim/random_run.h"

#include <algorithm>
#include <map>
#include <vector>

namespace warren::sim {

using namespace raft;
using cluster::Done;
using cluster::Outcome;

namespace {

Duration milliseconds(std::uint64_t count)
{
    return std::chrono::milliseconds(static_cast<std::int64_t>(count));
}

std::size_t voterCount(const Members& members)
{
    return static_cast<std::size_t>(
        std::count_if(members.begin(), members.end(),
                      [](const Member& member) { return member.role == MemberRole::Voter; }));
}

bool contains(const Members& members, MemberId id)
{
    return std::any_of(members.begin(), members.end(),
                       [id](const Member& member) { return member.id == id; });
}

std::string nameOf(MemberId id) { return std::to_string(id.value); }

}  // namespace

RandomRun::RandomRun(std::uint64_t seed, const RunOptions& options)
    : m_world(seed), m_options(options)
{
    Chance& chance = m_world.chance;
    m_world.isTracing = options.isTracing;
    m_raft.heartbeat = 50ms;
    m_raft.election = 300ms;
    m_raft.snapshotTimeout = 1500ms;
    m_raft.guards = options.guards;
    m_raft.asksBeforeElection = chance.happens(0.85);
    if (chance.happens(0.7)) {
        m_raft.snapshotThreshold = static_cast<unsigned>(chance.between(5, 60));
        m_raft.snapshotTrailing = static_cast<unsigned>(chance.between(0, 20));
    }
    m_raft.entriesInFlightMax = chance.happens(0.5) ? 32 : 512;
    m_world.links.keepsOrder = chance.happens(0.5);
    m_world.links.delayMax = milliseconds(chance.between(1, 40));
    m_world.links.loss = chance.happens(0.5) ? 0.0 : 0.002 * static_cast<double>(chance.below(100));
    m_world.links.duplicates = 0.1;
    m_changesMembers = options.changesMembers && chance.happens(0.6);
    m_hasVolatileMember = chance.happens(0.5);
    m_hasSlowDisks = chance.happens(0.5);
    m_hasClockJumps = chance.happens(0.3);
    m_hasPauses = chance.happens(0.4);
    m_areCrashesTold = chance.happens(0.5);
    const unsigned voters = chance.happens(0.1) ? 1 : chance.happens(0.5) ? 3 : 5;
    m_nextId = voters + 1;
    Members others;
    if (m_hasVolatileMember) {
        m_volatileId = MemberId{m_nextId++};
        others.push_back({m_volatileId, MemberRole::Standby});
    }
    m_world.found(voters, m_raft, others);
    if (m_hasVolatileMember) m_world.add(m_volatileId, volatileOptions()).start();
}

RaftOptions RandomRun::volatileOptions() const
{
    RaftOptions options = m_raft;
    options.isVolatile = true;
    return options;
}

RaftMachine& RandomRun::anyMachine()
{
    std::vector<RaftMachine*> all;
    for (const auto& [id, machine] : m_world.machines()) {
        if (!machine->isRetired) all.push_back(machine.get());
    }
    return *all[m_world.chance.below(all.size())];
}

Done RandomRun::counted()
{
    return [this](Outcome outcome) {
        if (outcome == Outcome::Done) m_world.statistics.memberChanges += 1;
    };
}

void RandomRun::clients()
{
    if (m_isHealing) return;
    Chance& chance = m_world.chance;
    for (const auto& [id, machine] : m_world.machines()) {
        if (!machine->isUp() || machine->isPaused()) continue;
        if (!machine->isLeader() && !chance.happens(0.02)) continue;  // now and then the wrong one
        m_world.propose(*machine, static_cast<unsigned>(chance.between(1, 6)));
        if (chance.happens(0.2)) m_world.read(*machine);
    }
    m_world.events.after(milliseconds(chance.between(2, 40)), [this] { clients(); });
}

void RandomRun::crashAndRestart(RaftMachine& machine, Duration down)
{
    if (!machine.isUp()) return;
    m_world.say("crash " + nameOf(machine.id()));
    machine.crash();
    if (m_areCrashesTold) sayThatItIsGone(machine.id());
    if (machine.options().isVolatile) {  // comes back as somebody else; see operate
        machine.isRetired = true;
        m_volatileId = MemberId{m_nextId++};
        m_world.events.after(down, [this, id = m_volatileId] {
            m_world.add(id, volatileOptions()).start();
            m_world.say("volatile member " + nameOf(id));
        });
        return;
    }
    m_world.events.after(down, [this, &machine] {
        if (machine.isUp() || machine.isRetired) return;
        m_world.say("restart " + nameOf(machine.id()));
        machine.start();
    });
}

/// Each of the others hears of it in its own time, or not at all.
void RandomRun::sayThatItIsGone(MemberId id)
{
    Chance& chance = m_world.chance;
    for (const auto& [other, machine] : m_world.machines()) {
        if (other == id || chance.happens(0.1)) continue;
        m_world.events.after(milliseconds(chance.below(60)), [&one = *machine, id] {
            if (one.isUp() && !one.isPaused()) one.node().noteGone(id);
        });
    }
}

void RandomRun::nemesis()
{
    if (m_isHealing) return;
    doHarm();
    m_world.events.after(milliseconds(m_world.chance.between(20, 900)), [this] { nemesis(); });
}

void RandomRun::doHarm()
{
    Chance& chance = m_world.chance;
    RaftMachine& machine = anyMachine();
    RaftMachine* leader = m_world.leader();
    const MemberId id = machine.id();
    switch (chance.below(15)) {
    case 0:
        m_world.say("isolate " + nameOf(id));
        m_world.statistics.cuts += 1;
        m_world.isolate(id);
        break;
    case 1:
    case 2: {
        RaftMachine& other = anyMachine();
        if (other.id() == id) break;
        m_world.say("cut " + nameOf(id) + " from " + nameOf(other.id()));
        m_world.statistics.cuts += 1;
        m_world.cut(id, other.id());
        if (chance.happens(0.5)) m_world.cut(other.id(), id);
        break;
    }
    case 3: cutInHalves(); break;
    case 4:
        if (leader == nullptr) break;
        m_world.say("isolate the leader, " + nameOf(leader->id()));
        m_world.statistics.cuts += 1;
        m_world.isolate(leader->id());
        break;
    case 5:
    case 6: crashAndRestart(machine, milliseconds(chance.between(10, 3000))); break;
    case 7:
        if (leader != nullptr) crashAndRestart(*leader, milliseconds(chance.between(10, 2000)));
        break;
    case 8:
        if (!m_hasSlowDisks) break;
        m_world.statistics.slowDisks += 1;
        m_world.diskSpeed.commitMax = milliseconds(chance.between(5, 400));
        m_world.events.after(milliseconds(chance.between(100, 2000)),
                             [this] { m_world.diskSpeed = DiskSpeed{}; });
        break;
    case 9: {
        if (leader == nullptr) break;
        m_world.say("transfer from " + nameOf(leader->id()));
        const MemberId to = chance.happens(0.5) ? MemberId{} : id;
        leader->node().transferLeadership(to, [this](Outcome outcome) {
            if (outcome == Outcome::Done) m_world.statistics.transfers += 1;
        });
        break;
    }
    case 10:
        if (!m_hasClockJumps) break;
        m_world.say("clock of " + nameOf(id));
        m_world.statistics.clockJumps += 1;
        machine.jumpClock(chance.happens(0.8) ? Duration(1h) : Duration(-20s));
        break;
    case 11:
        if (!m_hasPauses || !machine.isUp()) break;
        m_world.say("pause " + nameOf(id));
        m_world.statistics.pauses += 1;
        machine.pauseUntil(m_world.events.now() + milliseconds(chance.between(50, 4000)));
        break;
    case 12:
        if (!m_areCrashesTold) break;
        m_world.say("say of " + nameOf(id) + " that it is gone");
        sayThatItIsGone(id);
        break;
    default:
        m_world.say("heal the links");
        m_world.healLinks();
        break;
    }
}

void RandomRun::cutInHalves()
{
    m_world.say("cut in halves");
    m_world.statistics.cuts += 1;
    for (const auto& [a, one] : m_world.machines()) {
        for (const auto& [b, other] : m_world.machines()) {
            if (a.value % 2 != b.value % 2) m_world.cut(a, b);
        }
    }
}

/// Somebody who changes the members now and then.
void RandomRun::operate()
{
    RaftMachine* leader = m_world.leader();
    m_world.events.after(milliseconds(m_world.chance.between(100, 900)), [this] { operate(); });
    if (leader == nullptr || leader->isPaused()) return;
    const Members members = leader->node().members();
    if (replaceVolatileMember(leader->node(), members)) return;
    if (m_changesMembers && !m_isHealing && !members.empty()) {
        changeMembers(leader->node(), members);
    }
}

/// A member without a disk that came back has a new id, which has to take the old one's place.
bool RandomRun::replaceVolatileMember(RaftNode& leader, const Members& members)
{
    for (const Member& member : members) {
        const RaftMachine& machine = m_world.machine(member.id);
        if (!machine.options().isVolatile || !machine.isRetired) continue;
        leader.removeMember(member.id, counted());
        return true;
    }
    if (!m_hasVolatileMember || m_world.machines().count(m_volatileId) == 0 ||
        contains(members, m_volatileId)) {
        return false;
    }
    leader.addMember(m_volatileId, MemberRole::Standby, counted());
    return true;
}

void RandomRun::changeMembers(RaftNode& leader, const Members& members)
{
    Chance& chance = m_world.chance;
    const Member chosen = members[chance.below(members.size())];
    if (m_world.machine(chosen.id).options().isVolatile) return;
    const bool canSpareIt = chosen.role != MemberRole::Voter || voterCount(members) > 2;
    switch (chance.below(5)) {
    case 0: {
        if (members.size() >= 7) break;
        const MemberId id{m_nextId++};
        m_world.add(id, m_raft).start();
        m_world.say("add " + nameOf(id));
        const MemberRole role = chance.happens(0.5) ? MemberRole::Spare : MemberRole::Standby;
        leader.addMember(id, role, [this, id, count = counted()](Outcome outcome) {
            count(outcome);
            const bool mayBeMember = outcome == Outcome::Done || outcome == Outcome::Unknown;
            if (!mayBeMember) m_world.machine(id).isRetired = true;
        });
        break;
    }
    case 1:
    case 2: {
        MemberRole role = MemberRole::Voter;
        if (chosen.role == MemberRole::Voter) {
            role = chance.happens(0.5) ? MemberRole::Standby : MemberRole::Spare;
        }
        if (!canSpareIt) break;
        m_world.say("assign " + nameOf(chosen.id) + " role " +
                    std::to_string(static_cast<int>(role)));
        leader.assignRole(chosen.id, role, counted());
        break;
    }
    case 3:
        if (!canSpareIt) break;
        m_world.say("remove " + nameOf(chosen.id));
        leader.removeMember(chosen.id, [this, id = chosen.id, count = counted()](Outcome outcome) {
            count(outcome);
            if (outcome == Outcome::Done) m_world.machine(id).isRetired = true;
        });
        break;
    default: break;
    }
}

std::optional<std::string> RandomRun::run()
{
    m_world.events.after(500ms, [this] { clients(); });
    m_world.events.after(800ms, [this] { nemesis(); });
    m_world.events.after(1000ms, [this] { operate(); });
    m_world.runFor(m_options.faultyTime);
    if (!m_world.isOver()) settle();
    m_world.statistics.elections = m_world.checks.electionCount();
    if (m_world.isOver()) m_world.describe();
    return m_world.checks.violation();
}

/// Everything works again: within 30 s a new command commits, and everybody has everything.
void RandomRun::settle()
{
    m_isHealing = true;
    m_world.say("---- healed");
    m_world.healLinks();
    m_world.links.loss = 0;
    m_world.diskSpeed = DiskSpeed{};
    for (const auto& [id, machine] : m_world.machines()) {
        machine->pauseUntil({});
        if (!machine->isUp() && !machine->isRetired) machine->start();
    }
    const Instant healed = m_world.events.now();
    std::string missing = "no leader";
    CommandNumber probe = 0;
    Instant nextProbe = healed;
    const bool isSettled = m_world.runUntil(30s, [&] {
        RaftMachine* leader = m_world.leader();
        if (leader == nullptr) {
            missing = "no leader";
            return false;
        }
        if (m_world.checks.isAcknowledged(probe)) {
            return isComplete(m_world.checks.acknowledged().at(probe), missing);
        }
        missing = "no commit";
        if (m_world.events.now() >= nextProbe) {
            probe = m_world.propose(*leader, 1);
            nextProbe = m_world.events.now() + 500ms;
        }
        return false;
    });
    if (m_world.isOver()) return;
    if (!isSettled) return m_world.checks.fail("liveness", missing);
    m_world.statistics.settledMs = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(m_world.events.now() - healed)
            .count());
    if (m_changesMembers) checkThatMembersChange();
    checkThatNothingIsLost();
}

bool RandomRun::isComplete(LogIndex target, std::string& missing)
{
    for (const Member& member : m_world.leader()->node().members()) {
        RaftMachine& machine = m_world.machine(member.id);
        if (machine.options().isVolatile && (machine.isRetired || !machine.isUp())) continue;
        if (member.role == MemberRole::Spare) continue;
        if (machine.isUp() && machine.appliedIndex() >= target) continue;
        missing = "node " + nameOf(member.id) + " is at " + std::to_string(machine.appliedIndex()) +
                  " of " + std::to_string(target);
        return false;
    }
    return true;
}

void RandomRun::checkThatMembersChange()
{
    const MemberId id{m_nextId++};
    m_world.add(id, m_raft).start();
    bool isMember = false;
    Instant next = m_world.events.now();
    const bool changed = m_world.runUntil(10s, [&] {
        RaftMachine* leader = m_world.leader();
        if (!isMember && leader != nullptr && m_world.events.now() >= next) {
            next = m_world.events.now() + 300ms;
            // Refused: an earlier attempt with an unknown outcome has made it one.
            leader->node().addMember(id, MemberRole::Standby, [&](Outcome outcome) {
                isMember |= outcome == Outcome::Done || outcome == Outcome::Refused;
            });
        }
        return isMember;
    });
    if (!changed && !m_world.isOver()) {
        m_world.checks.fail("no-change-of-members", "for 10 seconds");
    }
}

void RandomRun::checkThatNothingIsLost()
{
    RaftMachine* leader = m_world.leader();
    if (leader == nullptr) return;
    for (const Member& member : leader->node().members()) {
        const RaftMachine& machine = m_world.machine(member.id);
        if (member.role == MemberRole::Spare || !machine.isUp() || machine.isRetired) continue;
        if (machine.commands().empty()) continue;  // the one that was just added
        const std::map<LogIndex, CommandNumber> has(machine.commands().begin(),
                                                    machine.commands().end());
        for (const auto& [number, index] : m_world.checks.acknowledged()) {
            if (index > machine.appliedIndex()) continue;
            const auto at = has.find(index);
            if (at != has.end() && at->second == number) continue;
            return m_world.checks.fail(
                "lost", "command " + std::to_string(number) + " on node " + nameOf(member.id));
        }
    }
}

}  // namespace warren::sim
