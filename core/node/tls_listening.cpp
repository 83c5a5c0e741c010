#include "core/node/tls_listening.h"

#include "core/node/log.h"
#include "core/node/value_conversion.h"

#include <QSysInfo>

#include <utility>

namespace warren::node {

using management::CommandResult;
using management::CommandStatus;

namespace {

std::vector<std::string> hostNames() { return {utf8Of(QSysInfo::machineHostName())}; }

CommandResult refused(CommandStatus status, const std::string& text)
{
    return {status, textOf(std::string_view{text}), {}};
}

QString filePathOf(const std::filesystem::path& path)
{
    return textOf(std::string_view{path.native()});
}

}  // namespace

TlsListening::TlsListening(const NodeConfig& config, Logger& logger, Listen listen)
    : m_config(config), m_logger(logger), m_listen(std::move(listen))
{
}

Status<TlsListening::Failure> TlsListening::start(const std::filesystem::path& dataFolder)
{
    m_dataFolder = dataFolder;
    if (m_config.tlsListeners.empty()) {
        if (const auto listener = rememberedTestListener(dataFolder)) resume(*listener);
        return {};
    }
    m_credentials.emplace(m_config.tls, m_logger);
    if (const auto status = m_credentials->load(); !status) {
        return Failure{.isAboutFiles = true, .text = status.error()};
    }
    for (const ListenAddress& address : m_config.tlsListeners) {
        auto endpoint = m_listen(address);
        if (!endpoint) return Failure{.isAboutFiles = false, .text = endpoint.error().text};
        m_endpoints.push_back(std::move(*endpoint));
    }
    return {};
}

void TlsListening::reloadIfChanged()
{
    if (!m_endpoints.empty()) m_credentials->reloadIfChanged();
}

void TlsListening::resume(const TestListener& listener)
{
    if (const auto status = renewTestServerCertificate(listener.folder, hostNames()); !status) {
        m_logger.warning("the test certificate for TLS cannot be renewed: " + status.error());
    }
    const auto endpoint = listenWithTestCertificates(listener.folder, listener.port);
    if (!endpoint) {
        m_logger.error("does not listen with test certificates for TLS: " + endpoint.error());
    } else if (endpoint->port != listener.port) {
        m_logger.warning("the port for TLS is taken; another one is used",
                         {{"wanted", listener.port}, {"used", endpoint->port}});
    }
}

Result<net::Endpoint, std::string> TlsListening::listenWithTestCertificates(
    const std::filesystem::path& folder, std::uint16_t port)
{
    TlsCredentials credentials{testCertificatesIn(folder, {}).tlsOptions(), m_logger};
    if (const auto status = credentials.load(); !status) return status.error();
    ListenAddress address;
    if (!m_config.listeners.empty()) address = m_config.listeners.front();
    address.port = port;
    auto endpoint = m_listen(address);
    if (!endpoint) {
        address.port = 0;
        endpoint = m_listen(address);
    }
    if (!endpoint) return endpoint.error().text;
    m_credentials.emplace(std::move(credentials));
    m_endpoints.push_back(*endpoint);
    m_testFolder = folder;
    return *endpoint;
}

CommandResult TlsListening::createTestCertificates(
    const management::CreateTestCertificates& command)
{
    const std::string clientName = utf8Of(command.clientName);
    if (!isValidCommonName(clientName)) {
        return refused(CommandStatus::Invalid,
                       "the client's name must have 1 to 64 characters, no control characters");
    }
    std::filesystem::path folder = utf8Of(command.folder);
    if (folder.empty()) folder = testCertificateFolder(m_dataFolder);
    if (!folder.is_absolute()) {
        return refused(CommandStatus::Invalid, "the folder must be given from the root on");
    }
    if (command.startsListener && !m_endpoints.empty() && m_testFolder != folder) {
        return refused(CommandStatus::Conflict,
                       "TLS is in use already, with certificates of another place");
    }
    const auto files = warren::node::createTestCertificates(folder, clientName, hostNames());
    if (!files) return refused(CommandStatus::Invalid, files.error());

    management::CertificatesResult result{
        .folder = filePathOf(folder),
        .authorityFile = filePathOf(files->authority),
        .serverCertificateFile = filePathOf(files->serverCertificate),
        .serverKeyFile = filePathOf(files->serverKey),
        .clientCertificateFile = filePathOf(files->clientCertificate),
        .clientKeyFile = filePathOf(files->clientKey)};
    if (command.startsListener) {
        if (m_endpoints.empty()) {
            const auto endpoint = listenWithTestCertificates(folder, kPortDefault);
            if (!endpoint) return refused(CommandStatus::Invalid, endpoint.error());
            m_logger.info("accepts connections with TLS", {{"address", endpoint->text()}});
            const auto status =
                rememberTestListener(m_dataFolder, {folder, m_endpoints.front().port});
            if (!status)
                m_logger.error("TLS will not be there at the next start: " + status.error());
        }
        result.port = m_endpoints.front().port;
    }
    return {CommandStatus::Done, {}, std::move(result)};
}

}  // namespace warren::node
