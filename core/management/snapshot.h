#pragma once

#include <QDateTime>
#include <QList>
#include <QMetaType>
#include <QString>
#include <QStringList>
#include <QVariant>
#include <QVariantMap>

#include <chrono>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>

/// What the outside may know of a broker: immutable values, keyed by names, never by internal ids.
///
/// A snapshot is built once, shared as `SnapshotPtr` and never changed again, so any thread may
/// read it. Rows are sorted by key, without duplicates. Only the topics that somebody watches are
/// filled (see BrokerClient::watch); the others are empty and `Snapshot::topics` says which were
/// sampled.
namespace warren::management {

/// Identifies a queue or an exchange: both live in a virtual host.
struct ResourceKey {
    QString vhost;
    QString name;
    std::strong_ordering operator<=>(const ResourceKey&) const = default;
    bool operator==(const ResourceKey&) const = default;
};

/// Typed arguments by name: bool, qlonglong, double, QString, QVariantList or QVariantMap.
using Arguments = QVariantMap;

/// Messages per second, averaged over the last few seconds.
struct MessageRates {
    double publish = 0;    ///< into the broker, or into this queue or exchange
    double confirm = 0;    ///< publisher confirms sent
    double deliver = 0;    ///< deliveries and gets, with or without acknowledgement
    double redeliver = 0;  ///< the part of `deliver` that was delivered before
    double ack = 0;        ///< consumer acknowledgements
    double returned = 0;   ///< unroutable mandatory messages given back
    double dropped = 0;    ///< unroutable messages dropped
    bool operator==(const MessageRates&) const = default;
};

/// Topics of a snapshot; combined as flags.
enum Topic : std::uint32_t {
    TopicOverview = 1,           ///< totals; always sampled while anything is watched
    TopicQueues = 2,             ///< all queues
    TopicExchanges = 4,          ///< all exchanges
    TopicConnections = 8,        ///< all connections
    TopicChannels = 16,          ///< all channels
    TopicVhosts = 32,            ///< all virtual hosts
    TopicLog = 64,               ///< the last log lines
    TopicQueueDetail = 128,      ///< consumers and bindings of WatchScope::queue
    TopicExchangeDetail = 256,   ///< bindings of WatchScope::exchange
    TopicPolicies = 512,         ///< policies and operator policies
    TopicUsers = 1024,           ///< users
    TopicPermissions = 2048,     ///< permissions and topic permissions
    TopicClosedChannels = 4096,  ///< the last channels that were closed for a fault
    TopicCluster = 8192,         ///< nodes, links, and which node has which queue
};
using Topics = std::uint32_t;

/// Where a queue stands. RabbitMQ: the `state` column of its queue list.
enum class QueueState { Running, Idle, Blocked };

/// Where a setting's value comes from, weakest first.
enum class SettingSource { Default, Argument, Policy, OperatorPolicy };

/// One value that somebody gave for a setting.
struct SettingCandidate {
    SettingSource source = SettingSource::Default;
    QVariant value{};
    bool operator==(const SettingCandidate&) const = default;
};

/// A setting of a queue with everybody who had a say; the winner comes first, the losers follow.
struct EffectiveSetting {
    QString key{};  ///< the policy's name for it: "message-ttl"
    QList<SettingCandidate> candidates{};
    bool operator==(const EffectiveSetting&) const = default;
};

struct QueueRow {
    ResourceKey key{};
    QString type = QStringLiteral("classic");  ///< "classic" or "quorum"
    bool isDurable = false;
    bool isExclusive = false;
    bool isAutoDelete = false;
    Arguments arguments{};
    /// Arguments and keys of policies that this version stores and shows but does not act on.
    QStringList notHonoured{};
    QString policy{};             ///< empty: none
    QString operatorPolicy{};     ///< empty: none
    Arguments effectivePolicy{};  ///< what both policies say together, by policy key
    QString ownerConnection{};    ///< name of the owning connection, for exclusive queues
    QueueState state = QueueState::Running;
    std::uint64_t readyCount = 0;
    std::uint64_t unackedCount = 0;
    std::uint64_t persistentCount = 0;
    std::uint64_t bodyBytes = 0;      ///< bodies of ready and unacked messages
    std::uint64_t memoryBytes = 0;    ///< estimate: bodies in memory, index, bookkeeping
    std::uint64_t inMemoryCount = 0;  ///< messages in memory; the others are on disk only
    std::uint64_t inMemoryBytes = 0;  ///< of these, with their heads
    std::uint64_t pagedOutBytes = 0;  ///< bodies of the others
    std::uint32_t consumerCount = 0;
    /// Tag of the one active consumer, in a queue with x-single-active-consumer; empty: none.
    QString singleActiveConsumer{};
    QDateTime singleActiveSince{};
    /// Until an idle queue with x-expires goes; nullopt: it does not expire.
    std::optional<std::chrono::milliseconds> expiresIn{};
    /// Ready messages per priority, from 0; empty in a queue without priorities.
    QList<std::uint64_t> readyByPriority{};
    /// Messages dead-lettered since the start.
    std::uint64_t deadLetteredCount = 0;
    /// The part of it that no queue took: no such exchange, no route, or a cycle.
    std::uint64_t deadLetterDroppedCount = 0;
    MessageRates rates;
    bool operator==(const QueueRow&) const = default;
};

struct ExchangeRow {
    ResourceKey key;  ///< the default exchange has an empty name
    QString type;
    bool isDurable = false;
    bool isAutoDelete = false;
    bool isInternal = false;
    Arguments arguments;
    QStringList notHonoured;
    QString policy;
    double publishInRate = 0;   ///< messages published to it, per second
    double publishOutRate = 0;  ///< messages it routed into queues, per second
    bool operator==(const ExchangeRow&) const = default;
};

enum class DestinationKind { Queue, Exchange };

struct BindingRow {
    QString vhost;
    QString source;  ///< exchange; empty for the default exchange's implicit bindings
    QString destination;
    DestinationKind destinationKind = DestinationKind::Queue;
    QString routingKey;
    Arguments arguments;
    bool operator==(const BindingRow&) const = default;
};

struct ConsumerRow {
    ResourceKey queue{};
    QString connection{};
    std::uint16_t channel = 0;
    QString tag{};
    bool needsAck = true;
    bool isExclusive = false;
    bool isActive = true;  ///< false: it waits for the single active consumer to go
    std::int32_t priority = 0;
    std::uint32_t prefetch = 0;  ///< 0: unlimited
    std::uint64_t unackedCount = 0;
    Arguments arguments{};
    bool operator==(const ConsumerRow&) const = default;
};

/// RabbitMQ: the `state` column of its connection list. Of those that are open: Blocked has
/// published while there is an alarm, and is not read; Blocking has not, but will be at its next
/// message; Flow was held back for being faster than what takes its messages, now or in the last
/// five seconds; Running is none of these.
enum class ConnectionState { Starting, Tuning, Opening, Running, Flow, Blocking, Blocked, Closing };

/// Since when a connection has been, or had been, in a state.
struct ConnectionStateChange {
    ConnectionState state = ConnectionState::Running;
    QDateTime since{};
    bool operator==(const ConnectionStateChange&) const = default;
};

/// The way of a published message, stage by stage. A stage that can't follow holds back who
/// publishes.
enum class FlowStage {
    Publisher,  ///< the client: sends as fast as it likes, unless an alarm blocks it
    Session,    ///< its connection: not read while answers to it pile up unread
    Queue,      ///< memory: not read while messages can't leave it as fast as they come
    Store,      ///< the disk: not read while too many of its messages wait to be durable
};

/// The credit of one connection: what of its waits where, and how much may.
struct CreditRow {
    std::uint64_t unsentBytes = 0;     ///< of answers and deliveries, for the client to read
    std::uint64_t unsentBytesMax = 0;  ///< the session holds beyond it
    std::uint64_t storeBytes = 0;      ///< of its messages, not durable yet
    std::uint64_t storeBytesMax = 0;   ///< the store holds beyond it
    /// The stage that holds it back now; nullopt: none.
    std::optional<FlowStage> heldBy{};
    bool operator==(const CreditRow&) const = default;
};

struct ConnectionRow {
    QString name;  ///< "peer:port -> local:port", unique
    QString vhost;
    QString user;
    ConnectionState state = ConnectionState::Running;
    QString protocol;  ///< "AMQP 0-9-1"
    bool usesTls = false;
    QString tlsProtocol{};             ///< "TLSv1.3"
    QString tlsCipher{};               ///< OpenSSL's name of it
    QString peerCertificateSubject{};  ///< "CN=guest,O=…"; empty: the client has shown none
    QString peerAddress;
    std::uint16_t peerPort = 0;
    QString clientName;  ///< connection_name of the client's properties, may be empty
    QString product;     ///< product, version and platform of the client's properties
    QVariantMap clientProperties;
    std::uint32_t frameBytesMax = 0;
    std::uint16_t channelMax = 0;
    std::uint16_t heartbeatSeconds = 0;
    std::uint32_t channelCount = 0;
    double receivedBytesRate = 0;
    double sentBytesRate = 0;
    std::uint64_t receivedBytes = 0;
    std::uint64_t sentBytes = 0;
    QDateTime connectedAt;
    /// The last states, oldest first, the present one included; at most 16.
    QList<ConnectionStateChange> stateHistory{};
    /// Why it is blocked, or would be: "low on memory"; empty: there is no alarm.
    QString blockedReason{};
    CreditRow credit{};
    bool operator==(const ConnectionRow&) const = default;
};

enum class ChannelMode { Plain, Confirm, Transactional };

struct ChannelRow {
    QString connection;
    std::uint16_t number = 0;
    QString vhost;
    QString user;
    ChannelMode mode = ChannelMode::Plain;
    QString state;  ///< "running", "idle", "flow" or "closing"
    std::uint32_t consumerCount = 0;
    std::uint64_t unackedCount = 0;
    std::uint64_t unconfirmedCount = 0;
    std::uint32_t prefetch = 0;        ///< per new consumer; 0: unlimited
    std::uint32_t globalPrefetch = 0;  ///< per channel; 0: unlimited
    std::uint64_t uncommittedCount = 0;
    MessageRates rates;
    bool operator==(const ChannelRow&) const = default;
};

struct VhostRow {
    QString name{};
    QString description{};
    QStringList tags{};
    QString defaultQueueType{};  ///< empty: classic
    std::optional<qint64> maxConnections{};
    std::optional<qint64> maxQueues{};
    bool isProtected = false;
    bool isTracing = false;
    QStringList users{};  ///< who has permissions in it, sorted
    std::uint32_t queueCount = 0;
    std::uint32_t connectionCount = 0;
    std::uint64_t readyCount = 0;
    std::uint64_t unackedCount = 0;
    std::uint64_t messageCount = 0;
    bool operator==(const VhostRow&) const = default;
};

struct UserRow {
    QString name{};
    QStringList tags{};
    QStringList vhosts{};  ///< that it has permissions in, sorted
    bool hasPassword = false;
    bool isLoopbackOnly = false;
    std::optional<qint64> maxConnections{};
    std::optional<qint64> maxChannels{};
    std::uint32_t connectionCount = 0;
    bool operator==(const UserRow&) const = default;
};

/// What a user may do in a vhost: patterns that names are matched with.
struct PermissionRow {
    QString vhost{};
    QString user{};
    QString configure{};
    QString write{};
    QString read{};
    bool operator==(const PermissionRow&) const = default;
};

struct TopicPermissionRow {
    QString vhost{};
    QString user{};
    QString exchange{};
    QString write{};
    QString read{};
    bool operator==(const TopicPermissionRow&) const = default;
};

enum class PolicyTarget { All, Queues, Exchanges, ClassicQueues, QuorumQueues };

struct PolicyRow {
    QString vhost{};
    QString name{};
    bool isOperator = false;
    QString pattern{};
    PolicyTarget applyTo = PolicyTarget::All;
    qint64 priority = 0;
    Arguments definition{};
    std::uint32_t matchCount = 0;  ///< queues and exchanges that it holds for now
    bool operator==(const PolicyRow&) const = default;
};

/// A channel, or with it a whole connection, that was closed for a fault of the client.
struct ClosedChannelRow {
    std::uint64_t sequence = 0;  ///< increases by one per close; the key
    QDateTime at{};
    QString connection{};
    std::uint16_t channel = 0;  ///< 0: the connection
    QString vhost{};
    QString user{};
    std::uint16_t code = 0;  ///< AMQP reply code
    QString text{};          ///< what the client was told
    bool operator==(const ClosedChannelRow&) const = default;
};

enum class LogLevel { Debug, Info, Warning, Error };

struct LogRow {
    std::uint64_t sequence = 0;  ///< increases by one per line; the key
    QDateTime at;
    LogLevel level = LogLevel::Info;
    QString text;
    bool operator==(const LogRow&) const = default;
};

/// Where the process' memory is, in bytes. Parts are estimates of the broker's own books.
struct MemoryUse {
    std::uint64_t residentBytes = 0;
    std::uint64_t watermarkBytes = 0;   ///< above it publishers are blocked
    std::uint64_t totalBytes = 0;       ///< of the machine, or of the control group
    std::uint64_t bodyBytes = 0;        ///< messages in memory
    std::uint64_t indexBytes = 0;       ///< places of messages, queues, exchanges
    std::uint64_t connectionBytes = 0;  ///< sockets and what they have to send
    std::uint64_t storeBytes = 0;       ///< waiting for the disk
    std::uint64_t sessionBytes = 0;     ///< channels: unacknowledged and half received messages
    std::uint64_t sqliteBytes = 0;      ///< page caches of the database
    std::uint64_t otherBytes = 0;       ///< the rest: the program, its libraries, free heap
    std::uint64_t pagedOutBytes = 0;    ///< bodies that are on disk only: no part of memory
    /// The alarm ends below this: it lies under the watermark, so that the alarm does not flicker.
    std::uint64_t clearBytes = 0;
    double pagingRatio = 0.5;
    std::uint64_t pagingBytes = 0;  ///< pagingRatio of the watermark: above it bodies leave memory
    /// The watermark as it was set; nullopt: in bytes.
    std::optional<double> watermarkRatio{};
    bool operator==(const MemoryUse&) const = default;
};

struct DiskUse {
    std::uint64_t freeBytes = 0;
    std::uint64_t limitBytes = 0;     ///< below it publishers are blocked
    std::uint64_t databaseBytes = 0;  ///< of our own files
    std::uint64_t clearBytes = 0;     ///< the alarm ends above this, which lies over the limit
    /// The limit as it was set, times the memory; nullopt: in bytes.
    std::optional<double> limitRatio{};
    bool operator==(const DiskUse&) const = default;
};

enum class AlarmKind { Memory, Disk };

/// An alarm that is on.
struct AlarmRow {
    AlarmKind kind = AlarmKind::Memory;
    QDateTime since{};
    bool operator==(const AlarmRow&) const = default;
};

/// A stage of the way of messages, over all connections.
struct FlowStageRow {
    FlowStage stage = FlowStage::Publisher;
    std::uint64_t waitingBytes = 0;     ///< what waits in it
    std::uint64_t waitingBytesMax = 0;  ///< how much may; 0: no fixed limit
    std::uint32_t heldCount = 0;        ///< connections that it holds back now
    bool operator==(const FlowStageRow&) const = default;
};

struct Overview {
    QString nodeName;
    QString version;
    QString dataFolder;
    QString address;             ///< what clients connect to
    std::uint16_t amqpPort = 0;  ///< 0: only with TLS
    QString
        connectionString;  ///< amqp://guest:guest@127.0.0.1:5672/ (no secrets but the default's)
    std::uint16_t tlsPort = 0;      ///< 0: none
    QString tlsConnectionString{};  ///< amqps://… for that port; empty: none
    QDateTime startedAt;
    std::uint64_t readyCount = 0;
    std::uint64_t unackedCount = 0;
    std::uint32_t connectionCount = 0;
    std::uint32_t channelCount = 0;
    std::uint32_t exchangeCount = 0;
    std::uint32_t queueCount = 0;
    std::uint32_t consumerCount = 0;
    MessageRates rates;
    MemoryUse memory;
    DiskUse disk;
    bool hasMemoryAlarm = false;
    bool hasDiskAlarm = false;
    QList<AlarmRow> alarms{};          ///< those that are on, memory first
    std::uint32_t blockedCount = 0;    ///< connections that are blocked
    QStringList blockedConnections{};  ///< their names, sorted; at most the first 100
    QList<FlowStageRow> flow{};        ///< every stage, in the order of FlowStage
    std::uint64_t storeBytesMax = 0;   ///< what may wait for the disk
    /// The last stage that holds somebody back; Publisher: nobody is held but by alarms.
    FlowStage bottleneck = FlowStage::Publisher;
    QString storageError;  ///< empty while the store is well; else one sentence
    bool operator==(const Overview&) const = default;
};

/// How a node of the cluster is, as the node that was asked sees it.
enum class ClusterNodeState {
    Running,
    Joining,      ///< accepted, and catching up
    Paused,       ///< without a majority: it refuses clients
    Stopping,     ///< it was told to stop: the others take over, and then it goes
    Unreachable,  ///< a member that we hear nothing of
    Down,         ///< agreed on: it stopped, or is lost
};

struct ClusterNodeRow {
    QString name{};
    QString address{};  ///< where the others reach it: "127.0.0.1:25672"
    bool isDisk = true;
    bool isSelf = false;
    bool leadsDefinitions = false;  ///< changes of definitions go through it
    ClusterNodeState state = ClusterNodeState::Running;
    std::uint32_t masterCount = 0;  ///< queues that it leads
    std::uint32_t mirrorCount = 0;  ///< queues that it mirrors
    std::uint32_t connectionCount = 0;
    std::uint64_t memoryBytes = 0;
    std::uint64_t memoryLimitBytes = 0;  ///< 0: not known
    std::uint64_t diskFreeBytes = 0;
    std::uint64_t diskLimitBytes = 0;  ///< 0: not known
    bool hasMemoryAlarm = false;
    bool hasDiskAlarm = false;
    bool operator==(const ClusterNodeRow&) const = default;
};

/// The worst is last: what is said of both directions together.
enum class ClusterLinkState {
    Up,
    Unknown,  ///< the node that it comes from is not heard
    Down,     ///< of another node's link, which does not say why
    Connecting,
    Refused,
};

/// The way from one node to another. Of those that come from other nodes little more is known than
/// whether they are up.
struct ClusterLinkRow {
    QString from{};
    QString to{};
    ClusterLinkState state = ClusterLinkState::Connecting;
    QString reason{};  ///< why it isn't up; empty: nobody knows yet
    std::uint64_t unsentBytes = 0;
    qint64 roundTripMicroseconds = -1;  ///< -1: not measured
    std::optional<bool> isEncrypted{};  ///< with TLS; nothing: it is not up, or not known
    bool operator==(const ClusterLinkRow&) const = default;
};

enum class ReplicaState {
    Master,
    InSync,         ///< has everything that was ever confirmed
    Synchronising,  ///< gets what the queue had before it came
    Behind,         ///< lacks something, and nobody brings it
    Gone,           ///< its node is not there
};

/// A node's part in a queue.
struct ReplicaRow {
    QString node{};
    ReplicaState state = ReplicaState::Master;
    double progress = 1;         ///< of Synchronising, 0 to 1
    std::uint64_t lagCount = 0;  ///< messages that it lacks, about
    bool operator==(const ReplicaRow&) const = default;
};

/// Where a queue is.
struct QueueReplicasRow {
    ResourceKey key{};
    QString policy{};              ///< empty: none
    QString master{};              ///< empty: nobody leads it now
    QList<ReplicaRow> replicas{};  ///< the master first, then mirrors, oldest first
    std::uint64_t epoch = 1;       ///< how many masters it has had
    std::uint32_t lossCount = 0;   ///< how often confirmed messages may have been lost
    bool operator==(const QueueReplicasRow&) const = default;
};

struct ClusterView {
    QString name{};
    bool isClustered = false;       ///< more than this node alone, or about to be
    QString pausedReason{};         ///< why this node refuses clients; empty: it doesn't
    QString clusterAddress{};       ///< what others join: "127.0.0.1:25672"; empty: not listening
    QList<ClusterNodeRow> nodes{};  ///< by name
    QList<ClusterLinkRow> links{};  ///< from each member to each other one, by from, to
    QList<QueueReplicasRow> queues{};  ///< by vhost, name; exclusive ones left out
    bool operator==(const ClusterView&) const = default;
};

struct Snapshot {
    std::uint64_t sequence = 0;  ///< increases with every snapshot of one client
    QDateTime takenAt;
    Topics topics = 0;
    Overview overview;
    QList<QueueRow> queues;                      ///< by vhost, name
    QList<ExchangeRow> exchanges;                ///< by vhost, name
    QList<ConnectionRow> connections;            ///< by name
    QList<ChannelRow> channels;                  ///< by connection, number
    QList<VhostRow> vhosts;                      ///< by name
    QList<LogRow> log;                           ///< by sequence; at most the last 1,000 lines
    QList<PolicyRow> policies;                   ///< by vhost, operator policies last, name
    QList<UserRow> users;                        ///< by name
    QList<PermissionRow> permissions;            ///< by vhost, user
    QList<TopicPermissionRow> topicPermissions;  ///< by vhost, user, exchange
    QList<ClosedChannelRow> closedChannels;      ///< by sequence; at most the last 100
    /// Of the watched queue; empty and nullopt when it does not exist (any more).
    std::optional<QueueRow> queue;
    QList<ConsumerRow> queueConsumers;
    QList<BindingRow> queueBindings;
    QList<EffectiveSetting> queueSettings;  ///< by key; those that somebody gave a value for
    /// Of the watched exchange: bindings from it and bindings to it.
    std::optional<ExchangeRow> exchange;
    QList<BindingRow> exchangeBindingsFrom;
    QList<BindingRow> exchangeBindingsTo;
    ClusterView cluster;
};

using SnapshotPtr = std::shared_ptr<const Snapshot>;

}  // namespace warren::management

Q_DECLARE_METATYPE(warren::management::SnapshotPtr)
