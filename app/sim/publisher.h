#pragma once

#include "app/sim/client.h"

#include <cstdint>
#include <deque>
#include <map>
#include <set>

namespace warren::sim {

/// Publishes with confirms; what is refused, returned or not answered is sent again.
class Publisher final : public Client {
public:
    static constexpr std::size_t kWindow = 8;
    /// Of how many messages one asks for a lifetime; and whether its queue gives one to all.
    struct Lifetimes {
        bool haveSome = false;
        bool haveAll = false;
    };

    Publisher(Part part, Lifetimes lifetimes) : Client(std::move(part)), m_lifetimes(lifetimes) {}

    bool isAtRest() const override
    {
        return m_unconfirmed.empty() && m_again.empty() && Client::isAtRest();
    }

private:
    void begin() override;
    void goOn() override;
    void take(const broker::Event& event) override;
    void lost() override;
    void publish(std::uint32_t number);
    void settle(DeliveryTag tag, bool isMultiple, bool isRefused);

    const Lifetimes m_lifetimes;
    std::uint32_t m_last = 0;
    std::deque<std::uint32_t> m_again;
    std::map<DeliveryTag, std::uint32_t> m_unconfirmed;
    std::set<std::uint32_t> m_returned;  // and not confirmed yet
    DeliveryTag m_lastTag = 0;
};

}  // namespace warren::sim
