#include "app/sim/queue_keeper.h"

#include "app/sim/world.h"

#include <variant>

namespace warren::sim {

using std::chrono::milliseconds;

namespace {

/// Longer than a command can lie anywhere: in a process that is suspended, or behind a slow link.
constexpr milliseconds kForgottenAfter{9000};

}  // namespace

void QueueKeeper::goOn()
{
    const bool isDue = m_world.now() >= m_nextAt;
    switch (m_stage) {
    case Stage::Idle:
        if (isDue && !m_world.isEnding()) ask();
        return;
    case Stage::Unknown:
        if (!isDue) return;
        if (m_manner == Manner::Purges) return end();
        m_stage = Stage::Missing;
        return;
    case Stage::Missing:
        m_stage = Stage::Declared;
        send(broker::DeclareQueue{.name = m_queue, .isDurable = true});
        return;
    case Stage::Spreads:
        if (m_world.doNodesAgreeOn(m_queue)) end();
        return;
    case Stage::Asked:
    case Stage::Declared: return;
    }
}

void QueueKeeper::ask()
{
    if (m_nextAt == Instant{}) {
        // Not with the first message.
        m_nextAt = m_world.now() + milliseconds{1000 + m_world.below(3000)};
        return;
    }
    m_history.removalBegan();
    m_stage = Stage::Asked;
    if (m_manner == Manner::Purges) {
        send(broker::PurgeQueue{.name = m_queue});
    } else {
        send(broker::DeleteQueue{.name = m_queue});
    }
}

void QueueKeeper::end()
{
    m_history.removalEnded();
    m_stage = Stage::Idle;
    m_nextAt = m_world.now() + milliseconds{1500 + m_world.below(4000)};
}

void QueueKeeper::take(const broker::Event& event)
{
    if (std::holds_alternative<broker::PurgeOk>(event.body)) {
        if (m_stage == Stage::Asked) end();
    } else if (std::holds_alternative<broker::DeleteQueueOk>(event.body)) {
        if (m_stage == Stage::Asked) m_stage = Stage::Missing;
    } else if (std::holds_alternative<broker::DeclareQueueOk>(event.body)) {
        if (m_stage == Stage::Declared) m_stage = Stage::Spreads;
    }
}

void QueueKeeper::lost()
{
    if (m_stage == Stage::Asked) {
        m_stage = Stage::Unknown;
        m_nextAt = m_world.now() + kForgottenAfter;
    } else if (m_stage == Stage::Declared) {
        m_stage = Stage::Missing;
    }
}

}  // namespace warren::sim
