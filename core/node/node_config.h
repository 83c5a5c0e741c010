#pragma once

#include "core/management/snapshot.h"

#include <QString>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace warren::node {

using LogLevel = management::LogLevel;

/// Where to accept AMQP connections.
struct ListenAddress {
    std::string address = "127.0.0.1";  ///< numeric IPv4 or IPv6, or a host name
    std::uint16_t port = 5672;          ///< 0: any free one
    bool operator==(const ListenAddress&) const = default;
};

/// Above how much memory publishers are blocked.
struct MemoryWatermark {
    double relative = 0.4;  ///< part of the machine's memory, or of the control group's
    std::optional<std::uint64_t> absoluteBytes;  ///< if set, it holds instead
    bool operator==(const MemoryWatermark&) const = default;

    std::uint64_t bytes(std::uint64_t totalMemoryBytes) const;
};

/// Below how much free space in the data folder publishers are blocked.
struct DiskFreeLimit {
    std::uint64_t absoluteBytes = 50'000'000;
    std::optional<double> relativeToMemory;  ///< if set, it holds instead: times the memory
    bool operator==(const DiskFreeLimit&) const = default;

    std::uint64_t bytes(std::uint64_t totalMemoryBytes) const;
};

/// Everything about a node that is decided before it starts. The defaults are RabbitMQ's, but for
/// the address: a desktop's broker is not for the network unless somebody says so.
///
/// Filled by the command line and rabbitmq.conf, handed to Node, read by nobody else.
struct NodeConfig {
    std::vector<ListenAddress> listeners{ListenAddress{}};  ///< at least one
    int listenBacklog = 4096;                               ///< connections
    std::string nodeName;                                   ///< "warren@host"
    std::string clusterName;                                ///< empty: the node's name
    QString dataFolder;                                     ///< absolute; meaningless if ephemeral
    /// Nothing is kept: data live in a folder of their own that is removed at the end.
    bool isEphemeral = false;
    LogLevel logLevel = LogLevel::Info;

    std::chrono::seconds heartbeat{60};    ///< suggested to clients; 0: none
    std::uint32_t frameBytesMax = 131072;  ///< suggested to clients; 0: no limit
    std::uint16_t channelMax = 2047;       ///< per connection; 0: no limit
    std::uint64_t messageBytesMax = 134'217'728;
    /// From accept to connection.open; nullopt: no limit.
    std::optional<std::chrono::milliseconds> handshakeTimeout = std::chrono::milliseconds{10'000};

    std::string defaultUser = "guest";  ///< created in an empty node, with all permissions
    std::string defaultPassword = "guest";
    std::string defaultVhost = "/";
    std::vector<std::string> loopbackUsers{"guest"};  ///< may connect from this machine only

    MemoryWatermark memoryWatermark;
    DiskFreeLimit diskFreeLimit;

    bool operator==(const NodeConfig&) const = default;

    const std::string& effectiveClusterName() const
    {
        return clusterName.empty() ? nodeName : clusterName;
    }
};

/// The defaults, with what depends on this machine and this user: node name and data folder.
NodeConfig defaultNodeConfig();

/// True for "name@host" with both parts there and without spaces or control characters.
bool isValidNodeName(const std::string& name);

}  // namespace warren::node
