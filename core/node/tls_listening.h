#pragma once

#include "core/base/result.h"
#include "core/management/management_command.h"
#include "core/net/endpoint.h"
#include "core/net/net_error.h"
#include "core/node/node_config.h"
#include "core/node/test_certificates.h"
#include "core/node/tls_credentials.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace warren::node {

class Logger;

/// The TLS listeners of a node: those of its configuration, or, if there are none, one with test
/// certificates once somebody has asked for it, and at every start from then on.
///
/// Thread: the broker's.
class TlsListening {
public:
    /// Where clients with TLS expect a broker.
    static constexpr std::uint16_t kPortDefault = 5671;

    /// Begins to listen, with TLS. Implemented where the listeners are.
    using Listen = std::function<Result<net::Endpoint, net::NetError>(const ListenAddress&)>;

    /// Why the configured listeners can't be there.
    struct Failure {
        bool isAboutFiles = false;  ///< else the port
        std::string text;
    };

    /// @param config, logger  outlive this
    TlsListening(const NodeConfig& config, Logger& logger, Listen listen);

    /// Listens as configured, or as remembered. What is only remembered never fails: the log says
    /// why it isn't there.
    Status<Failure> start(const std::filesystem::path& dataFolder);
    /// To be called now and then: certificates may have changed.
    void reloadIfChanged();

    management::CommandResult createTestCertificates(
        const management::CreateTestCertificates& command);

    /// For new connections. @pre something listens
    const std::shared_ptr<const net::TlsContext>& context() const
    {
        return m_credentials->context();
    }
    /// With real ports; empty: nothing listens.
    const std::vector<net::Endpoint>& endpoints() const { return m_endpoints; }

private:
    void resume(const TestListener& listener);
    /// On `port`, or if it is taken on any free one.
    Result<net::Endpoint, std::string> listenWithTestCertificates(
        const std::filesystem::path& folder, std::uint16_t port);

    const NodeConfig& m_config;
    Logger& m_logger;
    Listen m_listen;
    std::filesystem::path m_dataFolder;
    std::optional<TlsCredentials> m_credentials;
    std::vector<net::Endpoint> m_endpoints;
    /// Where the certificates of the listener in use are; empty: not test certificates.
    std::filesystem::path m_testFolder;
};

}  // namespace warren::node
