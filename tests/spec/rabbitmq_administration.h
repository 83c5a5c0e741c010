#pragma once

#include "tests/spec/administration.h"
#include "tests/spec/tcp_target.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace warren::spec {

/// RabbitMQ's management plugin, over HTTP: one request on a connection of its own for each act.
class RabbitmqAdministration final : public Administration {
public:
    /// @param credentials  "user:password"
    RabbitmqAdministration(TcpTarget server, std::string_view credentials);

    /// From "http://user:password@host:port"; nullptr if it is not of that form.
    static std::unique_ptr<RabbitmqAdministration> parse(std::string_view url);

    Status<Mismatch> perform(const AdminAct& act) override;

private:
    Status<Mismatch> request(std::string_view verb, const std::string& path,
                             const std::string& body);

    TcpTarget m_server;
    std::string m_authorization;
};

}  // namespace warren::spec
