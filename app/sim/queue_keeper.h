#pragma once

#include "app/sim/client.h"

namespace warren::sim {

/// Purges its queue now and then, or deletes it and declares it again. Where it was not told the
/// end, it takes for granted that what it has asked for may still happen, until nothing can be on
/// its way any more.
class QueueKeeper final : public Client {
public:
    enum class Manner { Purges, Redeclares };

    QueueKeeper(Part part, Manner manner) : Client(std::move(part)), m_manner(manner) {}

    bool isAtRest() const override { return m_stage == Stage::Idle && Client::isAtRest(); }

private:
    enum class Stage {
        Idle,
        Asked,     ///< for the purge, or the deletion
        Unknown,   ///< and nobody answered: it waits
        Missing,   ///< the queue has to be declared
        Declared,  ///< so it is asked for
        Spreads,   ///< and there, and all nodes are to know it
    };
    void begin() override {}
    void goOn() override;
    void take(const broker::Event& event) override;
    void lost() override;
    void ask();
    void end();

    const Manner m_manner;
    Stage m_stage = Stage::Idle;
    Instant m_nextAt{};
};

}  // namespace warren::sim
