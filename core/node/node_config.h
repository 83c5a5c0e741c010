#pragma once

#include "core/cluster/node_type.h"
#include "core/management/snapshot.h"
#include "core/net/tls_options.h"

#include <QString>

#include <chrono>
#include <cstddef>
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

/// The name in a client's certificate that the mechanism EXTERNAL takes for its user.
struct CertificateLogin {
    enum class Source { DistinguishedName, CommonName, SubjectAlternativeName };
    Source source = Source::DistinguishedName;
    /// Which alternative name: the one at `alternativeIndex` (from 0) among those of this kind.
    net::AlternativeName::Kind alternativeKind = net::AlternativeName::Kind::Dns;
    std::size_t alternativeIndex = 0;
    bool operator==(const CertificateLogin&) const = default;
};

/// What the default user may do in the default vhost: regular expressions.
struct DefaultPermissions {
    std::string configure = ".*";
    std::string read = ".*";
    std::string write = ".*";
    bool operator==(const DefaultPermissions&) const = default;
};

/// TLS on the links between the nodes of a cluster: PEM files, all of them or none.
struct ClusterTls {
    std::string certificateFile;  ///< this node's own, then those between it and the root
    std::string keyFile;          ///< not encrypted: there is nowhere to ask for its password
    std::string authorityFile;    ///< who issues the certificates of the nodes
    bool operator==(const ClusterTls&) const = default;

    bool isWanted() const;
    bool isComplete() const;
    net::TlsOptions tlsOptions() const;
};

/// Settings of a cluster. Read and judged, but nothing acts on them while a node is alone.
struct ClusterSettings {
    enum class PartitionHandling { Ignore, PauseMinority, Autoheal, PauseIfAllDown };
    PartitionHandling partitionHandling = PartitionHandling::Ignore;
    std::vector<std::string> pauseIfAllDownNodes;
    bool pauseIfAllDownHeals = false;  ///< recover = autoheal; else ignore
    std::string discoveryBackend = "classic_config";
    std::vector<std::string> nodes;  ///< of cluster_formation.classic_config
    std::uint32_t targetSizeHint = 1;
    std::chrono::milliseconds keepaliveInterval{10'000};
    std::string queueMasterLocator = "client-local";  ///< or "min-masters", "random"
    std::uint32_t syncBatchSize = 4096;               ///< messages per batch of a new mirror
    std::uint64_t syncBytesPerSecondMax = 0;          ///< 0: no limit
    /// Where other nodes find this one; 0: any free port; nullopt: 20000 above that of AMQP if that
    /// is free, else any, as RabbitMQ's distribution port.
    std::optional<std::uint16_t> port;
    std::string address;      ///< "host:port" that the others are told; empty: where it listens
    QString cookieFile;       ///< absolute; empty: "cookie" in the data folder
    std::string joinAddress;  ///< of a member; joined at the start, unless it is in a cluster
    cluster::NodeType joinType = cluster::NodeType::Disk;  ///< what it becomes then
    ClusterTls tls;
    bool operator==(const ClusterSettings&) const = default;
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
    /// Without TLS; with `tlsListeners` at least one.
    std::vector<ListenAddress> listeners{ListenAddress{}};
    std::vector<ListenAddress> tlsListeners;
    net::TlsOptions tls;  ///< of all TLS listeners
    std::chrono::milliseconds tlsHandshakeTimeout{5000};
    CertificateLogin certificateLogin;
    std::vector<std::string> authMechanisms{"AMQPLAIN", "PLAIN"};
    int listenBacklog = 4096;  ///< connections
    std::string nodeName;      ///< "warren@host"
    std::string clusterName;   ///< empty: the node's name
    QString dataFolder;        ///< absolute; meaningless if ephemeral
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
    std::string eventVhost;  ///< of the exchange amq.rabbitmq.event; empty: the default one
    DefaultPermissions defaultPermissions;
    std::vector<std::string> defaultUserTags{"administrator"};
    std::vector<std::string> loopbackUsers{"guest"};  ///< may connect from this machine only

    /// How long a consumer may leave a delivery without its acknowledgement; nullopt: for ever.
    std::optional<std::chrono::milliseconds> consumerTimeout = std::chrono::milliseconds{1'800'000};

    MemoryWatermark memoryWatermark;
    /// Above this part of the watermark, bodies leave memory for the disk.
    double memoryPagingRatio = 0.5;
    DiskFreeLimit diskFreeLimit;
    ClusterSettings cluster;

    bool operator==(const NodeConfig&) const = default;

    const std::string& effectiveEventVhost() const
    {
        return eventVhost.empty() ? defaultVhost : eventVhost;
    }
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
