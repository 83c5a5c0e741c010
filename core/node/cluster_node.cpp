#include "core/node/cluster_node.h"

#include "core/node/cluster_disk.h"
#include "core/node/cluster_sight.h"
#include "core/node/log.h"
#include "core/node/tls_credentials.h"
#include "core/node/value_conversion.h"
#include "core/peer/node_links.h"

#include <QRandomGenerator>
#include <QTimer>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <variant>

namespace warren::node {

using cluster::NodeName;

namespace {

/// RabbitMQ's distribution port is so far above that of AMQP.
constexpr std::uint16_t kPortDistance = 20000;

}  // namespace

// The member's world. Not in an anonymous namespace: Impl, which has them, is none of this file's
// own.
namespace cluster_world {

class Clock final : public raft::RaftClock {
public:
    explicit Clock(std::function<Instant()> now) : m_now(std::move(now)) {}
    Instant now() override { return m_now(); }

private:
    std::function<Instant()> m_now;
};

class Links final : public member::MemberLinks {
public:
    std::unique_ptr<peer::NodeLinks> links;

    bool send(const NodeName& to, ByteView frame) override { return links->send(to, frame); }
    void setPeer(const NodeName& name, const std::string& address) override
    {
        links->setPeer(name, address);
    }
    void removePeer(const NodeName& name) override { links->removePeer(name); }
    bool isUp(const NodeName& name) const override { return links->isUp(name); }
    bool isHeard(const NodeName& name) const override { return links->state(name).isHeard; }
    void introduce(const std::string& address,
                   std::function<void(Result<NodeName, member::NotIntroduced>)> done) override
    {
        links->introduce(
            address, [done = std::move(done)](Result<peer::PeerIdentity, peer::ConnectionEnd> who) {
                if (who) return done(who->name);
                done(member::NotIntroduced{who.error().isRefusal, who.error().reason});
            });
    }
    std::string ownAddress() const override { return links->self().address; }
};

member::MemberDefaults defaultsOf(const NodeConfig& config)
{
    return {.locator = cluster::masterLocatorNamed(config.cluster.queueMasterLocator)
                           .value_or(cluster::MasterLocator::ClientLocal),
            .syncBatchSize = config.cluster.syncBatchSize,
            .syncBytesPerSecondMax = config.cluster.syncBytesPerSecondMax};
}

}  // namespace cluster_world

using cluster_world::defaultsOf;

class ClusterNode::Impl {
public:
    Impl(const NodeConfig& config, Environment environment, std::filesystem::path folder,
         NodeName self)
        : world(std::move(environment)),
          joinAddress(config.cluster.joinAddress),
          joinType(config.cluster.joinType),
          disk(std::move(folder), world.logger),
          clock(world.now),
          seed(QRandomGenerator::system()->generate64()),
          theMember({.self = std::move(self),
                     .broker = world.broker,
                     .disk = disk,
                     .links = links,
                     .clock = clock,
                     .seed = seed,
                     .defaults = defaultsOf(config),
                     .load = world.load,
                     .wake = world.wake,
                     .serve = world.serve,
                     .setConnectionBase = world.setConnectionBase,
                     .keep = world.keep,
                     .emptied = world.emptied,
                     .status = world.status,
                     .note = [this](const std::string& text) { world.logger.info(text); },
                     .warn = [this](const std::string& text) { world.logger.warning(text); }})
    {
        QObject::connect(&timer, &QTimer::timeout, &timer, [this] { theMember.tick(); });
    }

    Status<std::string> loadTls(const ClusterTls& tls);
    Status<std::string> listen(const NodeConfig& config, peer::Cookie cookie);
    void join();

    Environment world;
    std::string joinAddress;
    cluster::NodeType joinType;
    ClusterDisk disk;
    cluster_world::Clock clock;
    cluster_world::Links links;
    std::uint64_t seed;
    std::uint16_t port = 0;                     // where it listens
    std::optional<TlsCredentials> credentials;  // nullopt: the links are without TLS
    member::ClusterMember theMember;
    QTimer timer;
};

Status<std::string> ClusterNode::Impl::loadTls(const ClusterTls& tls)
{
    if (!tls.isWanted()) return {};
    credentials.emplace(tls.tlsOptions(), world.logger, "TLS between nodes");
    if (auto loaded = credentials->load(); !loaded) {
        return "TLS between nodes is not possible: " + loaded.error();
    }
    return {};
}

Status<std::string> ClusterNode::Impl::listen(const NodeConfig& config, peer::Cookie cookie)
{
    peer::NodeLinks::Callbacks callbacks;
    callbacks.linkUp = [this](const peer::PeerIdentity& peer) { theMember.linkUp(peer.name); };
    callbacks.linkDown = [this](const NodeName& peer, const std::string& reason) {
        world.logger.debug("lost the way to node " + peer.text() + ": " + reason);
        theMember.linkDown(peer);
    };
    callbacks.gone = [this](const NodeName& peer) { theMember.gone(peer); };
    callbacks.heard = [this](const peer::PeerIdentity& peer) {
        theMember.heard(peer.name, peer.address);
    };
    callbacks.silent = [this](const NodeName& peer) { theMember.silent(peer); };
    callbacks.received = [this](const peer::PeerIdentity& from, ByteView frame) {
        theMember.received(from.name, from.address, frame);
    };
    callbacks.warned = [this](const std::string& sentence) { world.logger.warning(sentence); };
    std::string address = "127.0.0.1";
    std::uint16_t wanted = 0;
    if (!config.listeners.empty()) {
        const ListenAddress& amqp = config.listeners.front();
        if (amqp.port != 0 && amqp.port <= UINT16_MAX - kPortDistance) {
            wanted = static_cast<std::uint16_t>(amqp.port + kPortDistance);
        }
        const bool isNumeric =
            !amqp.address.empty() &&
            amqp.address.find_first_not_of("0123456789abcdefABCDEF.:") == std::string::npos;
        if (isNumeric) address = amqp.address;
    }
    if (config.cluster.port) wanted = *config.cluster.port;
    peer::PeerIdentity self{theMember.self(), config.cluster.address, seed};
    // All addresses are none that others can dial: they know this machine by the node's name.
    const bool isEverywhere = address == "0.0.0.0" || address == "::";
    if (self.address.empty() && isEverywhere && wanted != 0) {
        self.address = std::string{self.name.host()} + ":" + std::to_string(wanted);
    }
    links.links =
        std::make_unique<peer::NodeLinks>(self, std::move(cookie), peer::LinkOptions{}, callbacks);
    if (credentials) links.links->useTls(credentials->context());
    auto endpoint = links.links->listen(address, wanted);
    if (!endpoint && !config.cluster.port) endpoint = links.links->listen(address, 0);
    if (!endpoint) return endpoint.error();
    port = endpoint->port;
    return {};
}

void ClusterNode::Impl::join()
{
    if (joinAddress.empty()) return;
    theMember.join(joinAddress, joinType, [this](const std::optional<std::string>& refusal) {
        if (refusal) {
            world.logger.error("this node could not join the cluster at " + joinAddress + ": " +
                               *refusal);
        } else {
            world.logger.info("this node joins the cluster at " + joinAddress);
        }
    });
}

// ------------------------------------------------------------------------------------------- start

ClusterNode::ClusterNode(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}

ClusterNode::~ClusterNode() = default;

Result<std::unique_ptr<ClusterNode>, ClusterNode::Failure> ClusterNode::open(
    const NodeConfig& config, const std::filesystem::path& folder, Environment environment)
{
    auto self = NodeName::parse(config.nodeName);
    if (!self) {
        // The name of this machine may be none that a cluster can use.
        environment.logger.warning(self.error() + "; in a cluster it is warren@localhost");
        self = NodeName::parse("warren@localhost");
    }
    const std::filesystem::path cookieFile =
        config.cluster.cookieFile.isEmpty()
            ? folder / "cookie"
            : std::filesystem::path{utf8Of(config.cluster.cookieFile)};
    auto cookie = peer::Cookie::loadOrCreate(cookieFile);
    if (!cookie) return Failure{true, cookie.error()};
    auto impl = std::make_unique<Impl>(config, std::move(environment), folder, std::move(*self));
    if (auto loaded = impl->loadTls(config.cluster.tls); !loaded) {
        return Failure{true, loaded.error()};
    }
    if (auto opened = impl->disk.openIfThere(); !opened) return Failure{true, opened.error()};
    if (auto listening = impl->listen(config, std::move(*cookie)); !listening) {
        return Failure{false, listening.error()};
    }
    return std::unique_ptr<ClusterNode>(new ClusterNode(std::move(impl)));
}

void ClusterNode::reloadIfChanged()
{
    if (!m_impl->credentials) return;
    m_impl->credentials->reloadIfChanged();
    m_impl->links.links->useTls(m_impl->credentials->context());
}

bool ClusterNode::isMember() const
{
    return bool{m_impl->disk.identity().id} || m_impl->disk.isRamNode();
}

cluster::NodeType ClusterNode::type() const
{
    return m_impl->disk.isRamNode() ? cluster::NodeType::Ram : cluster::NodeType::Disk;
}

Status<std::string> ClusterNode::start()
{
    if (auto started = m_impl->theMember.start(); !started) return started;
    m_impl->timer.start(member::ClusterMember::kTick);
    if (!isMember()) m_impl->join();
    return {};
}

member::ClusterMember& ClusterNode::member() { return m_impl->theMember; }
const member::ClusterMember& ClusterNode::member() const { return m_impl->theMember; }

std::uint16_t ClusterNode::port() const { return m_impl->port; }

const std::string& ClusterNode::address() const { return m_impl->links.links->self().address; }

// -------------------------------------------------------------------------------------- management

namespace {

using management::CommandResult;
using management::CommandStatus;

struct ClusterVerbs {
    member::ClusterMember& member;
    const broker::Broker& broker;
    member::ClusterMember::Done done;

    bool operator()(const management::JoinCluster& command) const
    {
        member.join(utf8Of(command.address),
                    command.asRamNode ? cluster::NodeType::Ram : cluster::NodeType::Disk, done);
        return true;
    }
    bool operator()(const management::ChangeClusterNodeType& command) const
    {
        member.changeType(command.toRamNode ? cluster::NodeType::Ram : cluster::NodeType::Disk,
                          done);
        return true;
    }
    bool operator()(const management::ResetNode&) const
    {
        member.reset(done);
        return true;
    }
    bool operator()(const management::ForgetClusterNode& command) const
    {
        const auto name = NodeName::parse(utf8Of(command.node));
        if (name) {
            member.forget(*name, done);
        } else {
            done(name.error());
        }
        return true;
    }
    bool operator()(const management::RenameCluster& command) const
    {
        member.rename(utf8Of(command.name), done);
        return true;
    }
    bool operator()(const management::MoveMaster& command) const
    {
        const auto name = NodeName::parse(utf8Of(command.node));
        const auto queue = queueOf(command.queue);
        if (!name) {
            done(name.error());
        } else if (queue) {
            member.moveMaster(*queue, *name, done);
        }
        return true;
    }
    bool operator()(const management::SynchroniseQueue& command) const
    {
        if (const auto queue = queueOf(command.queue)) member.synchronise(*queue, done);
        return true;
    }
    bool operator()(const management::CancelSynchronisation& command) const
    {
        if (const auto queue = queueOf(command.queue)) member.cancelSynchronisation(*queue, done);
        return true;
    }
    bool operator()(const management::RebalanceQueues&) const
    {
        member.rebalance(done);
        return true;
    }
    template <typename Other>
    bool operator()(const Other&) const
    {
        return false;
    }

private:
    /// Says so if there is none.
    std::optional<QueueId> queueOf(const management::ResourceKey& key) const
    {
        const broker::Vhost* vhost = broker.findVhost(utf8Of(key.vhost));
        const broker::Queue* queue =
            vhost == nullptr ? nullptr : vhost->findQueue(utf8Of(key.name));
        if (queue != nullptr) return queue->id();
        done("no queue '" + utf8Of(key.name) + "' in vhost '" + utf8Of(key.vhost) + "'");
        return std::nullopt;
    }
};

}  // namespace

bool ClusterNode::execute(const management::ManagementCommand& command,
                          const CommandPromise& promise)
{
    const ClusterVerbs verbs{
        m_impl->theMember, m_impl->world.broker,
        [promise](const std::optional<std::string>& refusal) {
            if (refusal) {
                promise->addResult(
                    CommandResult{CommandStatus::Conflict, textOf(std::string_view{*refusal}), {}});
            } else {
                promise->addResult(CommandResult{});
            }
            promise->finish();
        }};
    return std::visit(verbs, command);
}

management::ClusterView ClusterNode::view() const
{
    const member::ClusterMember& member = m_impl->theMember;
    const auto& membership = member.metadata().membership();
    const auto text = [](const std::string& utf8) { return textOf(std::string_view{utf8}); };
    management::ClusterView view;
    view.name =
        text(membership.clusterName().empty() ? member.self().text() : membership.clusterName());
    view.isClustered = member.isClustered() || member.isJoining();
    view.pausedReason = text(member.isServing() ? std::string{} : member.pausedReason());
    view.clusterAddress = text(address());
    const cluster::NodeName leader = member.leaderName();
    std::map<NodeName, PeerSight> peers;
    std::map<NodeName, std::pair<std::uint32_t, std::uint32_t>> counts;
    for (const auto& [queue, placement] : member.metadata().placements().all()) {
        if (placement.master) counts[placement.master].first += 1;
        for (const NodeName& mirror : placement.mirrors)
            counts[mirror].second += 1;
    }
    for (const auto& [name, node] : membership.nodes()) {
        management::ClusterNodeRow row;
        row.name = text(name.text());
        row.address = text(node.address);
        row.isDisk = node.type == cluster::NodeType::Disk;
        row.isSelf = name == member.self();
        row.leadsDefinitions = name == leader;
        const bool isThere =
            row.isSelf || (m_impl->links.isUp(name) && m_impl->links.isHeard(name));
        const member::Status* status = member.statusOf(name);
        const bool isPaused =
            row.isSelf ? !member.isServing() : status != nullptr && status->isPaused;
        row.state = nodeStateOf(
            node.state,
            {.isThere = isThere, .isPaused = isPaused, .isStopping = member.isStopping(name)});
        row.masterCount = counts[name].first;
        row.mirrorCount = counts[name].second;
        if (status != nullptr) {
            row.connectionCount = status->connectionCount;
            row.memoryBytes = status->memoryBytes;
            row.memoryLimitBytes = status->memoryLimitBytes;
            row.diskFreeBytes = status->diskFreeBytes;
            row.diskLimitBytes = status->diskLimitBytes;
            row.hasMemoryAlarm = status->hasMemoryAlarm;
            row.hasDiskAlarm = status->hasDiskAlarm;
        }
        view.nodes.append(row);
        if (row.isSelf) continue;
        peers[name] = {
            .link = m_impl->links.links->state(name),
            .linkedTo = status == nullptr ? std::nullopt : std::optional{status->linkedTo}};
    }
    view.links = linkRowsOf(member.self(), peers);
    for (const auto& [id, placement] : member.metadata().placements().all()) {
        const broker::Queue* queue = m_impl->world.broker.findQueue(id);
        if (queue == nullptr || queue->definition().exclusiveOwner) continue;
        management::QueueReplicasRow row;
        row.key = {text(queue->definition().vhost), text(queue->definition().name)};
        row.policy = text(queue->policy());
        row.master = text(placement.master.text());
        row.epoch = placement.epoch;
        row.lossCount = placement.lossCount;
        const auto add = [&](const NodeName& name, bool isMaster) {
            management::ReplicaRow replica;
            replica.node = text(name.text());
            const mirroring::MirrorProgress progress = member.progressOf(id, name);
            const bool isCopying = progress.phase == mirroring::MirrorProgress::Phase::Copying;
            replica.state = !membership.isRunning(name) ? management::ReplicaState::Gone
                            : isMaster                  ? management::ReplicaState::Master
                            : placement.isInSync(name)  ? management::ReplicaState::InSync
                            : isCopying                 ? management::ReplicaState::Synchronising
                                                        : management::ReplicaState::Behind;
            replica.lagCount = progress.leftCount;
            const double total = static_cast<double>(progress.copiedCount + progress.leftCount);
            if (isCopying && total > 0) {
                replica.progress = static_cast<double>(progress.copiedCount) / total;
            }
            row.replicas.append(replica);
        };
        if (placement.master) add(placement.master, true);
        for (const NodeName& mirror : placement.mirrors)
            add(mirror, false);
        view.queues.append(row);
    }
    std::ranges::sort(view.queues, {}, [](const auto& row) { return row.key; });
    return view;
}

}  // namespace warren::node
