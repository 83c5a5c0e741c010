#include "core/node/test_certificates.h"
#include "tests/support/tls_peer.h"
#include "tests/unit/node/local_node.h"

#include <QFile>
#include <QTemporaryDir>

#include <gtest/gtest.h>

#include <filesystem>
#include <gmock/gmock.h>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>

namespace warren::node {
namespace {

using management::CommandStatus;
using management::CreateTestCertificates;
using test::runUntil;
using test::TlsPeer;
using ::testing::HasSubstr;

/// A node whose window has asked for test certificates.
class TlsNode : public LocalNode {
protected:
    management::CertificatesResult create(const CreateTestCertificates& command = {})
    {
        const auto result = execute(command);
        EXPECT_EQ(result.status, CommandStatus::Done) << result.text.toStdString();
        const auto* made = std::get_if<management::CertificatesResult>(&result.value);
        return made == nullptr ? management::CertificatesResult{} : *made;
    }
    std::unique_ptr<TlsPeer> connect(const management::CertificatesResult& made,
                                     bool showsCertificate)
    {
        test::TlsPeerOptions options{.authorityFile = made.authorityFile.toStdString()};
        options.serverName = "localhost";
        if (showsCertificate) {
            options.certificateFile = made.clientCertificateFile.toStdString();
            options.keyFile = made.clientKeyFile.toStdString();
        }
        auto peer = std::make_unique<TlsPeer>(made.port, options);
        using namespace std::string_view_literals;
        peer->send("AMQP\0\0\x09\x01"sv);
        EXPECT_TRUE(runUntil([&] {
            peer->pump();
            return !peer->received().empty();
        })) << peer->error();
        return peer;
    }
};

TEST_F(TlsNode, ListensAtOnceWithCertificatesOfItsOwn)
{
    const auto made = create();
    ASSERT_NE(made.port, 0);
    const auto peer = connect(made, /*showsCertificate=*/true);
    EXPECT_THAT(peer->received(), HasSubstr("Warren"));

    const auto snapshot = snapshotOf({.topics = management::TopicConnections});
    EXPECT_EQ(snapshot->overview.tlsPort, made.port);
    EXPECT_EQ(snapshot->overview.tlsConnectionString,
              QStringLiteral("amqps://guest:guest@127.0.0.1:%1/").arg(made.port));
    ASSERT_EQ(snapshot->connections.size(), 1);
    const management::ConnectionRow& row = snapshot->connections.front();
    EXPECT_TRUE(row.usesTls);
    EXPECT_EQ(row.tlsProtocol, QStringLiteral("TLSv1.3"));
    EXPECT_FALSE(row.tlsCipher.isEmpty());
    EXPECT_EQ(row.peerCertificateSubject, QStringLiteral("CN=guest"));
}

TEST_F(TlsNode, OffersExternalOnlyIfItIsConfigured)
{
    const auto made = create();
    const auto peer = connect(made, /*showsCertificate=*/true);
    EXPECT_EQ(peer->received().find("EXTERNAL"), std::string::npos);
}

TEST_F(TlsNode, GoesOnWithTheSameListenerWhenAskedAgain)
{
    const auto first = create();
    const auto second = create({.clientName = QStringLiteral("ann")});
    EXPECT_EQ(second.port, first.port);
    EXPECT_EQ(second.authorityFile, first.authorityFile);
    EXPECT_NE(second.clientCertificateFile, first.clientCertificateFile);
    const auto peer = connect(second, /*showsCertificate=*/true);
    EXPECT_THAT(peer->received(), HasSubstr("Warren"));
}

TEST_F(TlsNode, MakesFilesOnlyIfThatIsAskedFor)
{
    QTemporaryDir folder;
    const auto made = create({.folder = folder.path(), .startsListener = false});
    EXPECT_EQ(made.port, 0);
    EXPECT_TRUE(QFile::exists(made.clientKeyFile));
    EXPECT_TRUE(made.authorityFile.startsWith(folder.path()));
    EXPECT_EQ(snapshotOf({.topics = management::TopicConnections})->overview.tlsPort, 0);

    create();
    const auto other = execute(CreateTestCertificates{.folder = folder.path()});
    EXPECT_EQ(other.status, CommandStatus::Conflict) << "one set of certificates is in use";
}

TEST_F(TlsNode, RefusesNamesAndFoldersThatMakeNoSense)
{
    EXPECT_EQ(execute(CreateTestCertificates{.clientName = {}}).status, CommandStatus::Invalid);
    EXPECT_EQ(execute(CreateTestCertificates{.folder = QStringLiteral("here")}).status,
              CommandStatus::Invalid);
    EXPECT_EQ(execute(CreateTestCertificates{.folder = QStringLiteral("/proc/x")}).status,
              CommandStatus::Invalid);
    EXPECT_EQ(snapshotOf({.topics = management::TopicConnections})->overview.tlsPort, 0);
}

/// A node with its own settings, until it has started or failed.
class ConfiguredNode : public ::testing::Test {
protected:
    void start(NodeConfig config)
    {
        config.listeners.front().port = 0;
        config.logLevel = LogLevel::Error;
        m_started.reset();
        m_failure.reset();
        m_node = std::make_unique<Node>(config, std::vector<IgnoredSetting>{});
        QObject::connect(m_node.get(), &Node::started, m_node.get(),
                         [this](const NodeStarted& started) { m_started = started; });
        QObject::connect(m_node.get(), &Node::failed, m_node.get(),
                         [this](const NodeFailure& failure) { m_failure = failure; });
        m_node->start();
        ASSERT_TRUE(runUntil([this] { return m_started || m_failure; }));
    }
    NodeConfig tlsConfig()
    {
        NodeConfig config = defaultNodeConfig();
        config.isEphemeral = true;
        m_files = createTestCertificates(m_folder.path().toStdString(), "guest", {}).value();
        config.tls = m_files.tlsOptions();
        config.tlsListeners = {ListenAddress{"127.0.0.1", 0}};
        return config;
    }

    QTemporaryDir m_folder;
    TestCertificates m_files;
    std::unique_ptr<Node> m_node;
    std::optional<NodeStarted> m_started;
    std::optional<NodeFailure> m_failure;
};

TEST_F(ConfiguredNode, ListensWithTlsAsConfigured)
{
    start(tlsConfig());
    ASSERT_TRUE(m_started);
    ASSERT_EQ(m_started->tlsEndpoints.size(), 1u);
    EXPECT_NE(m_started->tlsEndpoints.front().port, 0);
    EXPECT_THAT(m_node->readyLine(*m_started).toStdString(), HasSubstr("\"amqps_port\":"));
}

TEST_F(ConfiguredNode, ListensWithTlsOnly)
{
    NodeConfig config = tlsConfig();
    config.listeners = {};
    std::optional<NodeStarted> started;
    Node tlsOnly(config, {});
    QObject::connect(&tlsOnly, &Node::started, &tlsOnly,
                     [&](const NodeStarted& result) { started = result; });
    tlsOnly.start();
    ASSERT_TRUE(runUntil([&] { return started.has_value(); }));
    EXPECT_TRUE(started->endpoints.empty());
    EXPECT_EQ(tlsOnly.readyLine(*started).indexOf("amqp_port"), -1);
    const auto future = tlsOnly.client().execute(management::PurgeQueue{});
    ASSERT_TRUE(runUntil([&] { return future.isFinished(); }));
    tlsOnly.client().watch({.topics = management::TopicConnections},
                           std::chrono::milliseconds{250});
    ASSERT_TRUE(runUntil([&] { return tlsOnly.client().snapshot()->overview.tlsPort != 0; }));
    EXPECT_EQ(tlsOnly.client().snapshot()->overview.amqpPort, 0);
}

TEST_F(ConfiguredNode, DoesNotStartWithFilesThatCannotBeUsed)
{
    NodeConfig config = tlsConfig();
    config.tls.keyFile = m_files.clientKey.string();
    start(config);
    ASSERT_TRUE(m_failure);
    EXPECT_EQ(m_failure->code, ExitCode::Usage);
    EXPECT_TRUE(m_failure->concernsTlsListener);
    EXPECT_THAT(m_failure->text.toStdString(), HasSubstr("key"));
}

TEST_F(ConfiguredNode, RemembersItsTestListener)
{
    NodeConfig config = defaultNodeConfig();
    config.dataFolder = m_folder.filePath(QStringLiteral("data"));
    start(config);
    ASSERT_TRUE(m_started);
    EXPECT_TRUE(m_started->tlsEndpoints.empty());
    const auto future = m_node->client().execute(CreateTestCertificates{});
    ASSERT_TRUE(runUntil([&] { return future.isFinished(); }));
    ASSERT_EQ(future.result().status, CommandStatus::Done) << future.result().text.toStdString();

    m_node.reset();
    start(config);
    ASSERT_TRUE(m_started);
    EXPECT_EQ(m_started->tlsEndpoints.size(), 1u);

    m_node.reset();
    std::filesystem::remove(
        testCertificatesIn(testCertificateFolder(config.dataFolder.toStdString()), "")
            .authorityKey);
    std::filesystem::remove(
        testCertificatesIn(testCertificateFolder(config.dataFolder.toStdString()), "").serverKey);
    start(config);
    ASSERT_TRUE(m_started) << "what is only remembered must not keep a node from starting";
    EXPECT_TRUE(m_started->tlsEndpoints.empty());
}

}  // namespace
}  // namespace warren::node
