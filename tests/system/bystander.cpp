#include "tests/system/bystander.h"

#include "tests/support/wire_client.h"
#include "tests/system/system_support.h"

#include <algorithm>

namespace warren::test {

namespace {

using Clock = std::chrono::steady_clock;

/// A round takes about a millisecond on an idle machine; this one may be busy with other tests.
constexpr std::chrono::seconds kRoundPatience{10};

}  // namespace

Bystander::Bystander(std::uint16_t port)
    : m_thread([this, port] {
          try {
              run(port);
          } catch (const WireError& error) {
              m_failure = error.what();
          }
      })
{
}

Bystander::~Bystander() { finish(); }

std::string Bystander::finish()
{
    m_isStopped = true;
    if (m_thread.joinable()) m_thread.join();
    return m_failure;
}

void Bystander::run(std::uint16_t port)
{
    WireClient client(port);
    client.openChannel(1);
    client.selectConfirms(1);
    client.declareDurableQueue(1, "bystander");
    client.call<amqp::BasicConsumeOk>(1, amqp::BasicConsume{.queue = "bystander"});
    while (!m_isStopped) {
        const auto begin = Clock::now();
        const std::string body = bytesFrom(m_roundCount, 500);
        client.publish(1, {.routingKey = "bystander"}, persistent(), body);
        client.await<amqp::BasicAck>(1, kRoundPatience);
        const WireEvent delivery = client.await<amqp::BasicDeliver>(1, kRoundPatience);
        if (delivery.body != body) throw WireError("another message came");
        client.send(1,
                    amqp::BasicAck{.deliveryTag = delivery.as<amqp::BasicDeliver>().deliveryTag});
        m_slowestRound = std::max(
            m_slowestRound, std::chrono::ceil<std::chrono::milliseconds>(Clock::now() - begin));
        m_roundCount += 1;
    }
    client.close();
}

}  // namespace warren::test
