#pragma once

#include "core/management/snapshot.h"

#include <QByteArray>
#include <QList>
#include <QString>

#include <cstdint>
#include <optional>
#include <variant>

/// What the outside may ask of a broker, and what it answers.
namespace warren::management {

struct DeclareQueue {
    ResourceKey key;  ///< an empty name asks the broker for an amq.gen-… name
    bool isDurable = true;
    bool isAutoDelete = false;
    Arguments arguments{};
};

struct DeleteQueue {
    ResourceKey key;
    bool onlyIfUnused = false;
    bool onlyIfEmpty = false;
};

/// Removes the ready messages; unacked ones stay with their consumers.
struct PurgeQueue {
    ResourceKey key;
};

struct DeclareExchange {
    ResourceKey key;
    QString type;  ///< "direct", "fanout", "topic" or "headers"
    bool isDurable = true;
    bool isAutoDelete = false;
    bool isInternal = false;
    Arguments arguments{};
};

struct DeleteExchange {
    ResourceKey key;
    bool onlyIfUnused = false;
};

struct AddBinding {
    BindingRow binding;
};

struct RemoveBinding {
    BindingRow binding;
};

/// The basic properties of a message; absent ones are not set.
/// Spec: AMQP 0-9-1 class basic, §1.8 of the reference.
struct MessageProperties {
    std::optional<QString> contentType;
    std::optional<QString> contentEncoding;
    std::optional<Arguments> headers;
    std::optional<int> deliveryMode;  ///< 1 transient, 2 persistent
    std::optional<int> priority;
    std::optional<QString> correlationId;
    std::optional<QString> replyTo;
    std::optional<QString> expiration;
    std::optional<QString> messageId;
    std::optional<qint64> timestamp;  ///< seconds since 1970
    std::optional<QString> type;
    std::optional<QString> userId;
    std::optional<QString> appId;
    bool operator==(const MessageProperties&) const = default;
};

struct PublishMessage {
    QString vhost;
    QString exchange;
    QString routingKey;
    MessageProperties properties;
    QByteArray body;
};

/// Reads messages where they lie: no consumer, no flag and no order changes.
struct BrowseMessages {
    ResourceKey queue;
    std::uint64_t offset = 0;           ///< position in the queue, 0 is the oldest
    std::uint32_t count = 100;          ///< at most 1,000
    std::uint32_t bodyBytesMax = 4096;  ///< longer bodies come cut; at most 16 MiB in all
    bool operator==(const BrowseMessages&) const = default;
};

struct CloseConnection {
    QString name;
    QString reason;  ///< reaches the client: CONNECTION_FORCED - reason
};

struct CloseChannel {
    QString connection;
    std::uint16_t number = 0;
    QString reason;
};

/// Creates a policy, or replaces the one of that name. `matchCount` of the row has no meaning here.
/// @error Invalid  a pattern that is no regular expression, an unknown key, a wrong value
struct PutPolicy {
    PolicyRow policy;
};

struct RemovePolicy {
    QString vhost{};
    QString name{};
    bool isOperator = false;
};

/// Asks what PutPolicy would do, and changes nothing. Answered by a PolicyPreview.
struct PreviewPolicy {
    PolicyRow policy;
};

/// Creates a user, or changes an existing one. Of password and hash at most one is given; without
/// either a new user has no password and can't log in with one, and an existing one keeps its own.
struct PutUser {
    QString name{};
    std::optional<QString> password{};
    std::optional<QString> passwordHash{};  ///< RabbitMQ's format: base64 of salt and digest
    QString hashingAlgorithm = QStringLiteral("rabbit_password_hashing_sha256");
    bool removesPassword = false;
    QStringList tags{};
    std::optional<qint64> maxConnections{};
    std::optional<qint64> maxChannels{};
};

/// Its connections are closed.
struct RemoveUser {
    QString name{};
};

/// Creates a vhost, or changes the properties of an existing one.
struct PutVhost {
    QString name{};
    QString description{};
    QStringList tags{};
    QString defaultQueueType{};
    std::optional<qint64> maxConnections{};
    std::optional<qint64> maxQueues{};
    bool isProtected = false;
    bool isTracing = false;
};

/// With everything in it; its connections are closed. @error Conflict  it is protected
struct RemoveVhost {
    QString name{};
};

struct PutPermission {
    PermissionRow permission;
};
struct RemovePermission {
    QString vhost{};
    QString user{};
};
struct PutTopicPermission {
    TopicPermissionRow permission;
};
struct RemoveTopicPermission {
    QString vhost{};
    QString user{};
    QString exchange{};
};

/// May this user do that? Answered by an AccessVerdict.
struct CheckAccess {
    enum class Right { Configure, Write, Read };
    QString user{};
    QString vhost{};
    bool isExchange = false;  ///< else a queue
    QString name{};
    Right right = Right::Configure;
    std::optional<QString> routingKey{};  ///< of a topic exchange: topic permissions count too
};

/// Makes a certificate authority and certificates for server and client, for testing on this
/// machine. Answered by a CertificatesResult.
struct CreateTestCertificates {
    QString folder{};  ///< is created; empty: a folder of the node's own
    QString clientName = QStringLiteral("guest");  ///< the client certificate's common name
    bool startsListener = true;  ///< clients may connect with TLS at once, and at every start
};

/// Above how much memory publishers are blocked, from now until the node ends; the configuration
/// stays as it is. Exactly one of the first two is given. Answered with Invalid otherwise.
struct SetMemoryWatermark {
    std::optional<double> relative{};              ///< 0 to 1, of the machine's memory
    std::optional<std::uint64_t> absoluteBytes{};  ///< 0: blocks at once, for trying it out
    std::optional<double> pagingRatio{};           ///< 0 to 1; nullopt: as before
};

/// Below how much free space publishers are blocked, likewise.
struct SetDiskFreeLimit {
    std::optional<double> relativeToMemory{};  ///< times the machine's memory; at least 0
    std::optional<std::uint64_t> absoluteBytes{};
};

// ---- the cluster. Source: RabbitMQ, "Clustering Guide" and "Classic Queue Mirroring"; the verbs
// of rabbitmqctl.

/// This node joins the cluster that has a member there, and loses what it had.
struct JoinCluster {
    QString address{};  ///< "127.0.0.1:25672"
    bool asRamNode = false;
};
/// This node becomes the other type, and gets everything anew from the others.
struct ChangeClusterNodeType {
    bool toRamNode = false;
};
/// This node leaves its cluster, and is alone and empty then.
struct ResetNode {};
/// The others give up a member that is down.
struct ForgetClusterNode {
    QString node{};
};
struct RenameCluster {
    QString name{};
};
/// Another node leads the queue; it must have all of it.
struct MoveMaster {
    ResourceKey queue{};
    QString node{};
};
/// Brings the mirrors of a queue up that lack something.
struct SynchroniseQueue {
    ResourceKey queue{};
};
struct CancelSynchronisation {
    ResourceKey queue{};
};
/// Spreads the masters of queues evenly over the nodes that have all of them.
struct RebalanceQueues {};

using ManagementCommand =
    std::variant<DeclareQueue, DeleteQueue, PurgeQueue, DeclareExchange, DeleteExchange, AddBinding,
                 RemoveBinding, PublishMessage, BrowseMessages, CloseConnection, CloseChannel,
                 PutPolicy, RemovePolicy, PreviewPolicy, PutUser, RemoveUser, PutVhost, RemoveVhost,
                 PutPermission, RemovePermission, PutTopicPermission, RemoveTopicPermission,
                 CheckAccess, CreateTestCertificates, SetMemoryWatermark, SetDiskFreeLimit,
                 JoinCluster, ChangeClusterNodeType, ResetNode, ForgetClusterNode, RenameCluster,
                 MoveMaster, SynchroniseQueue, CancelSynchronisation, RebalanceQueues>;

enum class CommandStatus {
    Done,
    NotFound,       ///< 404: no such queue, exchange, vhost, connection …
    Conflict,       ///< 405, 406: exists with other properties, not empty, in use, locked
    AccessRefused,  ///< 403
    Invalid,        ///< 400: the command itself makes no sense
    Unreachable,    ///< the broker has stopped or cannot be reached
};

/// One message as the browser shows it.
struct MessageRow {
    std::uint64_t position = 0;  ///< 0 is the oldest
    bool isUnacked = false;      ///< with a consumer, not yet acknowledged
    QString holder;              ///< connection, channel and consumer that hold it, when unacked
    bool isRedelivered = false;
    bool isPersistent = false;  ///< on disk, or waiting for it
    QString exchange;
    QString routingKey;
    MessageProperties properties;
    std::uint64_t bodyBytes = 0;  ///< whole size
    QByteArray body;              ///< possibly cut, see BrowseMessages
    bool operator==(const MessageRow&) const = default;
};

struct BrowseResult {
    QList<MessageRow> messages;
    std::uint64_t totalCount = 0;  ///< ready and unacked
};

struct PublishResult {
    bool wasRouted = false;
};

struct PurgeResult {
    std::uint64_t removedCount = 0;
};

struct DeclareResult {
    QString name;  ///< also when the broker chose it
};

/// What a policy would do if it were put now.
struct PolicyPreview {
    struct Match {
        ResourceKey key;
        bool isExchange = false;
        QString replaces;                ///< the policy of the same kind that it takes the place of
        bool isShadowed = false;         ///< a stronger policy holds for it: nothing changes
        std::uint64_t droppedCount = 0;  ///< messages that limits would remove at once
        std::uint64_t droppedBytes = 0;
        bool operator==(const Match&) const = default;
    };
    QList<Match> matches{};  ///< queues, then exchanges, by name
};

struct AccessVerdict {
    bool isAllowed = false;
    QString reason{};  ///< which pattern allows it, or why it is refused
};

struct CertificatesResult {
    QString folder{};
    QString authorityFile{};
    QString serverCertificateFile{};
    QString serverKeyFile{};
    QString clientCertificateFile{};
    QString clientKeyFile{};
    std::uint16_t port = 0;  ///< where the TLS listener is; 0: none
};

/// The answer to a command: done or refused, never silent.
struct CommandResult {
    CommandStatus status = CommandStatus::Done;
    QString text;  ///< why it was refused, in RabbitMQ's words; empty when done
    std::variant<std::monostate, BrowseResult, PublishResult, PurgeResult, DeclareResult,
                 PolicyPreview, AccessVerdict, CertificatesResult>
        value;

    bool isDone() const { return status == CommandStatus::Done; }
};

}  // namespace warren::management
