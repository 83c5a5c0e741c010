#include "tests/unit/node/local_node.h"

#include <QTcpSocket>

#include <algorithm>

namespace warren::node {
namespace {

using namespace management;

const ResourceKey kQueue{QStringLiteral("/"), QStringLiteral("orders")};
const ResourceKey kExchange{QStringLiteral("/"), QStringLiteral("shop")};

BindingRow binding()
{
    return {kQueue.vhost,
            kExchange.name,
            kQueue.name,
            DestinationKind::Queue,
            QStringLiteral("order.#"),
            {{QStringLiteral("a"), 1}}};
}

PublishMessage message(const QString& key, const QByteArray& body)
{
    PublishMessage publish{kQueue.vhost, {}, key, {}, body};
    publish.properties.deliveryMode = 2;
    publish.properties.contentType = QStringLiteral("text/plain");
    publish.properties.headers = Arguments{{QStringLiteral("n"), qlonglong{7}}};
    return publish;
}

TEST_F(LocalNode, TellsWhereItListens)
{
    const auto snapshot = snapshotOf({});
    EXPECT_EQ(snapshot->overview.amqpPort, m_port);
    EXPECT_EQ(snapshot->overview.connectionString,
              QStringLiteral("amqp://guest:guest@127.0.0.1:%1/").arg(m_port));
    EXPECT_EQ(snapshot->overview.exchangeCount, 8u);
    EXPECT_GT(snapshot->overview.memory.residentBytes, 0u);
    EXPECT_TRUE(snapshot->queues.isEmpty()) << "nobody watches them";
}

TEST_F(LocalNode, DeclaresShowsAndDeletesAQueue)
{
    const Arguments arguments{{QStringLiteral("x-max-length"), qlonglong{5}},
                              {QStringLiteral("x-nobody-knows"), true}};
    ASSERT_TRUE(execute(DeclareQueue{kQueue, true, false, arguments}).isDone());

    const auto queues = snapshotOf({.topics = TopicQueues})->queues;
    ASSERT_EQ(queues.size(), 1);
    EXPECT_EQ(queues.front().key, kQueue);
    EXPECT_TRUE(queues.front().isDurable);
    EXPECT_EQ(queues.front().arguments, arguments);
    EXPECT_EQ(queues.front().notHonoured, QStringList{QStringLiteral("x-nobody-knows")});

    ASSERT_TRUE(execute(DeleteQueue{kQueue}).isDone());
    EXPECT_TRUE(snapshotOf({.topics = TopicQueues})->queues.isEmpty());
}

TEST_F(LocalNode, GivesAQueueWithoutANameOne)
{
    const auto result = execute(DeclareQueue{{QStringLiteral("/"), {}}, true, false, {}});
    ASSERT_TRUE(result.isDone());
    EXPECT_TRUE(std::get<DeclareResult>(result.value).name.startsWith(QStringLiteral("amq.gen-")));
}

TEST_F(LocalNode, RefusesInTheWordsOfRabbitMq)
{
    ASSERT_TRUE(execute(DeclareQueue{kQueue, true, false, {}}).isDone());
    const auto inequivalent = execute(DeclareQueue{kQueue, false, false, {}});
    EXPECT_EQ(inequivalent.status, CommandStatus::Conflict);
    EXPECT_EQ(inequivalent.text,
              QStringLiteral("inequivalent arg 'durable' for queue 'orders' in vhost '/': received "
                             "'false' but current is 'true'"));
    EXPECT_EQ(execute(PurgeQueue{kExchange}).status, CommandStatus::NotFound);
    EXPECT_EQ(execute(DeleteQueue{kExchange}).status, CommandStatus::NotFound);
    EXPECT_EQ(execute(DeleteExchange{{QStringLiteral("/"), QStringLiteral("amq.topic")}}).status,
              CommandStatus::AccessRefused);
    EXPECT_EQ(execute(DeclareQueue{{QStringLiteral("nowhere"), QStringLiteral("q")}}).status,
              CommandStatus::NotFound);
    EXPECT_EQ(execute(DeclareQueue{{QStringLiteral("/"), QString(300, QLatin1Char('q'))}}).status,
              CommandStatus::Invalid);
    EXPECT_EQ(execute(CloseConnection{QStringLiteral("nobody"), {}}).status,
              CommandStatus::NotFound);
}

TEST_F(LocalNode, BindsAndUnbindsByWhatThePersonSees)
{
    ASSERT_TRUE(execute(DeclareQueue{kQueue, true, false, {}}).isDone());
    ASSERT_TRUE(execute(DeclareExchange{kExchange, QStringLiteral("topic")}).isDone());
    ASSERT_TRUE(execute(AddBinding{binding()}).isDone());

    const auto detail = snapshotOf({.topics = TopicQueueDetail, .queue = kQueue});
    ASSERT_EQ(detail->queueBindings.size(), 2) << "the default exchange's and ours";
    EXPECT_EQ(detail->queueBindings.back(), binding());
    EXPECT_EQ(
        snapshotOf({.topics = TopicExchangeDetail, .exchange = kExchange})->exchangeBindingsFrom,
        QList<BindingRow>{binding()});

    ASSERT_TRUE(execute(RemoveBinding{detail->queueBindings.back()}).isDone());
    EXPECT_EQ(execute(RemoveBinding{binding()}).status, CommandStatus::NotFound);
}

TEST_F(LocalNode, BrowsesWithoutChangingAnything)
{
    ASSERT_TRUE(execute(DeclareQueue{kQueue, true, false, {}}).isDone());
    for (int i = 0; i < 5; ++i) {
        const auto result = execute(message(kQueue.name, QByteArray::number(i)));
        ASSERT_TRUE(result.isDone());
        EXPECT_TRUE(std::get<PublishResult>(result.value).wasRouted);
    }
    for (int round = 0; round < 2; ++round) {
        const auto result = execute(BrowseMessages{kQueue, 1, 3, 4096});
        const auto& browsed = std::get<BrowseResult>(result.value);
        ASSERT_EQ(browsed.messages.size(), 3);
        EXPECT_EQ(browsed.totalCount, 5u);
        EXPECT_EQ(browsed.messages.front().position, 1u);
        EXPECT_EQ(browsed.messages.front().body, QByteArray("1"));
        EXPECT_TRUE(browsed.messages.front().isPersistent);
        EXPECT_FALSE(browsed.messages.front().isRedelivered);
        EXPECT_EQ(browsed.messages.front().properties, message({}, {}).properties);
    }
    EXPECT_EQ(snapshotOf({.topics = TopicQueues})->queues.front().readyCount, 5u);

    const auto purged = execute(PurgeQueue{kQueue});
    EXPECT_EQ(std::get<PurgeResult>(purged.value).removedCount, 5u);
}

TEST_F(LocalNode, CutsLongBodiesWhenBrowsing)
{
    ASSERT_TRUE(execute(DeclareQueue{kQueue, true, false, {}}).isDone());
    ASSERT_TRUE(execute(message(kQueue.name, QByteArray(10'000, 'x'))).isDone());
    const auto result = execute(BrowseMessages{kQueue, 0, 10, 100});
    const MessageRow row = std::get<BrowseResult>(result.value).messages.front();
    EXPECT_EQ(row.bodyBytes, 10'000u);
    EXPECT_EQ(row.body.size(), 100);
}

TEST_F(LocalNode, SaysWhetherAMessageFoundAQueue)
{
    const auto result = execute(message(QStringLiteral("nowhere"), {}));
    ASSERT_TRUE(result.isDone());
    EXPECT_FALSE(std::get<PublishResult>(result.value).wasRouted);
}

TEST_F(LocalNode, ShowsConnectionsThatHaveNotSpokenYet)
{
    QTcpSocket socket;
    socket.connectToHost(QStringLiteral("127.0.0.1"), m_port);
    ASSERT_TRUE(test::runUntil([&] {
        const auto snapshot = snapshotOf({.topics = TopicConnections});
        return snapshot->connections.size() == 1 &&
               snapshot->connections.front().state == ConnectionState::Starting;
    }));
}

TEST_F(LocalNode, KeepsItsLogForTheWindow)
{
    const auto log = snapshotOf({.topics = TopicLog})->log;
    EXPECT_TRUE(std::is_sorted(log.begin(), log.end(), [](const LogRow& a, const LogRow& b) {
        return a.sequence < b.sequence;
    }));
}

TEST_F(LocalNode, RefusesCommandsAfterItHasStopped)
{
    bool hasStopped = false;
    QObject::connect(m_node.get(), &Node::stopped, m_node.get(), [&] { hasStopped = true; });
    m_node->requestStop();
    ASSERT_TRUE(test::runUntil([&] { return hasStopped; }));
    EXPECT_EQ(execute(PurgeQueue{kQueue}).status, CommandStatus::Unreachable);
}

TEST_F(LocalNode, SaysWhyItCannotStartASecondTimeOnThePort)
{
    NodeConfig config = m_node->config();
    config.listeners.front().port = m_port;
    Node second(config, {});
    std::optional<NodeFailure> failure;
    QObject::connect(&second, &Node::failed, &second,
                     [&](const NodeFailure& reported) { failure = reported; });
    second.start();
    ASSERT_TRUE(test::runUntil([&] { return failure.has_value(); }));
    EXPECT_EQ(failure->code, ExitCode::CannotListen);
    EXPECT_TRUE(failure->text.contains(QString::number(m_port)));
}

}  // namespace
}  // namespace warren::node
