#pragma once

#include "app/sim/client.h"

#include <cstdint>
#include <deque>

namespace warren::sim {

/// Settles what it gets, most of the time.
class Consumer final : public Client {
public:
    enum class Manner {
        Acks,
        RejectsSome,  ///< and is lazy now and then, so that messages expire
        TakesDead,    ///< gets dead letters, and looks why they died
    };

    Consumer(Part part, Manner manner) : Client(std::move(part)), m_manner(manner) {}

private:
    struct Held {
        DeliveryTag tag = 0;
        History::Id id;
    };
    void begin() override;
    void goOn() override;
    void take(const broker::Event& event) override;
    void lost() override { m_held.clear(); }
    void settle(const Held& held);
    void noteDead(const broker::Delivery& delivery, History::Id id);

    const Manner m_manner;
    std::deque<Held> m_held;
    Instant m_isIdleUntil{};
};

}  // namespace warren::sim
