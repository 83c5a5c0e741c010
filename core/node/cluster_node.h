#pragma once

#include "core/management/management_command.h"
#include "core/management/snapshot.h"
#include "core/member/cluster_member.h"
#include "core/node/node_config.h"

#include <QObject>
#include <QPromise>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace warren::node {

class Logger;

/// The node's part in its cluster, put together: links, the disk of the agreement, and the member
/// itself.
/// Thread: the broker's, whose event loop runs.
class ClusterNode {
public:
    struct Environment {
        broker::Broker& broker;
        Logger& logger;
        std::function<Instant()> now;
        std::function<void(std::vector<broker::BodyRequest>&&)> load;
        std::function<void()> wake;
        std::function<void(bool isServing, const std::string& reason)> serve;
        std::function<void(std::uint64_t base)> setConnectionBase;
        std::function<Status<std::string>(cluster::NodeType)> keep;
        std::function<void()> emptied;
        std::function<member::Status()> status;
    };

    struct Failure {
        /// The cookie, those of TLS, or the one of the agreement; else the port.
        bool isAboutFiles = false;
        std::string text{};
    };

    /// Listens for other nodes. @param folder  the data folder, which is reserved
    static Result<std::unique_ptr<ClusterNode>, Failure> open(const NodeConfig& config,
                                                              const std::filesystem::path& folder,
                                                              Environment environment);
    ~ClusterNode();

    /// To be called now and then: the certificates of TLS may have changed.
    void reloadIfChanged();

    /// Whether it is a member of a cluster, going by its disk.
    bool isMember() const;
    /// What it was when it ended, and is now unless it has just changed.
    cluster::NodeType type() const;
    /// After the store was restored.
    Status<std::string> start();
    member::ClusterMember& member();
    const member::ClusterMember& member() const;
    /// What other nodes are told to dial: "127.0.0.1:25672".
    const std::string& address() const;
    /// Where it listens for them.
    std::uint16_t port() const;

    using CommandPromise = std::shared_ptr<QPromise<management::CommandResult>>;
    /// @returns whether it is a command of the cluster, which is answered later
    bool execute(const management::ManagementCommand& command, const CommandPromise& promise);
    management::ClusterView view() const;

private:
    class Impl;
    explicit ClusterNode(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> m_impl;
};

}  // namespace warren::node
