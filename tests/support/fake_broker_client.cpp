#include "tests/support/fake_broker_client.h"

#include "tests/support/fake_cluster.h"

#include <QRegularExpression>

#include <algorithm>
#include <array>

namespace warren::test {

using namespace management;

namespace {

QDateTime startOfTime() { return QDateTime(QDate(2025, 3, 1), QTime(9, 0), Qt::UTC); }

constexpr std::uint64_t kMiB = 1024 * 1024;

/// All stages, by the memory that is used; nobody is held.
QList<FlowStageRow> flowOf(const Overview& overview)
{
    return {{.stage = FlowStage::Publisher},
            {.stage = FlowStage::Session, .waitingBytes = overview.memory.connectionBytes / 4},
            {.stage = FlowStage::Queue,
             .waitingBytes = overview.memory.bodyBytes,
             .waitingBytesMax = overview.memory.pagingBytes},
            {.stage = FlowStage::Store,
             .waitingBytes = overview.memory.storeBytes,
             .waitingBytesMax = overview.storeBytesMax}};
}

Overview overviewOfIdleNode()
{
    Overview overview;
    overview.nodeName = QStringLiteral("warren@desk");
    overview.version = QStringLiteral("0.1.0");
    overview.dataFolder = QStringLiteral("/home/ann/.local/share/warren");
    overview.address = QStringLiteral("127.0.0.1");
    overview.amqpPort = 5672;
    overview.connectionString = QStringLiteral("amqp://guest:guest@127.0.0.1:5672/");
    overview.startedAt = startOfTime();
    overview.exchangeCount = 7;
    overview.memory = {.residentBytes = 48 * kMiB,
                       .watermarkBytes = 3200 * kMiB,
                       .totalBytes = 8000 * kMiB,
                       .bodyBytes = 0,
                       .indexBytes = 1 * kMiB,
                       .connectionBytes = 0,
                       .storeBytes = 2 * kMiB,
                       .sqliteBytes = 3 * kMiB,
                       .otherBytes = 42 * kMiB,
                       .clearBytes = 3040 * kMiB,
                       .pagingBytes = 1600 * kMiB,
                       .watermarkRatio = 0.4};
    overview.disk = {.freeBytes = 91'000 * kMiB,
                     .limitBytes = 50 * kMiB,
                     .databaseBytes = 1 * kMiB,
                     .clearBytes = 52 * kMiB};
    overview.storeBytesMax = 64 * kMiB;
    overview.flow = flowOf(overview);
    return overview;
}

ExchangeRow exchangeRow(const QString& name, const QString& type)
{
    ExchangeRow row;
    row.key = {QStringLiteral("/"), name};
    row.type = type;
    row.isDurable = true;
    return row;
}

QList<ExchangeRow> predeclaredExchanges()
{
    QList<ExchangeRow> rows{
        exchangeRow(QString(), QStringLiteral("direct")),
        exchangeRow(QStringLiteral("amq.direct"), QStringLiteral("direct")),
        exchangeRow(QStringLiteral("amq.fanout"), QStringLiteral("fanout")),
        exchangeRow(QStringLiteral("amq.headers"), QStringLiteral("headers")),
        exchangeRow(QStringLiteral("amq.match"), QStringLiteral("headers")),
        exchangeRow(QStringLiteral("amq.rabbitmq.trace"), QStringLiteral("topic")),
        exchangeRow(QStringLiteral("amq.topic"), QStringLiteral("topic")),
    };
    rows[5].isInternal = true;
    return rows;
}

LogRow logRow(std::uint64_t sequence, LogLevel level, const QString& text)
{
    return {.sequence = sequence,
            .at = startOfTime().addMSecs(static_cast<qint64>(sequence) * 1237),
            .level = level,
            .text = text};
}

ConnectionRow connectionRow(int number)
{
    ConnectionRow row;
    const auto port = static_cast<std::uint16_t>(40'000 + number % 20'000);
    // The number is padded so that rows come out sorted by name.
    row.name = QStringLiteral("127.0.%1.1:%2 -> 127.0.0.1:5672")
                   .arg(number / 20'000)
                   .arg(port, 5, 10, QLatin1Char('0'));
    row.vhost = QStringLiteral("/");
    row.user = QStringLiteral("guest");
    row.protocol = QStringLiteral("AMQP 0-9-1");
    row.peerAddress = QStringLiteral("127.0.%1.1").arg(number / 20'000);
    row.peerPort = port;
    row.clientName = QStringLiteral("worker-%1").arg(number);
    row.product = QStringLiteral("pika 1.2.0 (Python 3.11.2)");
    row.clientProperties = {
        {QStringLiteral("product"), QStringLiteral("Pika Python Client Library")},
        {QStringLiteral("version"), QStringLiteral("1.2.0")},
        {QStringLiteral("platform"), QStringLiteral("Python 3.11.2")},
        {QStringLiteral("capabilities"), QVariantMap{{QStringLiteral("basic.nack"), true},
                                                     {QStringLiteral("connection.blocked"), true},
                                                     {QStringLiteral("publisher_confirms"), true}}},
    };
    row.frameBytesMax = 131'072;
    row.channelMax = 2047;
    row.heartbeatSeconds = 60;
    row.channelCount = 1;
    row.receivedBytesRate = 18'400.0 + number;
    row.sentBytesRate = 920.0 + number;
    row.receivedBytes = 48'811'204;
    row.sentBytes = 2'117'044;
    row.connectedAt = startOfTime().addSecs(60 + number % 3600);
    row.stateHistory = {{ConnectionState::Running, row.connectedAt}};
    row.credit = {.unsentBytes = 12'000,
                  .unsentBytesMax = 2 * kMiB,
                  .storeBytes = 96'000,
                  .storeBytesMax = 8 * kMiB};
    return row;
}

ChannelRow channelRow(int number)
{
    ChannelRow row;
    row.connection = connectionRow(number).name;
    row.number = 1;
    row.vhost = QStringLiteral("/");
    row.user = QStringLiteral("guest");
    row.mode = number % 3 == 0 ? ChannelMode::Confirm : ChannelMode::Plain;
    row.state = QStringLiteral("running");
    row.consumerCount = number % 2 == 0 ? 0U : 1U;
    row.unackedCount = number % 2 == 0 ? 0U : 20U;
    row.unconfirmedCount = number % 3 == 0 ? 12U : 0U;
    row.prefetch = number % 2 == 0 ? 0U : 20U;
    row.rates = {.publish = number % 2 == 0 ? 412.5 : 0.0,
                 .confirm = number % 3 == 0 ? 410.0 : 0.0,
                 .deliver = number % 2 == 0 ? 0.0 : 405.2,
                 .redeliver = 0,
                 .ack = number % 2 == 0 ? 0.0 : 404.8,
                 .returned = 0,
                 .dropped = 0};
    return row;
}

void changeState(ConnectionRow& row, ConnectionState state, const QDateTime& since)
{
    row.state = state;
    row.stateHistory.append({state, since});
}

void fillTotals(Snapshot& snapshot)
{
    Overview& overview = snapshot.overview;
    overview.readyCount = 0;
    overview.unackedCount = 0;
    overview.consumerCount = 0;
    overview.rates = {};
    for (const QueueRow& row : snapshot.queues) {
        overview.readyCount += row.readyCount;
        overview.unackedCount += row.unackedCount;
        overview.consumerCount += row.consumerCount;
        overview.rates.publish += row.rates.publish;
        overview.rates.confirm += row.rates.publish * 0.9;
        overview.rates.deliver += row.rates.deliver;
        overview.rates.ack += row.rates.ack;
    }
    overview.queueCount = static_cast<std::uint32_t>(snapshot.queues.size());
    overview.exchangeCount = static_cast<std::uint32_t>(snapshot.exchanges.size());
    overview.connectionCount = static_cast<std::uint32_t>(snapshot.connections.size());
    overview.channelCount = static_cast<std::uint32_t>(snapshot.channels.size());
    VhostRow vhost{.name = QStringLiteral("/"),
                   .description = QStringLiteral("Default virtual host"),
                   .users = {QStringLiteral("guest")},
                   .queueCount = overview.queueCount,
                   .connectionCount = overview.connectionCount,
                   .readyCount = overview.readyCount,
                   .unackedCount = overview.unackedCount,
                   .messageCount = overview.readyCount + overview.unackedCount};
    snapshot.vhosts = {vhost};
}

PermissionRow permissionRow(const QString& vhost, const QString& user)
{
    return {.vhost = vhost,
            .user = user,
            .configure = QStringLiteral(".*"),
            .write = QStringLiteral(".*"),
            .read = QStringLiteral(".*")};
}

UserRow guestRow()
{
    return {.name = QStringLiteral("guest"),
            .tags = {QStringLiteral("administrator")},
            .vhosts = {QStringLiteral("/")},
            .hasPassword = true,
            .isLoopbackOnly = true};
}

/// Users, sorted by name, with their permissions by vhost and user.
void addUsers(Snapshot& snapshot)
{
    UserRow guest = guestRow();
    guest.connectionCount = 6;
    UserRow metrics{.name = QStringLiteral("metrics"),
                    .tags = {QStringLiteral("monitoring")},
                    .hasPassword = false};
    UserRow shop{.name = QStringLiteral("shop"),
                 .tags = {QStringLiteral("management"), QStringLiteral("policymaker")},
                 .vhosts = {QStringLiteral("/")},
                 .hasPassword = true,
                 .maxConnections = 20,
                 .maxChannels = 200,
                 .connectionCount = 3};
    snapshot.users = {guest, metrics, shop};
    PermissionRow ofShop = permissionRow(QStringLiteral("/"), QStringLiteral("shop"));
    ofShop.configure = QStringLiteral("^$");
    ofShop.write = QStringLiteral("^orders(\\..*)?$");
    ofShop.read = QStringLiteral("^(orders|mail)\\.");
    snapshot.permissions = {permissionRow(QStringLiteral("/"), QStringLiteral("guest")), ofShop};
    snapshot.topicPermissions = {{.vhost = QStringLiteral("/"),
                                  .user = QStringLiteral("shop"),
                                  .exchange = QStringLiteral("amq.topic"),
                                  .write = QStringLiteral("^eu\\."),
                                  .read = QStringLiteral(".*")}};
    snapshot.vhosts.first().users = {QStringLiteral("guest"), QStringLiteral("shop")};
}

void addPolicies(Snapshot& snapshot)
{
    const QString root = QStringLiteral("/");
    snapshot.policies = {
        {.vhost = root,
         .name = QStringLiteral("dead-letters"),
         .pattern = QStringLiteral("^orders$"),
         .applyTo = PolicyTarget::Queues,
         .priority = 10,
         .definition = {{QStringLiteral("dead-letter-exchange"), QStringLiteral("orders.dead")}},
         .matchCount = 1},
        {.vhost = root,
         .name = QStringLiteral("keep-a-week"),
         .pattern = QStringLiteral("^audit\\."),
         .applyTo = PolicyTarget::Queues,
         .definition = {{QStringLiteral("message-ttl"), 604'800'000LL},
                        {QStringLiteral("max-length-bytes"), 1'073'741'824LL}},
         .matchCount = 1},
        {.vhost = root,
         .name = QStringLiteral("limit-all"),
         .isOperator = true,
         .pattern = QStringLiteral(".*"),
         .applyTo = PolicyTarget::Queues,
         .definition = {{QStringLiteral("max-length"), 2'000'000LL}},
         .matchCount = 6},
    };
}

ClosedChannelRow closedRow(std::uint64_t sequence, std::uint16_t channel, std::uint16_t code,
                           const QString& text)
{
    return {.sequence = sequence,
            .at = startOfTime().addSecs(600 + 7 * static_cast<qint64>(sequence)),
            .connection = connectionRow(static_cast<int>(sequence % 6)).name,
            .channel = channel,
            .vhost = QStringLiteral("/"),
            .user = QStringLiteral("guest"),
            .code = code,
            .text = text};
}

QList<ClosedChannelRow> typicalCloses()
{
    return {
        closedRow(1, 1, 404, QStringLiteral("NOT_FOUND - no queue 'ordrs' in vhost '/'")),
        closedRow(2, 1, 406,
                  QStringLiteral("PRECONDITION_FAILED - inequivalent arg 'durable' for queue "
                                 "'orders' in vhost '/': received 'false' but current is 'true'")),
        closedRow(3, 2, 406, QStringLiteral("PRECONDITION_FAILED - unknown delivery tag 7")),
        closedRow(4, 1, 403,
                  QStringLiteral("ACCESS_REFUSED - access to exchange 'orders' in vhost '/' "
                                 "refused for user 'shop'")),
        closedRow(5, 0, 505,
                  QStringLiteral("UNEXPECTED_FRAME - expected content header for class 60, got non "
                                 "content header frame instead")),
    };
}

}  // namespace

FakeBrokerClient::FakeBrokerClient(QObject* parent)
    : BrokerClient(parent), m_snapshot(std::make_shared<Snapshot>())
{
}

void FakeBrokerClient::watch(const WatchScope& scope, std::chrono::milliseconds interval)
{
    m_scope = scope;
    m_interval = interval;
}

QFuture<CommandResult> FakeBrokerClient::execute(const ManagementCommand& command)
{
    m_commands.append(command);
    Waiting waiting;
    if (!m_answers.empty()) {
        waiting.result = std::move(m_answers.front());
        m_answers.pop_front();
    } else {
        waiting.result = defaultAnswer(command);
    }
    waiting.promise.start();
    auto future = waiting.promise.future();
    m_waiting.push_back(std::move(waiting));
    if (!m_isHolding) releaseAnswers();
    return future;
}

CommandResult FakeBrokerClient::defaultAnswer(const ManagementCommand& command) const
{
    const auto* preview = std::get_if<PreviewPolicy>(&command);
    if (!preview) return {};
    const PolicyRow& policy = preview->policy;
    const QRegularExpression pattern(policy.pattern);
    if (!pattern.isValid()) {
        return {.status = CommandStatus::Invalid,
                .text = QStringLiteral("Validation failed: ") + pattern.errorString(),
                .value = {}};
    }
    PolicyPreview result;
    for (const QueueRow& queue : m_snapshot->queues) {
        const bool isWanted = policy.applyTo != PolicyTarget::Exchanges &&
                              queue.key.vhost == policy.vhost &&
                              pattern.match(queue.key.name).hasMatch();
        if (isWanted) result.matches.append({.key = queue.key, .replaces = queue.policy});
    }
    for (const ExchangeRow& exchange : m_snapshot->exchanges) {
        const bool isApplied =
            policy.applyTo == PolicyTarget::All || policy.applyTo == PolicyTarget::Exchanges;
        const bool isWanted = isApplied && exchange.key.vhost == policy.vhost &&
                              pattern.match(exchange.key.name).hasMatch();
        if (isWanted) {
            result.matches.append(
                {.key = exchange.key, .isExchange = true, .replaces = exchange.policy});
        }
    }
    return {.status = CommandStatus::Done, .text = {}, .value = result};
}

void FakeBrokerClient::setSnapshot(Snapshot snapshot)
{
    snapshot.sequence = m_snapshot->sequence + 1;
    m_snapshot = std::make_shared<Snapshot>(std::move(snapshot));
    emit snapshotChanged(m_snapshot);
}

void FakeBrokerClient::setReachability(Reachability state) { emit reachabilityChanged(state); }

void FakeBrokerClient::answerNext(CommandResult result) { m_answers.push_back(std::move(result)); }

void FakeBrokerClient::refuseNext(CommandStatus status, const QString& text)
{
    answerNext({.status = status, .text = text, .value = {}});
}

void FakeBrokerClient::releaseAnswer(std::size_t index)
{
    Waiting one = std::move(m_waiting.at(index));
    m_waiting.erase(m_waiting.begin() + static_cast<std::ptrdiff_t>(index));
    one.promise.addResult(std::move(one.result));
    one.promise.finish();
}

void FakeBrokerClient::releaseAnswers()
{
    // An answer may lead to the next command, so the list is taken first.
    auto waiting = std::exchange(m_waiting, {});
    m_isHolding = false;
    for (Waiting& one : waiting) {
        one.promise.addResult(std::move(one.result));
        one.promise.finish();
    }
}

QList<ClosedChannelRow> manyCloses()
{
    QList<ClosedChannelRow> rows;
    const QList<ClosedChannelRow> kinds = typicalCloses();
    constexpr std::uint64_t kCloses = 100;
    for (std::uint64_t sequence = 1; sequence <= kCloses; ++sequence) {
        const ClosedChannelRow& kind = kinds.at(static_cast<qsizetype>(sequence) % kinds.size());
        rows.append(closedRow(sequence, kind.channel, kind.code, kind.text));
    }
    return rows;
}

QueueRow queueRow(const QString& name, std::uint64_t readyCount)
{
    QueueRow row;
    row.key = {QStringLiteral("/"), name};
    row.isDurable = true;
    row.readyCount = readyCount;
    row.persistentCount = readyCount;
    row.bodyBytes = readyCount * 512;
    row.memoryBytes = 2048 + readyCount * 640;
    return row;
}

Snapshot emptySnapshot()
{
    Snapshot snapshot;
    snapshot.takenAt = startOfTime().addSecs(12);
    snapshot.topics = kAllTopics;
    snapshot.overview = overviewOfIdleNode();
    snapshot.exchanges = predeclaredExchanges();
    snapshot.cluster = aloneView();
    fillTotals(snapshot);
    snapshot.users = {guestRow()};
    snapshot.permissions = {permissionRow(QStringLiteral("/"), QStringLiteral("guest"))};
    return snapshot;
}

Snapshot snapshotOf(std::initializer_list<std::pair<QString, std::uint64_t>> readyByQueue)
{
    Snapshot snapshot = emptySnapshot();
    for (const auto& [name, readyCount] : readyByQueue) {
        snapshot.queues.append(queueRow(name, readyCount));
    }
    std::sort(snapshot.queues.begin(), snapshot.queues.end(),
              [](const QueueRow& left, const QueueRow& right) { return left.key < right.key; });
    fillTotals(snapshot);
    return snapshot;
}

Snapshot typicalSnapshot()
{
    Snapshot snapshot = emptySnapshot();
    snapshot.takenAt = startOfTime().addSecs(3 * 3600 + 25 * 60);

    QueueRow audit = queueRow(QStringLiteral("audit.log"), 1'204'311);
    audit.state = QueueState::Idle;
    audit.policy = QStringLiteral("keep-a-week");
    audit.effectivePolicy = {{QStringLiteral("message-ttl"), 604'800'000LL},
                             {QStringLiteral("max-length-bytes"), 1'073'741'824LL},
                             {QStringLiteral("max-length"), 2'000'000LL}};
    QueueRow mail = queueRow(QStringLiteral("mail.outgoing"), 0);
    mail.consumerCount = 4;
    mail.unackedCount = 80;
    mail.bodyBytes = 80 * 2400;
    mail.rates = {.publish = 412.5, .confirm = 410, .deliver = 405.2, .ack = 404.8};
    QueueRow orders = queueRow(QStringLiteral("orders"), 18'422);
    orders.consumerCount = 2;
    orders.unackedCount = 40;
    orders.arguments = {{QStringLiteral("x-message-ttl"), 60'000LL},
                        {QStringLiteral("x-dead-letter-exchange"), QStringLiteral("orders.dead")}};
    orders.arguments.insert(QStringLiteral("x-colour"), QStringLiteral("green"));
    orders.arguments.insert(QStringLiteral("x-max-priority"), 3LL);
    orders.arguments.insert(QStringLiteral("x-single-active-consumer"), true);
    orders.notHonoured = {QStringLiteral("x-colour")};
    orders.policy = QStringLiteral("dead-letters");
    orders.effectivePolicy = {
        {QStringLiteral("dead-letter-exchange"), QStringLiteral("orders.dead")},
        {QStringLiteral("max-length"), 2'000'000LL}};
    orders.singleActiveConsumer = QStringLiteral("ctag1.000002");
    orders.singleActiveSince = snapshot.takenAt.addSecs(-754);
    orders.readyByPriority = {18'000, 400, 0, 22};
    orders.deadLetteredCount = 1'217;
    orders.deadLetterDroppedCount = 3;
    orders.rates = {
        .publish = 2210.4, .confirm = 2190, .deliver = 1604.9, .redeliver = 3.5, .ack = 1601.2};
    QueueRow orderDead = queueRow(QStringLiteral("orders.dead"), 17);
    orderDead.state = QueueState::Idle;
    QueueRow session = queueRow(QStringLiteral("amq.gen-JzTY20BRgKO-HjmUJj0wLg"), 3);
    session.isDurable = false;
    session.isExclusive = true;
    session.isAutoDelete = true;
    session.persistentCount = 0;
    session.consumerCount = 1;
    session.ownerConnection = connectionRow(1).name;
    QueueRow thumbnails = queueRow(QStringLiteral("thumbnails"), 211);
    thumbnails.state = QueueState::Blocked;
    thumbnails.isDurable = false;
    thumbnails.consumerCount = 1;
    session.arguments = {{QStringLiteral("x-expires"), 1'800'000LL}};
    session.expiresIn = std::chrono::milliseconds(1'634'200);
    for (QueueRow* queue : {&audit, &mail, &orders, &orderDead, &session, &thumbnails}) {
        queue->operatorPolicy = QStringLiteral("limit-all");
        queue->effectivePolicy.insert(QStringLiteral("max-length"), 2'000'000LL);
    }
    mail.type = QStringLiteral("quorum");
    mail.arguments = {{QStringLiteral("x-queue-type"), QStringLiteral("quorum")}};
    snapshot.queues = {session, audit, mail, orders, orderDead, thumbnails};

    for (const auto& [name, type] : std::initializer_list<std::pair<QString, QString>>{
             {QStringLiteral("audit"), QStringLiteral("fanout")},
             {QStringLiteral("mail"), QStringLiteral("direct")},
             {QStringLiteral("orders"), QStringLiteral("topic")},
             {QStringLiteral("orders.dead"), QStringLiteral("fanout")},
             {QStringLiteral("thumbnails"), QStringLiteral("headers")}}) {
        snapshot.exchanges.append(exchangeRow(name, type));
    }
    snapshot.exchanges[7].arguments = {
        {QStringLiteral("alternate-exchange"), QStringLiteral("orders.dead")}};
    snapshot.exchanges[9].publishInRate = 2210.4;
    snapshot.exchanges[9].publishOutRate = 2622.9;

    for (int number = 0; number < 6; ++number) {
        snapshot.connections.append(connectionRow(number));
        snapshot.channels.append(channelRow(number));
    }
    const QDateTime now = snapshot.takenAt;
    changeState(snapshot.connections[2], ConnectionState::Blocked, now.addSecs(-3600));
    changeState(snapshot.connections[2], ConnectionState::Running, now.addSecs(-3420));
    changeState(snapshot.connections[3], ConnectionState::Flow, now.addSecs(-595));
    snapshot.connections[3].credit.heldBy = FlowStage::Store;
    snapshot.connections[3].credit.storeBytes = 8 * kMiB + 4096;
    snapshot.connections[3].usesTls = true;
    snapshot.connections[3].tlsProtocol = QStringLiteral("TLSv1.3");
    snapshot.connections[3].tlsCipher = QStringLiteral("TLS_AES_256_GCM_SHA384");
    snapshot.connections[3].peerCertificateSubject = QStringLiteral("CN=guest,O=client");
    snapshot.connections[4].clientName.clear();
    snapshot.connections[4].product = QStringLiteral("RabbitMQ 5.20.0 (Java 17)");
    snapshot.channels[3].state = QStringLiteral("flow");
    snapshot.channels[4].mode = ChannelMode::Transactional;
    snapshot.channels[4].uncommittedCount = 5;
    snapshot.channels[5].state = QStringLiteral("idle");

    snapshot.log = {
        logRow(1, LogLevel::Info, QStringLiteral("node started node=warren@desk version=0.1.0")),
        logRow(2, LogLevel::Info, QStringLiteral("listening address=127.0.0.1 port=5672")),
        logRow(3, LogLevel::Debug, QStringLiteral("store opened schema=1 segments=12")),
        logRow(4, LogLevel::Info,
               QStringLiteral("connection accepted peer=127.0.0.1:40000 user=guest vhost=/")),
        logRow(5, LogLevel::Warning,
               QStringLiteral("closing channel: NOT_FOUND - no queue 'ordrs' in vhost '/' "
                              "connection=127.0.0.1:40000 channel=1")),
        logRow(6, LogLevel::Error,
               QStringLiteral("handshake failed peer=127.0.0.1:40110 user=bob: ACCESS_REFUSED - "
                              "Login was refused using authentication mechanism PLAIN.")),
        logRow(7, LogLevel::Info,
               QStringLiteral("connection accepted peer=127.0.0.1:40001 user=guest vhost=/")),
    };

    fillTotals(snapshot);
    addUsers(snapshot);
    addPolicies(snapshot);
    snapshot.closedChannels = typicalCloses();
    snapshot.overview.memory = {.residentBytes = 1240 * kMiB,
                                .watermarkBytes = 3200 * kMiB,
                                .totalBytes = 8000 * kMiB,
                                .bodyBytes = 588 * kMiB,
                                .indexBytes = 160 * kMiB,
                                .connectionBytes = 12 * kMiB,
                                .storeBytes = 24 * kMiB,
                                .sessionBytes = 31 * kMiB,
                                .sqliteBytes = 64 * kMiB,
                                .otherBytes = 361 * kMiB,
                                .pagedOutBytes = 412 * kMiB,
                                .clearBytes = 3040 * kMiB,
                                .pagingBytes = 1600 * kMiB,
                                .watermarkRatio = 0.4};
    snapshot.overview.disk.databaseBytes = 742 * kMiB;
    snapshot.overview.flow = flowOf(snapshot.overview);
    snapshot.overview.flow[3].heldCount = 1;
    snapshot.overview.bottleneck = FlowStage::Store;
    snapshot.overview.tlsPort = 5671;
    snapshot.overview.tlsConnectionString = QStringLiteral("amqps://guest:guest@localhost:5671/");
    snapshot.cluster = threeNodeView();
    return snapshot;
}

Snapshot brokenClusterSnapshot()
{
    Snapshot snapshot = typicalSnapshot();
    snapshot.cluster = brokenView();
    return snapshot;
}

Snapshot administeredSnapshot()
{
    Snapshot snapshot = typicalSnapshot();
    snapshot.vhosts.append({.name = QStringLiteral("staging"),
                            .description = QStringLiteral("What is tried before it goes live"),
                            .tags = {QStringLiteral("test")},
                            .defaultQueueType = QStringLiteral("quorum"),
                            .maxConnections = 100,
                            .maxQueues = 50,
                            .isProtected = true,
                            .isTracing = true});
    return snapshot;
}

Snapshot hugeSnapshot(int rowCount, int generation)
{
    Snapshot snapshot = typicalSnapshot();
    snapshot.queues.clear();
    snapshot.connections.clear();
    snapshot.channels.clear();
    snapshot.log.clear();
    for (int number = 0; number < rowCount; ++number) {
        const auto ready = static_cast<std::uint64_t>(number + generation) * 7919 % 100'000;
        QueueRow queue =
            queueRow(QStringLiteral("tenant.%1.jobs").arg(number, 6, 10, QLatin1Char('0')), ready);
        queue.rates.publish = static_cast<double>((number + generation) * 104'729LL % 997);
        queue.rates.deliver = queue.rates.publish;
        queue.rates.ack = queue.rates.publish;
        queue.consumerCount = static_cast<std::uint32_t>(number % 5);
        snapshot.queues.append(queue);

        ConnectionRow connection = connectionRow(number);
        connection.receivedBytesRate += generation;
        snapshot.connections.append(connection);
        ChannelRow channel = channelRow(number);
        channel.rates.publish += generation;
        snapshot.channels.append(channel);
    }
    snapshot.cluster.queues = manyReplicas(snapshot.queues);
    snapshot.closedChannels = manyCloses();
    const PolicyRow policy = snapshot.policies.first();
    const UserRow user = snapshot.users.last();
    snapshot.policies.clear();
    constexpr int kAdministrativeMax = 1000;
    for (int number = 0; number < std::min(rowCount, kAdministrativeMax); ++number) {
        const QString name = QStringLiteral("tenant.%1.with-a-name-that-is-long-enough-to-be-cut")
                                 .arg(number, 6, 10, QLatin1Char('0'));
        snapshot.policies.append(policy);
        snapshot.policies.last().name = name;
        snapshot.policies.last().pattern = QStringLiteral("^") + name.repeated(3);
        snapshot.policies.last().definition.insert(QStringLiteral("message-ttl"), 1000LL * number);
        snapshot.policies.last().matchCount = static_cast<std::uint32_t>(number * 7);
        snapshot.users.append(user);
        snapshot.users.last().name = name;
        snapshot.permissions.append(permissionRow(QStringLiteral("/"), name));
    }
    constexpr std::uint64_t kLogLines = 1000;
    for (std::uint64_t line = 1; line <= kLogLines; ++line) {
        snapshot.log.append(logRow(line + static_cast<std::uint64_t>(generation),
                                   line % 50 == 0 ? LogLevel::Warning : LogLevel::Info,
                                   QStringLiteral("connection accepted peer=127.0.0.1:%1 "
                                                  "user=guest vhost=/")
                                       .arg(40'000 + line)));
    }
    fillTotals(snapshot);
    for (const PolicyRow& each : snapshot.policies) {
        snapshot.vhosts.append({.name = each.name,
                                .description = each.pattern,
                                .users = {each.name},
                                .queueCount = each.matchCount,
                                .messageCount = each.matchCount * 1000ULL});
    }
    return snapshot;
}

Snapshot alarmedSnapshot()
{
    Snapshot snapshot = typicalSnapshot();
    Overview& overview = snapshot.overview;
    overview.memory.residentBytes = 3391 * kMiB;
    overview.memory.bodyBytes = 2710 * kMiB;
    overview.memory.otherBytes = 390 * kMiB;
    overview.disk.freeBytes = 31 * kMiB;
    overview.hasMemoryAlarm = true;
    overview.hasDiskAlarm = true;
    overview.storageError = QStringLiteral(
        "The database cannot be written: disk I/O error. Nothing is confirmed any "
        "more; what was confirmed is on disk.");
    const QDateTime since = snapshot.takenAt.addSecs(-245);
    overview.alarms = {{AlarmKind::Memory, since}, {AlarmKind::Disk, since.addSecs(30)}};
    overview.flow = flowOf(overview);
    for (ConnectionRow& row : snapshot.connections) {
        changeState(row, ConnectionState::Blocked, since.addSecs(2));
        row.blockedReason = QStringLiteral("low on disk & memory");
        row.credit.heldBy = FlowStage::Publisher;
        overview.blockedConnections.append(row.name);
    }
    overview.blockedCount = static_cast<std::uint32_t>(snapshot.connections.size());
    overview.flow[0].heldCount = overview.blockedCount;
    overview.bottleneck = FlowStage::Publisher;
    return snapshot;
}

}  // namespace warren::test
