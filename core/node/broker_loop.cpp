#include "core/node/broker_loop.h"

#include "core/base/time.h"
#include "core/broker/broker.h"
#include "core/net/descriptor_limit.h"
#include "core/net/listener.h"
#include "core/net/poller.h"
#include "core/node/browsing.h"
#include "core/node/client_link.h"
#include "core/node/cluster_node.h"
#include "core/node/connection_strings.h"
#include "core/node/default_definitions.h"
#include "core/node/log.h"
#include "core/node/management_executor.h"
#include "core/node/node_store.h"
#include "core/node/publisher_holds.h"
#include "core/node/resource_watch.h"
#include "core/node/snapshot_builder.h"
#include "core/node/tls_listening.h"
#include "core/node/user_store.h"
#include "core/node/value_conversion.h"
#include "core/storage/data_folder.h"

#include <QDateTime>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTimer>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <malloc.h>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>

namespace warren::node {

namespace {

/// What comes in before the broker flushes and looks who has to be held back.
constexpr std::size_t kTurnBytesMax = 8 * 1024 * 1024;
/// A turn flushes again while deliveries free credit, but lets others have their turn in between.
constexpr int kFlushRoundsMax = 8;
constexpr std::chrono::milliseconds kHousekeepingInterval{250};

Instant steadyNow() { return {std::chrono::steady_clock::now().time_since_epoch()}; }

WallTime wallNow()
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::milliseconds>(now)};
}

ExitCode exitCodeOf(storage::IoError::Kind kind)
{
    using Kind = storage::IoError::Kind;
    switch (kind) {
    case Kind::NotWritable:
    case Kind::DiskFull: return ExitCode::DataFolderNotWritable;
    case Kind::InUse: return ExitCode::DataFolderInUse;
    case Kind::NewerVersion: return ExitCode::DatabaseNewer;
    case Kind::Damaged: return ExitCode::DatabaseDamaged;
    case Kind::Failed: return ExitCode::StorageFailed;
    }
    return ExitCode::Unexpected;
}

NodeFailure failureOf(const storage::IoError& error)
{
    return {exitCodeOf(error.kind), textOf(std::string_view{error.text})};
}

session::SessionConfig sessionConfigOf(const NodeConfig& config)
{
    session::SessionConfig result;
    result.serverProperties =
        session::serverProperties(WARREN_VERSION, config.effectiveClusterName());
    result.frameBytesMax = config.frameBytesMax;
    result.channelMax = config.channelMax;
    result.heartbeatSeconds = static_cast<std::uint16_t>(config.heartbeat.count());
    result.messageBytesMax = config.messageBytesMax;
    result.mechanisms = config.authMechanisms;
    // Without a limit: as long as a duration that can still be added to can be.
    constexpr Duration kUnlimited = std::chrono::hours{24 * 365};
    result.handshakeTimeout =
        config.handshakeTimeout ? Duration{*config.handshakeTimeout} : kUnlimited;
    return result;
}

}  // namespace

/// What exists while the loop runs; everything on the broker thread.
class BrokerLoop::Impl {
public:
    Impl(BrokerLoop& owner, const NodeConfig& config, Logger& logger);

    Result<NodeStarted, NodeFailure> open();
    void handOver(std::function<void()> done);
    void stop();
    void turn();
    void watch(const management::WatchScope& scope, std::chrono::milliseconds interval);
    management::CommandResult execute(const management::ManagementCommand& command);
    bool executeInCluster(const management::ManagementCommand& command,
                          const ClusterNode::CommandPromise& promise)
    {
        if (m_cluster == nullptr || !m_cluster->execute(command, promise)) return false;
        scheduleTurn();
        return true;
    }
    void browse(const management::BrowseMessages& command, const Browsing::Promise& promise)
    {
        m_browsing.begin(command, promise);
    }

private:
    Result<std::filesystem::path, NodeFailure> chooseFolder();
    Status<NodeFailure> openFolder();
    Status<NodeFailure> openStore();
    Status<std::string> keep(cluster::NodeType type);
    Status<NodeFailure> openCluster();
    void serve(bool isServing, const std::string& reason);
    member::Status memberStatus() const;
    void noteCommitted();
    bool isClustered() const { return m_cluster != nullptr && m_cluster->member().isClustered(); }
    Status<NodeFailure> listen();
    void restore(storage::RecoveredState&& recovered);
    void addDefaults();
    enum class Transport { Plain, Tls };
    Result<net::Endpoint, net::NetError> listenOn(const ListenAddress& address,
                                                  Transport transport);
    void accept(net::FileDescriptor descriptor, Transport transport);
    void forget(ClientLink& link, net::CloseReason reason);
    void handOverToStore();
    void takeBodies(std::vector<broker::LoadedBody>&& bodies);
    void storeFailed(const storage::IoError& error);
    void housekeep();
    void readResources();
    void foresee();
    void applyAlarms();
    MemoryBooks::Amounts amounts() const;
    template <typename Command>
    management::CommandResult setLimit(const Command& command);
    void noteReceived(std::size_t byteCount);
    void scheduleTurn();
    void readClocks() { m_broker.setNow(steadyNow(), wallNow()); }
    void armTimer();
    void sendSnapshot();
    management::Overview overview() const;

    BrokerLoop& m_owner;
    const NodeConfig& m_config;
    Logger& m_logger;
    const session::SessionConfig m_sessionConfig;
    broker::Broker m_broker;
    UserStore m_users;
    std::unique_ptr<QTemporaryDir> m_ephemeralFolder;
    std::optional<storage::DataFolder> m_folder;
    std::unique_ptr<NodeStore> m_store;
    std::unique_ptr<ClusterNode> m_cluster;
    bool m_isServing = true;
    net::Poller m_poller;
    ClientLink::Context m_linkContext;
    PublisherHolds::Links m_links;
    PublisherHolds m_holds;
    std::vector<ClientLink*> m_touched;
    std::vector<std::unique_ptr<ClientLink>> m_gone;  // freed when the turn is over
    std::vector<std::unique_ptr<net::Listener>> m_listeners;
    std::vector<net::Endpoint> m_endpoints;
    TlsListening m_tls;
    ConnectionId m_lastConnectionId;
    QTimer m_housekeeping;
    QTimer m_snapshotTimer;
    QTimer m_deadline;  // of what happens in the broker by itself
    bool m_isTurnScheduled = false;
    bool m_isInTurn = false;
    std::size_t m_turnBytes = 0;  // received since the last turn
    QString m_storageError;
    ResourceWatch m_resources;
    management::WatchScope m_scope;
    SnapshotBuilder m_snapshots;
    ManagementExecutor m_executor;
    Browsing m_browsing;
    const QDateTime m_startedAt = QDateTime::currentDateTime();
};

BrokerLoop::Impl::Impl(BrokerLoop& owner, const NodeConfig& config, Logger& logger)
    : m_owner(owner),
      m_config(config),
      m_logger(logger),
      m_sessionConfig(sessionConfigOf(config)),
      m_broker(QRandomGenerator::system()->generate64()),
      m_users(m_broker.state().catalogue, config.loopbackUsers),
      m_linkContext{
          .broker = m_broker,
          .poller = m_poller,
          .sessionConfig = m_sessionConfig,
          .authenticator = m_users,
          .certificateLogin = m_config.certificateLogin,
          .tlsHandshakeTimeout = m_config.tlsHandshakeTimeout,
          .now = steadyNow,
          .wallNow = wallNow,
          .unsentBytes = 0,
          .onReceived = [this](std::size_t byteCount) { noteReceived(byteCount); },
          .onTouched =
              [this](ClientLink& link) {
                  link.isTouched = true;
                  m_touched.push_back(&link);
                  scheduleTurn();
              },
          .onGone = [this](ClientLink& link, net::CloseReason reason) { forget(link, reason); }},
      m_holds(m_broker.state(), m_links, m_poller),
      m_tls(config, logger,
            [this](const ListenAddress& address) { return listenOn(address, Transport::Tls); }),
      m_resources(config),
      m_executor(m_broker, {.find = [this](const std::string& name) -> std::optional<ConnectionId> {
                                for (const auto& [id, link] : m_links) {
                                    if (link->name() == name) return id;
                                }
                                return std::nullopt;
                            },
                            .name =
                                [this](ConnectionId id) {
                                    const auto at = m_links.find(id);
                                    return at == m_links.end()
                                               ? QString{}
                                               : textOf(std::string_view{at->second->name()});
                                }}),
      m_browsing(
          [this](const management::BrowseMessages& browse, const LoadedMessages& loaded,
                 std::vector<broker::BodyRequest>& missing) {
              return m_executor.browse(browse, loaded, missing);
          },
          [this](std::vector<broker::BodyRequest>&& requests) {
              if (m_store != nullptr) m_store->load(std::move(requests));
          })
{
    m_broker.setConsumerTimeout(config.consumerTimeout);
    m_broker.setNodeName(config.nodeName);
    m_poller.onTurnEnd = [this] { turn(); };
    QObject::connect(&m_housekeeping, &QTimer::timeout, &m_owner, [this] { housekeep(); });
    m_deadline.setSingleShot(true);
    m_deadline.setTimerType(Qt::PreciseTimer);
    QObject::connect(&m_deadline, &QTimer::timeout, &m_owner, [this] {
        readClocks();
        turn();
    });
    QObject::connect(&m_snapshotTimer, &QTimer::timeout, &m_owner, [this] { sendSnapshot(); });
}

// ------------------------------------------------------------------------------------------- start

Result<NodeStarted, NodeFailure> BrokerLoop::Impl::open()
{
    net::raiseDescriptorLimit();
    // The port before the store: where it is in use, the data stay untouched. Nobody is accepted
    // before the event loop goes on, and then the store is there.
    if (const auto status = openFolder(); !status) return status.error();
    if (const auto status = listen(); !status) return status.error();
    if (const auto status = openCluster(); !status) return status.error();
    if (const auto status = openStore(); !status) return status.error();
    if (const auto status = m_cluster->start(); !status) {
        return NodeFailure{ExitCode::DatabaseDamaged, textOf(std::string_view{status.error()})};
    }
    housekeep();
    m_resources.noteStart();
    m_housekeeping.start(kHousekeepingInterval);
    turn();
    return NodeStarted{.endpoints = m_endpoints,
                       .tlsEndpoints = m_tls.endpoints(),
                       .clusterPort = m_cluster->port(),
                       .dataFolder = textOf(std::string_view{m_folder->path().string()})};
}

Status<NodeFailure> BrokerLoop::Impl::listen()
{
    for (const ListenAddress& address : m_config.listeners) {
        auto endpoint = listenOn(address, Transport::Plain);
        if (!endpoint) {
            return NodeFailure{ExitCode::CannotListen,
                               textOf(std::string_view{endpoint.error().text})};
        }
        m_endpoints.push_back(std::move(*endpoint));
    }
    if (const auto status = m_tls.start(m_folder->path()); !status) {
        const TlsListening::Failure& failure = status.error();
        return NodeFailure{failure.isAboutFiles ? ExitCode::Usage : ExitCode::CannotListen,
                           textOf(std::string_view{failure.text}), /*concernsTlsListener=*/true};
    }
    return {};
}

Result<net::Endpoint, net::NetError> BrokerLoop::Impl::listenOn(const ListenAddress& address,
                                                                Transport transport)
{
    auto listener = std::make_unique<net::Listener>(m_poller);
    listener->onAccepted = [this, transport](net::FileDescriptor descriptor) {
        accept(std::move(descriptor), transport);
    };
    listener->onExhausted = [this](int refusedCount) {
        m_logger.error("refused connections: the process may not open more files",
                       {{"count", refusedCount}});
    };
    auto endpoint = listener->listen(address.address, address.port, m_config.listenBacklog);
    if (endpoint) m_listeners.push_back(std::move(listener));
    return endpoint;
}

Result<std::filesystem::path, NodeFailure> BrokerLoop::Impl::chooseFolder()
{
    if (!m_config.isEphemeral) return std::filesystem::path{utf8Of(m_config.dataFolder)};
    m_ephemeralFolder = std::make_unique<QTemporaryDir>();
    if (!m_ephemeralFolder->isValid()) {
        return NodeFailure{ExitCode::DataFolderNotWritable,
                           QStringLiteral("no temporary folder can be created: %1")
                               .arg(m_ephemeralFolder->errorString())};
    }
    return std::filesystem::path{utf8Of(m_ephemeralFolder->path())};
}

Status<NodeFailure> BrokerLoop::Impl::openFolder()
{
    auto path = chooseFolder();
    if (!path) return path.error();
    auto folder = storage::DataFolder::open(*path);
    if (!folder) return failureOf(folder.error());
    m_folder.emplace(std::move(*folder));
    return {};
}

Status<NodeFailure> BrokerLoop::Impl::openStore()
{
    storage::StoreOptions options;
    options.databaseFile = m_folder->databaseFile();
    options.log = [this](const std::string& line) { m_logger.warning(line); };
    auto store = std::make_unique<NodeStore>(
        std::move(options),
        storage::MessageStore::Callbacks{
            .committed =
                [this](broker::LogPosition upTo) {
                    readClocks();
                    m_cluster->member().storeCommitted(upTo);
                    if (!isClustered()) m_broker.commit(upTo);
                    turn();
                },
            .failed = [this](const storage::IoError& error) { storeFailed(error); },
            .loaded = [this](auto&& bodies) { takeBodies(std::move(bodies)); }});
    if (const auto opened = store->open(m_cluster->type()); !opened) {
        return failureOf(opened.error());
    }
    m_store = std::move(store);
    m_resources.setFolder(textOf(std::string_view{m_folder->path().string()}));
    restore(m_store->takeRecovered());
    return {};
}

Status<std::string> BrokerLoop::Impl::keep(cluster::NodeType type)
{
    // No turn while there is no store.
    const bool wasInTurn = std::exchange(m_isInTurn, true);
    handOverToStore();
    const auto changed = m_store->change(type);
    const broker::LogPosition last = m_store->takeRecovered().lastPosition;
    if (last > m_broker.lastPosition()) {
        m_broker.finishRestore(last, m_broker.state().lastQueueId);
    }
    m_isInTurn = wasInTurn;
    scheduleTurn();
    if (!changed) return changed.error().text;
    return {};
}

void BrokerLoop::Impl::restore(storage::RecoveredState&& recovered)
{
    readClocks();
    for (const broker::CatalogueChange& change : recovered.definitions)
        m_broker.restore(change);
    std::size_t restoredCount = 0;
    for (storage::RecoveredMessage& message : recovered.messages) {
        restoredCount += m_broker.restore(message.queue, {.sequence = message.sequence,
                                                          .position = message.position,
                                                          .message = std::move(message.message),
                                                          .bodyBytes = message.bodyBytes,
                                                          .priority = message.priority,
                                                          .wasDelivered = message.wasDelivered,
                                                          .expiresAt = message.expiresAt,
                                                          .deliveryCount = message.deliveryCount});
    }
    m_broker.finishRestore(recovered.lastPosition, recovered.lastQueueId);
    m_broker.setEventVhost(m_config.effectiveEventVhost());
    if (!m_cluster->isMember()) addDefaults();
    m_logger.info("restored what the data folder holds",
                  {{"definitions", recovered.definitions.size()},
                   {"messages", restoredCount},
                   {"folder", m_folder->path().string()}});
}

void BrokerLoop::Impl::addDefaults()
{
    if (const auto added = addDefaultDefinitions(m_broker, m_config); !added) {
        m_logger.error("the default user could not be added: " + added.error());
    }
}

// -------------------------------------------------------------------------------------------- stop

void BrokerLoop::Impl::handOver(std::function<void()> done)
{
    m_listeners.clear();  // who is sent away is to try another node
    const bool isBroken = !m_storageError.isEmpty();
    if (m_cluster == nullptr || isBroken) return done();
    m_cluster->member().handOver(std::move(done));
}

void BrokerLoop::Impl::stop()
{
    m_housekeeping.stop();
    m_snapshotTimer.stop();
    m_deadline.stop();
    m_listeners.clear();
    for (auto& [id, link] : m_links) {
        m_broker.closeConnection(id, {amqp::ReplyCode::ConnectionForced,
                                      "broker forced connection closure with reason 'shutdown'",
                                      {}});
    }
    turn();
    for (auto& [id, link] : m_links)
        m_broker.apply(id, {0, broker::LoseConnection{}});
    m_links.clear();  // closes the sockets, after the flush above
    m_gone.clear();
    m_touched.clear();
    m_browsing.giveUp();
    if (m_store == nullptr) return;
    m_broker.logExactMarks();
    handOverToStore();
    if (const auto status = m_store->closeCleanly(); !status) {
        m_logger.error("the store could not be closed in order: " + status.error().text);
    }
    m_cluster.reset();
    m_store.reset();
}

// ----------------------------------------------------------------------------------------- cluster

Status<NodeFailure> BrokerLoop::Impl::openCluster()
{
    auto cluster = ClusterNode::open(
        m_config, m_folder->path(),
        {.broker = m_broker,
         .logger = m_logger,
         .now = steadyNow,
         .load = [this](auto&& requests) { m_store->load(std::move(requests)); },
         .wake = [this] { scheduleTurn(); },
         .serve = [this](bool isServing, const std::string& reason) { serve(isServing, reason); },
         .setConnectionBase =
             [this](std::uint64_t base) {
                 m_lastConnectionId.value = std::max(m_lastConnectionId.value, base);
             },
         .keep = [this](cluster::NodeType type) { return keep(type); },
         .emptied = [this] { addDefaults(); },
         .status = [this] { return memberStatus(); }});
    if (!cluster) {
        const ClusterNode::Failure& failure = cluster.error();
        return NodeFailure{failure.isAboutFiles ? ExitCode::Usage : ExitCode::CannotListen,
                           textOf(std::string_view{failure.text})};
    }
    m_cluster = std::move(*cluster);
    return {};
}

void BrokerLoop::Impl::serve(bool isServing, const std::string& reason)
{
    m_isServing = isServing;
    if (isServing) return;
    for (const auto& [id, link] : m_links)
        m_broker.closeConnection(id, {amqp::ReplyCode::ConnectionForced, reason, {}});
    scheduleTurn();
}

member::Status BrokerLoop::Impl::memberStatus() const
{
    const broker::Alarms alarms = m_resources.alarms();
    return {.memoryBytes = m_resources.residentBytes(),
            .memoryLimitBytes = m_resources.limits().watermarkBytes(),
            .diskFreeBytes = m_resources.diskFreeBytes(),
            .diskLimitBytes = m_resources.limits().diskLimitBytes(),
            .connectionCount = static_cast<std::uint32_t>(m_links.size()),
            .hasMemoryAlarm = alarms.isLowOnMemory,
            .hasDiskAlarm = alarms.isLowOnDisk};
}

/// In a cluster a position is safe once the others that matter have it too.
void BrokerLoop::Impl::noteCommitted()
{
    if (!isClustered()) return;
    const broker::LogPosition safe = m_cluster->member().safePosition();
    if (safe > m_broker.state().committed()) m_broker.commit(safe);
}

// -------------------------------------------------------------------------------------------- turn

void BrokerLoop::Impl::accept(net::FileDescriptor descriptor, Transport transport)
{
    // As a node that has not started: RabbitMQ's doesn't listen then.
    if (!m_isServing) return;
    m_lastConnectionId.value += 1;
    const ConnectionId id = m_lastConnectionId;
    auto link =
        std::make_unique<ClientLink>(m_linkContext, id, std::move(descriptor),
                                     transport == Transport::Tls ? m_tls.context() : nullptr);
    m_logger.debug("accepted a connection", {{"connection", link->name()}});
    m_links.emplace(id, std::move(link));
}

void BrokerLoop::Impl::forget(ClientLink& link, net::CloseReason reason)
{
    const auto at = m_links.find(link.id());
    const net::TlsSession* tls = link.socket().tls();
    const bool isTlsFault = tls != nullptr && tls->phase() == net::TlsSession::Phase::Failed;
    const std::string& why = isTlsFault ? tls->error() : link.session().closeReason();
    if (link.session().phase() == session::Session::Phase::Closed && why.empty()) {
        m_logger.debug("closed a connection", {{"connection", link.name()}});
    } else {
        m_logger.warning("lost a connection",
                         {{"connection", link.name()},
                          {"user", link.session().client().user},
                          {"reason", why.empty() ? std::string{net::textOf(reason)} : why}});
    }
    std::erase(m_touched, &link);
    m_gone.push_back(std::move(at->second));
    m_links.erase(at);
    scheduleTurn();  // its consumers' messages may go to others
}

void BrokerLoop::Impl::scheduleTurn()
{
    if (m_isTurnScheduled || m_isInTurn) return;
    m_isTurnScheduled = true;
    // The context is one of ours: a turn that is still to come is forgotten with us, not with the
    // owner.
    QMetaObject::invokeMethod(
        &m_housekeeping,
        [this] {
            if (m_isTurnScheduled) turn();
        },
        Qt::QueuedConnection);
}

void BrokerLoop::Impl::turn()
{
    if (m_isInTurn) return;
    m_isInTurn = true;
    m_isTurnScheduled = false;
    m_turnBytes = 0;
    for (int round = 0; round < kFlushRoundsMax; ++round) {
        noteCommitted();
        m_broker.flush();
        handOverToStore();
        m_broker.drainEvents([this](ConnectionId id, std::span<broker::Event> events) {
            const auto at = m_links.find(id);
            if (at != m_links.end()) {
                at->second->send(events);
            } else if (m_cluster != nullptr) {
                m_cluster->member().takeEvents(id, events);
            }
        });
        for (ClientLink* link : std::exchange(m_touched, {})) {
            link->isTouched = false;
            link->flush();
            m_holds.noteServed(*link);
        }
        if (!m_broker.hasWork()) break;
    }
    m_holds.update(m_broker.takeConsumersBehind(), steadyNow());
    m_gone.clear();
    const bool hasMore = m_cluster != nullptr && m_cluster->member().endTurn();
    m_isInTurn = false;
    const bool isMoreSafe =
        isClustered() && m_cluster->member().safePosition() > m_broker.state().committed();
    if (hasMore || isMoreSafe) scheduleTurn();
    foresee();
    if (m_broker.hasWork() || !m_touched.empty()) scheduleTurn();
    armTimer();
}

/// Armed early rather than anew: a timer that comes too soon arms itself again.
void BrokerLoop::Impl::armTimer()
{
    const Instant deadline = std::min(m_broker.nextDeadline(), m_holds.nextDeadline());
    if (deadline == Instant::never()) return;
    const Duration left = std::max(deadline - steadyNow(), Duration{0});
    // Qt counts in int milliseconds, which are 24 days.
    constexpr std::chrono::milliseconds kLongest{std::chrono::hours{1}};
    const auto wait = std::min(std::chrono::ceil<std::chrono::milliseconds>(left), kLongest);
    if (m_deadline.isActive() && m_deadline.remainingTimeAsDuration() <= wait) return;
    m_deadline.start(wait);
}

void BrokerLoop::Impl::handOverToStore()
{
    // First what is to be read: the operations may remove it.
    std::vector<broker::BodyRequest> requests = m_broker.takeBodyRequests();
    if (!requests.empty() && m_store != nullptr) m_store->load(std::move(requests));
    std::vector<broker::StoredOperation> operations = m_broker.takeOperations();
    if (m_cluster != nullptr) m_cluster->member().noteOperations(operations);
    if (!operations.empty() && m_store != nullptr) m_store->append(std::move(operations));
}

void BrokerLoop::Impl::takeBodies(std::vector<broker::LoadedBody>&& bodies)
{
    readClocks();
    std::vector<broker::LoadedBody> ofBroker;
    std::vector<broker::LoadedBody> ofMirrors;
    for (broker::LoadedBody& body : bodies) {
        if (body.request.reader == 0) {
            ofBroker.push_back(std::move(body));
        } else if ((body.request.reader & mirroring::MirrorLeader::kReaderBit) != 0) {
            ofMirrors.push_back(std::move(body));
        } else {
            m_browsing.take(std::move(body));
        }
    }
    m_broker.provideBodies(std::move(ofBroker));
    if (!ofMirrors.empty()) m_cluster->member().takeBodies(std::move(ofMirrors));
    turn();
}

void BrokerLoop::Impl::storeFailed(const storage::IoError& error)
{
    m_storageError = textOf(std::string_view{error.text});
    m_logger.error("the store has failed; nothing is confirmed any more: " + error.text);
    emit m_owner.failed({ExitCode::StorageFailed, m_storageError});
}

void BrokerLoop::Impl::noteReceived(std::size_t byteCount)
{
    m_turnBytes += byteCount;
    if (m_turnBytes >= kTurnBytesMax) m_poller.endTurnSoon();
}

// ------------------------------------------------------------------------------------ housekeeping

void BrokerLoop::Impl::housekeep()
{
    readClocks();
    const Instant now = steadyNow();
    for (const auto& [id, link] : m_links)
        link->tick(now);
    m_tls.reloadIfChanged();
    if (m_cluster != nullptr) m_cluster->reloadIfChanged();
    readResources();
    m_holds.noteStates();
    // glibc keeps what was freed.
    if (m_resources.mayGiveBack(amounts(), m_broker.hasWork(), now)) malloc_trim(0);
}

MemoryBooks::Amounts BrokerLoop::Impl::amounts() const
{
    const broker::State& state = m_broker.state();
    const broker::MessageCounters& counters = state.counters;
    return {.messageBytes = state.memory().inMemoryBytes,
            .pagedOutCount = state.memory().pagedOutCount,
            .storeBytes = m_store->bytesInFlight(),
            .unsentBytes = m_linkContext.unsentBytes,
            .linkCount = m_links.size(),
            .movedCount = counters.publish + counters.deliver + counters.ack};
}

void BrokerLoop::Impl::readResources()
{
    m_resources.read(amounts());
    const auto limits = m_resources.bodyLimits(amounts());
    m_broker.setBodyLimits(limits.keptBytes, limits.bytesMax);
    applyAlarms();
}

void BrokerLoop::Impl::foresee()
{
    if (m_store == nullptr) return;
    m_resources.foresee(amounts());
    applyAlarms();
}

void BrokerLoop::Impl::applyAlarms()
{
    broker::Alarms alarms = m_resources.alarms();
    const broker::Alarms elsewhere =
        m_cluster == nullptr ? broker::Alarms{} : m_cluster->member().clusterAlarms();
    alarms.isLowOnMemory |= elsewhere.isLowOnMemory;
    alarms.isLowOnDisk |= elsewhere.isLowOnDisk;
    if (alarms == m_broker.state().alarms) return;
    if (!alarms.isAny()) {
        m_logger.info("publishers go on: the alarm is over");
    } else {
        m_logger.warning("publishers are blocked: " + std::string{broker::alarmText(alarms)},
                         {{"resident_bytes", m_resources.residentBytes()},
                          {"watermark_bytes", m_resources.limits().watermarkBytes()},
                          {"disk_free_bytes", m_resources.diskFreeBytes()},
                          {"disk_limit_bytes", m_resources.limits().diskLimitBytes()}});
    }
    m_broker.setAlarms(alarms);
    turn();
}

// -------------------------------------------------------------------------------------- management

void BrokerLoop::Impl::watch(const management::WatchScope& scope,
                             std::chrono::milliseconds interval)
{
    m_scope = scope;
    m_snapshotTimer.start(std::max(interval, std::chrono::milliseconds{250}));
    sendSnapshot();
}

management::CommandResult BrokerLoop::Impl::execute(const management::ManagementCommand& command)
{
    readClocks();
    if (const auto* wish = std::get_if<management::CreateTestCertificates>(&command)) {
        return m_tls.createTestCertificates(*wish);
    }
    if (const auto* watermark = std::get_if<management::SetMemoryWatermark>(&command)) {
        return setLimit(*watermark);
    }
    if (const auto* limit = std::get_if<management::SetDiskFreeLimit>(&command)) {
        return setLimit(*limit);
    }
    auto result = m_executor.execute(command);
    scheduleTurn();
    return result;
}

/// A limit holds at once, by what memory and disk are now.
template <typename Command>
management::CommandResult BrokerLoop::Impl::setLimit(const Command& command)
{
    if (const auto done = m_resources.set(command); !done) return done.error();
    m_logger.info("the limits of memory and disk are set",
                  {{"watermark_bytes", m_resources.limits().watermarkBytes()},
                   {"paging_bytes", m_resources.limits().pagingBytes()},
                   {"disk_limit_bytes", m_resources.limits().diskLimitBytes()}});
    readResources();
    sendSnapshot();
    return {};
}

void BrokerLoop::Impl::sendSnapshot()
{
    SnapshotBuilder::Surroundings surroundings;
    surroundings.overview = overview();
    for (const auto& [id, link] : m_links)
        surroundings.links.push_back(link.get());
    surroundings.storeCreditBytes = m_holds.storeCreditBytes();
    surroundings.isLoopbackOnly = [this](std::string_view user) {
        return m_users.isLoopbackOnly(user);
    };
    if (m_scope.topics & management::TopicLog) {
        for (management::LogRow& row : m_logger.linesAfter(0)) {
            surroundings.log.append(std::move(row));
        }
    }
    if (m_scope.topics & management::TopicCluster) surroundings.cluster = m_cluster->view();
    emit m_owner.snapshotReady(
        m_snapshots.build(m_broker.state(), m_scope, std::move(surroundings), steadyNow()));
}

management::Overview BrokerLoop::Impl::overview() const
{
    management::Overview overview;
    overview.nodeName = textOf(std::string_view{m_config.nodeName});
    overview.version = QStringLiteral(WARREN_VERSION);
    overview.dataFolder = textOf(std::string_view{m_folder->path().string()});
    describeListeners(m_config, m_endpoints, m_tls.endpoints(), overview);
    overview.startedAt = m_startedAt;
    const storage::StoreStats stats = m_store->stats();
    overview.memory.storeBytes = stats.bytesInFlight;
    overview.memory.sqliteBytes = stats.cacheBytes;
    overview.storeBytesMax = PublisherHolds::kStoreBytesMax;
    overview.disk.databaseBytes = stats.databaseBytes;
    m_resources.describe(overview);
    overview.storageError = m_storageError;
    return overview;
}

// ------------------------------------------------------------------------------------------- owner

BrokerLoop::BrokerLoop(NodeConfig config, Logger& logger)
    : m_config(std::move(config)), m_logger(logger)
{
}

BrokerLoop::~BrokerLoop() = default;

void BrokerLoop::start()
{
    m_impl = std::make_unique<Impl>(*this, m_config, m_logger);
    const auto result = m_impl->open();
    if (!result) {
        m_impl->stop();
        m_impl.reset();
        emit failed(result.error());
        return;
    }
    emit started(result.value());
}

void BrokerLoop::stop()
{
    // Not at once: whoever says that it is done is not to be gone when it goes on.
    const auto stopSoon = [this] {
        QMetaObject::invokeMethod(this, &BrokerLoop::stopNow, Qt::QueuedConnection);
    };
    if (m_impl == nullptr) return stopSoon();
    m_impl->handOver(stopSoon);
}

void BrokerLoop::stopNow()
{
    if (m_impl != nullptr) m_impl->stop();
    m_impl.reset();
    emit stopped();
}

void BrokerLoop::watch(const management::WatchScope& scope, std::chrono::milliseconds interval)
{
    if (m_impl != nullptr) m_impl->watch(scope, interval);
}

void BrokerLoop::execute(const management::ManagementCommand& command,
                         const std::shared_ptr<QPromise<management::CommandResult>>& promise)
{
    const auto* browse = std::get_if<management::BrowseMessages>(&command);
    if (m_impl != nullptr && browse != nullptr) return m_impl->browse(*browse, promise);
    if (m_impl != nullptr && m_impl->executeInCluster(command, promise)) return;
    if (m_impl != nullptr) {
        promise->addResult(m_impl->execute(command));
    } else {
        promise->addResult(management::CommandResult{
            management::CommandStatus::Unreachable, QStringLiteral("the broker does not run"), {}});
    }
    promise->finish();
}

}  // namespace warren::node
