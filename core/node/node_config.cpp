#include "core/node/node_config.h"

#include <QStandardPaths>
#include <QSysInfo>

#include <algorithm>

namespace warren::node {

namespace {

/// As RabbitMQ does by default: the host's name without its domain.
std::string shortHostName()
{
    const std::string host = QSysInfo::machineHostName().toStdString();
    const std::string label = host.substr(0, host.find('.'));
    return label.empty() ? "localhost" : label;
}

}  // namespace

bool ClusterTls::isWanted() const
{
    return !certificateFile.empty() || !keyFile.empty() || !authorityFile.empty();
}

bool ClusterTls::isComplete() const
{
    return !certificateFile.empty() && !keyFile.empty() && !authorityFile.empty();
}

net::TlsOptions ClusterTls::tlsOptions() const
{
    net::TlsOptions options;
    options.authorityFile = authorityFile;
    options.certificateFile = certificateFile;
    options.keyFile = keyFile;
    options.verifiesPeer = true;
    options.requiresPeerCertificate = true;
    return options;
}

std::uint64_t MemoryWatermark::bytes(std::uint64_t totalMemoryBytes) const
{
    if (absoluteBytes) return *absoluteBytes;
    return static_cast<std::uint64_t>(static_cast<double>(totalMemoryBytes) * relative);
}

std::uint64_t DiskFreeLimit::bytes(std::uint64_t totalMemoryBytes) const
{
    if (!relativeToMemory) return absoluteBytes;
    return static_cast<std::uint64_t>(static_cast<double>(totalMemoryBytes) * *relativeToMemory);
}

NodeConfig defaultNodeConfig()
{
    NodeConfig config;
    config.nodeName = "warren@" + shortHostName();
    // Not AppDataLocation, which names the program: desktop and headless node share their data.
    config.dataFolder = QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) +
                        QStringLiteral("/warren");
    return config;
}

bool isValidNodeName(const std::string& name)
{
    const std::size_t at = name.find('@');
    if (at == 0 || at == std::string::npos || at + 1 == name.size()) return false;
    if (name.find('@', at + 1) != std::string::npos) return false;
    return std::ranges::none_of(name, [](unsigned char c) { return c <= ' ' || c == 0x7f; });
}

}  // namespace warren::node
