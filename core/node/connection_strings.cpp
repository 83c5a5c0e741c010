#include "core/node/connection_strings.h"

#include "core/node/value_conversion.h"

#include <QString>

#include <string_view>

namespace warren::node {

void describeListeners(const NodeConfig& config, const std::vector<net::Endpoint>& endpoints,
                       const std::vector<net::Endpoint>& tlsEndpoints,
                       management::Overview& overview)
{
    const bool isDefaultUser = config.defaultUser == "guest" && config.defaultPassword == "guest";
    const auto connectionStringFor = [&](const QString& scheme, const net::Endpoint& endpoint) {
        return QStringLiteral("%1://%2@%3/")
            .arg(scheme,
                 isDefaultUser ? QStringLiteral("guest:guest")
                               : textOf(std::string_view{config.defaultUser}),
                 textOf(std::string_view{endpoint.text()}));
    };
    if (!tlsEndpoints.empty()) {
        const net::Endpoint& endpoint = tlsEndpoints.front();
        overview.address = textOf(std::string_view{endpoint.address});
        overview.tlsPort = endpoint.port;
        overview.tlsConnectionString = connectionStringFor(QStringLiteral("amqps"), endpoint);
    }
    if (!endpoints.empty()) {
        const net::Endpoint& endpoint = endpoints.front();
        overview.address = textOf(std::string_view{endpoint.address});
        overview.amqpPort = endpoint.port;
        overview.connectionString = connectionStringFor(QStringLiteral("amqp"), endpoint);
    }
}

}  // namespace warren::node
