#include "tests/sim/directed_runs.h"

#include <algorithm>

namespace warren::sim {

using namespace raft;

namespace {

RaftOptions quickOptions(const RunOptions& options)
{
    RaftOptions raft;
    raft.heartbeat = 50ms;
    raft.election = 300ms;
    raft.guards = options.guards;
    return raft;
}

std::optional<std::string> violationOr(const RaftWorld& world, const std::string& otherwise)
{
    return world.checks.violation() ? world.checks.violation() : otherwise;
}

bool hasApplied(const RaftMachine& machine, CommandNumber number)
{
    return std::any_of(machine.commands().begin(), machine.commands().end(),
                       [number](const auto& command) { return command.second == number; });
}

}  // namespace

std::optional<std::string> rejoinOfAnOldLeader(std::uint64_t seed, const RunOptions& options)
{
    RaftWorld world(seed);
    world.isTracing = options.isTracing;
    world.links.delayMin = world.links.delayMax =
        std::chrono::milliseconds(world.chance.between(1, 60));
    world.found(3, quickOptions(options));
    if (!world.runUntilLeader()) return violationOr(world, "liveness: no leader");
    RaftMachine& first = *world.leader();
    world.propose(first, 1);
    world.runFor(400ms);
    world.isolate(first.id());
    for (int i = 0; i < 50; ++i) {
        world.propose(first, 1);
    }
    const auto anotherLeads = [&] { return world.leader() != nullptr && world.leader() != &first; };
    if (!world.runUntil(20s, anotherLeads)) {
        return violationOr(world, "liveness: no second leader");
    }
    RaftMachine& second = *world.leader();
    const MemberId third{6 - first.id().value - second.id().value};
    world.healLinks();
    world.cut(second.id(), third);
    world.runFor(std::chrono::milliseconds(world.chance.below(151)));
    if (!second.isLeader()) return world.checks.violation();  // nothing to see with this timing

    for (int i = 0; i < 20; ++i) {
        world.propose(second, 1);
    }
    world.runFor(200ms);
    world.isolate(second.id());
    second.crash();
    world.healLinks();
    if (!world.runUntilLeader()) return violationOr(world, "liveness: no third leader");
    RaftMachine& last = *world.leader();
    const CommandNumber probe = world.propose(last, 1);
    if (!world.runUntil(10s, [&] { return world.checks.isAcknowledged(probe); })) {
        return violationOr(world, "liveness: no commit");
    }
    for (const auto& [number, index] : world.checks.acknowledged()) {
        if (!hasApplied(last, number)) return "lost: command " + std::to_string(number);
    }
    return world.checks.violation();
}

std::optional<std::string> batchedChange(std::uint64_t seed, const RunOptions& options)
{
    RaftWorld world(seed);
    world.isTracing = options.isTracing;
    RaftOptions raft = quickOptions(options);
    raft.snapshotThreshold = 20;
    raft.snapshotTrailing = 5;
    world.found(3, raft);
    world.add(MemberId{4}, raft).start();
    if (!world.runUntilLeader()) return violationOr(world, "liveness: no leader");
    RaftMachine& leader = *world.leader();
    RaftMachine& follower = world.machine(MemberId{leader.id() == MemberId{1} ? 2u : 1u});
    world.runFor(500ms);
    world.isolate(follower.id());
    world.propose(leader, 3);
    leader.node().addMember(MemberId{4}, MemberRole::Standby, {});
    world.propose(leader, 3);
    world.runFor(500ms);
    world.healLinks();
    world.runFor(1500ms);
    world.propose(leader, 30);  // enough for a snapshot that takes the place of the change
    world.runFor(1500ms);
    if (world.isOver() || !leader.isLeader())
        return violationOr(world, "liveness: it lost the lead");
    follower.crash();
    follower.start();
    if (follower.node().members() != leader.node().members()) {
        return "members-lost: node " + std::to_string(follower.id().value) +
               " has forgotten a member";
    }
    return world.checks.violation();
}

std::optional<std::string> loneVoterRestarts(std::uint64_t seed, const RunOptions& options)
{
    RaftWorld world(seed);
    world.isTracing = options.isTracing;
    world.diskSpeed = {5ms, 40ms};
    const RaftOptions raft = quickOptions(options);
    world.found(1, raft, {{MemberId{2}, MemberRole::Standby}});
    world.add(MemberId{2}, raft).start();
    if (!world.runUntilLeader()) return violationOr(world, "liveness: no leader");
    world.runFor(1s);
    RaftMachine& voter = world.machine(MemberId{1});
    for (int i = 0; i < 30 && !world.isOver(); ++i) {
        if (voter.isLeader()) world.propose(voter, 3);
        world.runFor(std::chrono::milliseconds(world.chance.below(20)));
        voter.crash();
        world.runFor(20ms);
        voter.start();
        world.runFor(std::chrono::milliseconds(world.chance.below(200)));
    }
    const RaftMachine& standby = world.machine(MemberId{2});
    const CommandNumber probe = world.isOver() ? 0 : world.propose(voter, 1);
    if (!world.runUntil(10s, [&] { return hasApplied(standby, probe); })) {
        return violationOr(world, "liveness: the standby is behind");
    }
    return world.checks.violation();
}

std::optional<std::string> volatileMemberReturns(std::uint64_t seed, bool underNewId)
{
    RaftWorld world(seed);
    const RaftOptions raft = quickOptions({});
    RaftOptions withoutDisk = raft;
    withoutDisk.isVolatile = true;
    world.found(3, raft, {{MemberId{4}, MemberRole::Standby}});
    world.add(MemberId{4}, withoutDisk).start();
    if (!world.runUntilLeader()) return violationOr(world, "liveness: no leader");
    for (int i = 0; i < 20; ++i) {
        world.propose(*world.leader(), 10);
        world.runFor(50ms);
    }
    world.machine(MemberId{4}).crash();
    world.runFor(300ms);
    MemberId id{4};
    if (underNewId) {
        world.leader()->node().removeMember(id, {});
        world.runFor(100ms);
        id = MemberId{5};
        world.add(id, withoutDisk).start();
        world.leader()->node().addMember(id, MemberRole::Standby, {});
    } else {
        world.machine(id).start();
    }
    world.propose(*world.leader(), 1);
    const RaftMachine& machine = world.machine(id);
    const bool hasCaughtUp = world.runUntil(30s, [&] {
        return machine.appliedIndex() > 0 &&
               machine.appliedIndex() >= world.checks.lastAcknowledged();
    });
    if (!hasCaughtUp) return violationOr(world, "liveness: it has not caught up");
    return world.checks.violation();
}

std::optional<std::string> leaderIsKnownToBeGone(std::uint64_t seed)
{
    RaftWorld world(seed);
    const RaftOptions raft = quickOptions({});
    world.diskSpeed = {1ms, 2ms};
    world.found(world.chance.happens(0.5) ? 3 : 5, raft);
    if (!world.runUntilLeader()) return violationOr(world, "liveness: no leader");
    world.propose(*world.leader(), 3);
    world.runFor(std::chrono::milliseconds(500 + world.chance.below(100)));
    RaftMachine& first = *world.leader();
    first.crash();
    Duration last{0};
    for (const auto& [id, machine] : world.machines()) {
        if (!machine->isUp()) continue;
        const Duration heardAfter = std::chrono::milliseconds(world.chance.below(20));
        last = std::max(last, heardAfter);
        world.events.after(heardAfter, [&one = *machine, gone = first.id()] {
            if (one.isUp()) one.node().noteGone(gone);
        });
    }
    const auto leads = [&] { return world.leader() != nullptr; };
    if (!world.runUntil(last + raft.election / 6, leads)) {
        return violationOr(world, "liveness: no second leader in time");
    }
    return world.checks.violation();
}

}  // namespace warren::sim
