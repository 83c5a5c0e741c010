#include "tests/sim/raft_machine.h"

#include "tests/sim/raft_world.h"

#include <cstring>

namespace warren::sim {

using namespace raft;

std::string encodeCommand(CommandNumber number)
{
    return std::string(reinterpret_cast<const char*>(&number), sizeof number);
}

RaftMachine::RaftMachine(RaftWorld& world, MemberId id, const RaftOptions& options)
    : m_world(world),
      m_id(id),
      m_options(options),
      m_disk(world.events, world.chance, world.diskSpeed)
{
    m_disk.persisted = [this](Ticket ticket) {
        m_node->persisted(ticket);
        checkHealth();
    };
    m_disk.observeEntry = [this](LogIndex index, const Entry& entry, Term before) {
        m_world.checks.entryStored(m_id, index, entry, before);
    };
}

bool RaftMachine::isPaused() const { return m_pausedUntil > m_world.events.now(); }

void RaftMachine::start()
{
    m_incarnation += 1;
    m_commands.clear();
    m_appliedIndex = 0;
    RaftOptions options = m_options;
    options.seed = static_cast<std::uint32_t>(m_world.chance.next());
    m_node =
        std::make_unique<RaftNode>(m_id, options, RaftEnvironment{*this, m_disk, *this, *this});
    m_node->leaderChanged = [this](MemberId leader, Term term) {
        if (leader != m_id || !isLeader()) return;
        m_world.checks.leads(m_id, term, m_node->lastIndex());
        if (m_options.isVolatile) m_world.checks.fail("volatile-leader", "a member without a disk");
    };
    const PersistentState state = m_disk.contents();
    if (const auto started = m_node->start(state); !started.isOk()) {
        m_world.checks.fail("refused-own-disk", started.error());
    }
    checkHealth();
    scheduleTick();
}

/// Whoever waits for an outcome hears Unknown.
void RaftMachine::crash()
{
    if (!isUp()) return;
    m_incarnation += 1;
    m_world.statistics.crashes += 1;
    m_disk.crash();
    if (m_options.isVolatile) m_disk.reset({});
    m_node.reset();
}

void RaftMachine::scheduleTick()
{
    m_world.events.after(m_options.heartbeat, [this, incarnation = m_incarnation] {
        if (incarnation != m_incarnation) return;
        if (!isPaused()) return tick();
        m_world.events.at(m_pausedUntil, [this, incarnation] {
            if (incarnation == m_incarnation) tick();
        });
    });
}

void RaftMachine::tick()
{
    m_node->tick();
    checkHealth();
    scheduleTick();
}

void RaftMachine::receive(const std::shared_ptr<const Message>& message)
{
    if (!isUp()) return;
    if (!isPaused()) {
        m_node->receive(*message);
        return checkHealth();
    }
    // The packets of a sleeping computer wait in its sockets.
    m_world.events.at(m_pausedUntil, [this, message, incarnation = m_incarnation] {
        if (incarnation == m_incarnation && isUp()) receive(message);
    });
}

void RaftMachine::checkHealth()
{
    if (m_node->hasHalted()) m_world.checks.fail("halted", m_node->haltReason());
    if (m_disk.violation()) m_world.checks.fail("disk", *m_disk.violation());
}

Instant RaftMachine::now() { return m_world.events.now() + m_clockOffset; }

void RaftMachine::send(Message message) { m_world.deliver(std::move(message)); }

void RaftMachine::apply(LogIndex index, ByteView command)
{
    if (index <= m_appliedIndex) m_world.checks.fail("apply-order", "an index came twice");
    m_appliedIndex = index;
    CommandNumber number = 0;
    std::memcpy(&number, command.data(), sizeof number);
    m_commands.push_back({index, number});
    m_world.checks.applied(m_id, index, number);
}

std::string RaftMachine::snapshot() const
{
    return std::string(reinterpret_cast<const char*>(m_commands.data()),
                       m_commands.size() * sizeof m_commands[0]);
}

bool RaftMachine::restore(LogIndex index, ByteView snapshot)
{
    m_commands.resize(snapshot.size() / sizeof m_commands[0]);
    if (!snapshot.empty()) {
        std::memcpy(static_cast<void*>(m_commands.data()), snapshot.data(), snapshot.size());
    }
    m_appliedIndex = index;
    m_world.checks.restored(m_id, index, m_commands);
    return true;
}

}  // namespace warren::sim
