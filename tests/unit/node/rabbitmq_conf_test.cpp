#include "core/node/rabbitmq_conf.h"

#include <QFile>
#include <QTemporaryDir>

#include <gtest/gtest.h>

#include <chrono>
#include <gmock/gmock.h>

namespace warren::node {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<ConfSetting> settingsOf(std::string_view text)
{
    auto settings = parseConf(text);
    EXPECT_TRUE(settings) << settings.error().text;
    return settings ? *settings : std::vector<ConfSetting>{};
}

/// The defaults with `text` applied.
NodeConfig configOf(std::string_view text)
{
    NodeConfig config;
    const auto unknown = applyConf(settingsOf(text), config);
    EXPECT_TRUE(unknown) << unknown.error().text;
    return config;
}

/// Why `text` can't be applied.
ConfError applyErrorOf(std::string_view text)
{
    NodeConfig config;
    const auto unknown = applyConf(settingsOf(text), config);
    EXPECT_FALSE(unknown);
    EXPECT_EQ(config, NodeConfig{}) << "a refused file must change nothing";
    return unknown ? ConfError{} : unknown.error();
}

// ---- Syntax: each case gives what RabbitMQ 3.10 gives, unless a comment says otherwise ----

TEST(ParseConf, TakesKeysAndValuesWithSpacesAroundThem)
{
    EXPECT_THAT(settingsOf("a.b=1\n \ta.c =\ttwo  words \t\n"),
                ElementsAre(ConfSetting{"a.b", "1", 1}, ConfSetting{"a.c", "two  words", 2}));
}

TEST(ParseConf, SkipsCommentsAndEmptyLines)
{
    EXPECT_THAT(settingsOf("# all comment\n\n   # likewise\na.b = 1 # behind\na.c = x#y\n"),
                ElementsAre(ConfSetting{"a.b", "1", 4}, ConfSetting{"a.c", "x", 5}));
}

TEST(ParseConf, TakesWindowsLineEndsAndAMissingLastOne)
{
    EXPECT_THAT(settingsOf("a.b = 1\r\nq.r = x"),
                ElementsAre(ConfSetting{"a.b", "1", 1}, ConfSetting{"q.r", "x", 2}));
}

TEST(ParseConf, TakesAnEqualsSignInAValue)
{
    EXPECT_THAT(settingsOf("a.b = 1 = 2"), ElementsAre(ConfSetting{"a.b", "1 = 2", 1}));
}

TEST(ParseConf, TakesAnEscapedDotInAKey)
{
    EXPECT_THAT(settingsOf("loopback_users.my\\.user = true"),
                ElementsAre(ConfSetting{"loopback_users.my.user", "true", 1}));
}

TEST(ParseConf, TakesUtf8InAValue)
{
    EXPECT_THAT(settingsOf("cluster_name = K\xc3\xb6ln"),
                ElementsAre(ConfSetting{"cluster_name", "K\xc3\xb6ln", 1}));
}

TEST(ParseConf, TakesAQuotedValueAsItStands)  // as RabbitMQ does since 3.13
{
    EXPECT_THAT(settingsOf("a.b = ' x#y ' # comment\na.c = '' x\na.d = 'open\n"),
                ElementsAre(ConfSetting{"a.b", " x#y ", 1}, ConfSetting{"a.c", "'' x", 2},
                            ConfSetting{"a.d", "'open", 3}));
}

TEST(ParseConf, KeepsDoubleQuotes)
{
    EXPECT_THAT(settingsOf("a.b = \"x\""), ElementsAre(ConfSetting{"a.b", "\"x\"", 1}));
}

TEST(ParseConf, NamesTheLineThatIsMalformed)
{
    for (const std::string_view line :
         {"a.b", "a.b =", "a.b = # only a comment", "= 1", "a..b = 1", ".a = 1", "a. = 1",
          "a b = 1", "a@b = 1", "a.b : 1", "\xc3\xb6.c = 1", "a.b = ''"}) {
        const auto settings = parseConf("ok = 1\n" + std::string(line) + "\nok = 2\n");
        ASSERT_FALSE(settings) << line;
        EXPECT_EQ(settings.error().line, 2u) << line;
        EXPECT_THAT(settings.error().text, HasSubstr("expected")) << line;
    }
}

TEST(ParseConf, AnEmptyFileHasNoSettings)
{
    EXPECT_THAT(settingsOf(""), IsEmpty());
    EXPECT_THAT(settingsOf("\n\n"), IsEmpty());
}

// ---- Meaning ----

TEST(ApplyConf, AppliesWhatANodeKnows)
{
    const NodeConfig config = configOf(R"(
        heartbeat = 30
        channel_max = 128
        frame_max = 65536
        max_message_size = 1000000
        handshake_timeout = 2500
        default_user = alice
        default_pass = it's a secret
        default_vhost = shop
        event_exchange.vhost = office
        cluster_name = desk
        tcp_listen_options.backlog = 128
        log.console.level = warning
    )");

    EXPECT_EQ(config.heartbeat, 30s);
    EXPECT_EQ(config.channelMax, 128);
    EXPECT_EQ(config.frameBytesMax, 65536u);
    EXPECT_EQ(config.messageBytesMax, 1'000'000u);
    EXPECT_EQ(config.handshakeTimeout, 2500ms);
    EXPECT_EQ(config.defaultUser, "alice");
    EXPECT_EQ(config.defaultPassword, "it's a secret");
    EXPECT_EQ(config.defaultVhost, "shop");
    EXPECT_EQ(config.eventVhost, "office");
    EXPECT_EQ(config.clusterName, "desk");
    EXPECT_EQ(config.listenBacklog, 128);
    EXPECT_EQ(config.logLevel, LogLevel::Warning);
}

TEST(ApplyConf, CollectsTheKeysThatMeanNothingHere)
{
    NodeConfig config;
    const auto unknown = applyConf(
        settingsOf("heartbeat = 1\nmanagement.tcp.port = 15672\ncollect_statistics = none\n"
                   "load_definitions = /x\ncluster_keepalive_interval = 5000"),
        config);

    ASSERT_TRUE(unknown);
    EXPECT_THAT(
        *unknown,
        ElementsAre(IgnoredSetting{"management.tcp.port", 2, IgnoredReason::Unknown},
                    IgnoredSetting{"collect_statistics", 3, IgnoredReason::WithoutEffect},
                    IgnoredSetting{"load_definitions", 4, IgnoredReason::NotYet},
                    IgnoredSetting{"cluster_keepalive_interval", 5, IgnoredReason::NotYet}));
    EXPECT_EQ(config.heartbeat, 1s);
}

TEST(ApplyConf, SaysNothingOfWhatActsInAClusterOnly)
{
    NodeConfig config;
    const auto ignored = applyConf(
        settingsOf("queue_master_locator = random\nmirroring_sync_batch_size = 100\n"
                   "mirroring_sync_max_throughput = 2MB\ncluster_formation.node_type = ram\n"
                   "cluster_partition_handling = pause_minority"),
        config);
    ASSERT_TRUE(ignored);
    EXPECT_THAT(*ignored, ElementsAre());
    const auto unsafe = applyConf(settingsOf("cluster_partition_handling = autoheal"), config);
    ASSERT_TRUE(unsafe);
    EXPECT_THAT(*unsafe, ElementsAre(IgnoredSetting{"cluster_partition_handling", 1,
                                                    IgnoredReason::NotYet}));
}

TEST(ApplyConf, ALaterSettingOfTheSameKeyWins)
{
    EXPECT_EQ(configOf("heartbeat = 1\nheartbeat = 2").heartbeat, 2s);
}

TEST(ApplyConf, TakesListeners)
{
    EXPECT_THAT(configOf("listeners.tcp.default = 5673").listeners,
                ElementsAre(ListenAddress{"127.0.0.1", 5673}));
    EXPECT_THAT(configOf("listeners.tcp.1 = 192.168.1.99:5672\nlisteners.tcp.2 = ::1:5673\n"
                         "listeners.tcp.3 = [fe80::1]:0")
                    .listeners,
                ElementsAre(ListenAddress{"192.168.1.99", 5672}, ListenAddress{"::1", 5673},
                            ListenAddress{"fe80::1", 0}));
}

TEST(ApplyConf, TakesWhatTheDefaultUserMay)
{
    EXPECT_EQ(configOf("").defaultPermissions, (DefaultPermissions{".*", ".*", ".*"}));
    EXPECT_THAT(configOf("").defaultUserTags, ElementsAre("administrator"));
    const NodeConfig config = configOf(
        "default_permissions.configure = ^a\ndefault_permissions.read = ^b\n"
        "default_permissions.write = ^$\ndefault_user_tags.monitoring = true\n"
        "default_user_tags.administrator = false\ndefault_user_tags.management = true");
    EXPECT_EQ(config.defaultPermissions, (DefaultPermissions{"^a", "^b", "^$"}));
    EXPECT_THAT(config.defaultUserTags, ElementsAre("management", "monitoring"));
}

TEST(ApplyConf, TakesTheConsumerTimeout)
{
    EXPECT_EQ(configOf("").consumerTimeout, 1'800'000ms);
    EXPECT_EQ(configOf("consumer_timeout = 5000").consumerTimeout, 5000ms);
    EXPECT_EQ(configOf("consumer_timeout = undefined").consumerTimeout, std::nullopt);
}

TEST(ApplyConf, TakesMechanisms)
{
    EXPECT_THAT(configOf("auth_mechanisms.1 = EXTERNAL\nauth_mechanisms.2 = PLAIN\n"
                         "auth_mechanisms.3 = EXTERNAL")
                    .authMechanisms,
                ElementsAre("EXTERNAL", "PLAIN"));
    EXPECT_EQ(configOf("auth_backends.1 = internal").authMechanisms, NodeConfig{}.authMechanisms);
}

TEST(ApplyConf, KeepsClusterSettings)
{
    const ClusterSettings cluster =
        configOf(
            "cluster_partition_handling = pause_if_all_down\n"
            "cluster_partition_handling.pause_if_all_down.recover = autoheal\n"
            "cluster_partition_handling.pause_if_all_down.nodes.1 = a@b\n"
            "cluster_formation.node_type = ram\n"
            "cluster_formation.classic_config.nodes.1 = x@y\n"
            "cluster_formation.classic_config.nodes.2 = z@y\n"
            "mirroring_sync_batch_size = 100\nmirroring_sync_max_throughput = 2MB\n"
            "queue_master_locator = min-masters\ncluster_keepalive_interval = 5000")
            .cluster;
    EXPECT_EQ(cluster.partitionHandling, ClusterSettings::PartitionHandling::PauseIfAllDown);
    EXPECT_TRUE(cluster.pauseIfAllDownHeals);
    EXPECT_THAT(cluster.pauseIfAllDownNodes, ElementsAre("a@b"));
    EXPECT_THAT(cluster.nodes, ElementsAre("x@y", "z@y"));
    EXPECT_EQ(cluster.joinType, cluster::NodeType::Ram);
    EXPECT_EQ(cluster.syncBatchSize, 100u);
    EXPECT_EQ(cluster.syncBytesPerSecondMax, 2'000'000u);
    EXPECT_EQ(cluster.queueMasterLocator, "min-masters");
    EXPECT_EQ(cluster.keepaliveInterval, 5s);
    EXPECT_THAT(applyErrorOf("cluster_partition_handling = pause_if_all_down").text,
                HasSubstr("needs its nodes and its recover"));
}

TEST(ApplyConf, TakesNameOfTheUserInACertificate)
{
    EXPECT_EQ(configOf("").certificateLogin.source, CertificateLogin::Source::DistinguishedName);
    EXPECT_EQ(configOf("ssl_cert_login_from = common_name").certificateLogin.source,
              CertificateLogin::Source::CommonName);
    const CertificateLogin login = configOf(
                                       "ssl_cert_login_from = subject_alt_name\n"
                                       "ssl_cert_login_san_type = email\n"
                                       "ssl_cert_login_san_index = 2")
                                       .certificateLogin;
    EXPECT_EQ(login.source, CertificateLogin::Source::SubjectAlternativeName);
    EXPECT_EQ(login.alternativeKind, net::AlternativeName::Kind::Email);
    EXPECT_EQ(login.alternativeIndex, 2u);
}

TEST(ApplyConf, RefusesToListenNowhere)
{
    EXPECT_THAT(applyErrorOf("listeners.tcp = none").text, HasSubstr("nothing to listen on"));
}

TEST(ApplyConf, TakesMemoryLimits)
{
    EXPECT_EQ(configOf("vm_memory_high_watermark.relative = 0.6").memoryWatermark,
              (MemoryWatermark{0.6, std::nullopt}));
    EXPECT_EQ(configOf("vm_memory_high_watermark.absolute = 2GB").memoryWatermark.absoluteBytes,
              2'000'000'000u);
    EXPECT_EQ(
        configOf("vm_memory_high_watermark.absolute = 1073741824").memoryWatermark.absoluteBytes,
        1'073'741'824u);
}

TEST(ApplyConf, ARelativeLimitWinsWhereverItStands)
{
    EXPECT_EQ(configOf("vm_memory_high_watermark.relative = 0.6\n"
                       "vm_memory_high_watermark.absolute = 2GB")
                  .memoryWatermark,
              (MemoryWatermark{0.6, std::nullopt}));
    EXPECT_EQ(configOf("disk_free_limit.relative = 1.5\ndisk_free_limit.absolute = 2GB")
                  .diskFreeLimit.relativeToMemory,
              1.5);
}

TEST(ApplyConf, TakesDiskLimits)
{
    EXPECT_EQ(configOf("disk_free_limit.absolute = 1GiB").diskFreeLimit.bytes(0), 1ull << 30);
    EXPECT_EQ(configOf("disk_free_limit.relative = 2.0").diskFreeLimit.bytes(100), 200u);
    EXPECT_EQ(configOf("").diskFreeLimit.bytes(100), 50'000'000u);
}

TEST(ApplyConf, TakesLoopbackUsers)
{
    EXPECT_THAT(configOf("").loopbackUsers, ElementsAre("guest"));
    EXPECT_THAT(configOf("loopback_users = none").loopbackUsers, IsEmpty());
    EXPECT_THAT(configOf("loopback_users.guest = false").loopbackUsers, IsEmpty());
    EXPECT_THAT(configOf("loopback_users.guest = true\nloopback_users.bob = true").loopbackUsers,
                ElementsAre("bob", "guest"));
    EXPECT_THAT(configOf("loopback_users.bob = true\nloopback_users = none").loopbackUsers,
                IsEmpty());
}

TEST(ApplyConf, TakesAnEndlessHandshake)
{
    EXPECT_EQ(configOf("handshake_timeout = infinity").handshakeTimeout, std::nullopt);
}

TEST(ApplyConf, ZeroMeansNoLimit)
{
    const NodeConfig config = configOf("frame_max = 0\nchannel_max = 0\nheartbeat = 0");

    EXPECT_EQ(config.frameBytesMax, 0u);
    EXPECT_EQ(config.channelMax, 0);
    EXPECT_EQ(config.heartbeat, 0s);
}

TEST(ApplyConf, FrameMaxHasAByteSize)
{
    EXPECT_EQ(configOf("frame_max = 128kb").frameBytesMax, 131072u);
}

TEST(ApplyConf, TheConsolesLogLevelWinsOverTheFiles)
{
    EXPECT_EQ(configOf("log.file.level = debug").logLevel, LogLevel::Debug);
    EXPECT_EQ(configOf("log.console.level = error\nlog.file.level = debug").logLevel,
              LogLevel::Error);
    EXPECT_EQ(configOf("log.console.level = notice").logLevel, LogLevel::Info);
    EXPECT_EQ(configOf("log.console.level = none").logLevel, LogLevel::Error);
}

struct RefusedSetting {
    const char* line;
    const char* reason;
};

class RefusedSettings : public ::testing::TestWithParam<RefusedSetting> {};

TEST_P(RefusedSettings, AreRefusedWithLineKeyAndReason)
{
    const auto error = applyErrorOf("default_user = x\n" + std::string(GetParam().line));

    const std::string line = GetParam().line;
    EXPECT_EQ(error.line, 2u);
    EXPECT_THAT(error.text, HasSubstr("'" + line.substr(0, line.find(" =")) + "'"));
    EXPECT_THAT(error.text, HasSubstr(GetParam().reason));
}

INSTANTIATE_TEST_SUITE_P(
    Values, RefusedSettings,
    ::testing::Values(RefusedSetting{"heartbeat = soon", "number from 0 to 65535"},
                      RefusedSetting{"heartbeat = -1", "number from 0 to 65535"},
                      RefusedSetting{"heartbeat = 60s", "number from 0 to 65535"},
                      RefusedSetting{"heartbeat = 70000", "number from 0 to 65535"},
                      RefusedSetting{"channel_max = 65536", "number from 0 to 65535"},
                      RefusedSetting{"frame_max = 4095", "at least 4096"},
                      RefusedSetting{"frame_max = 8gb", "at least 4096"},
                      RefusedSetting{"max_message_size = 0", "number from 1 to 536870912"},
                      RefusedSetting{"max_message_size = 536870913", "number from 1 to 536870912"},
                      RefusedSetting{"handshake_timeout = never", "infinity or milliseconds"},
                      RefusedSetting{"vm_memory_high_watermark.relative = 40%", "like 0.4"},
                      RefusedSetting{"vm_memory_high_watermark.relative = nan", "like 0.4"},
                      RefusedSetting{"vm_memory_high_watermark.absolute = 2 GB", "like 512MB"},
                      RefusedSetting{"disk_free_limit.absolute = much", "like 512MB"},
                      RefusedSetting{"disk_free_limit.relative = -1.0", "like 0.4"},
                      RefusedSetting{"loopback_users = guest", "must be none"},
                      RefusedSetting{"loopback_users.guest = no", "true or false"},
                      RefusedSetting{"listeners.tcp = all", "must be none"},
                      RefusedSetting{"listeners.tcp.default = 65536", "address:port"},
                      RefusedSetting{"listeners.tcp.default = 127.0.0.1", "address:port"},
                      RefusedSetting{"listeners.tcp.default = :5672", "address:port"},
                      RefusedSetting{"log.console.level = loud", "must be debug"}));

INSTANTIATE_TEST_SUITE_P(
    Access, RefusedSettings,
    ::testing::Values(RefusedSetting{"default_permissions.read = [", "regular expression"},
                      RefusedSetting{"default_user_tags.x = 1", "true or false"},
                      RefusedSetting{"auth_mechanisms.1 = RABBIT-CR-DEMO", "or EXTERNAL"},
                      RefusedSetting{"auth_backends.1 = ldap", "must be internal"},
                      RefusedSetting{"consumer_timeout = 0", "milliseconds from 1"},
                      RefusedSetting{"consumer_timeout = false", "undefined or milliseconds"},
                      RefusedSetting{"proxy_protocol = true", "not supported"},
                      RefusedSetting{"ssl_cert_login_from = name", "distinguished_name"},
                      RefusedSetting{"ssl_cert_login_san_type = dn", "dns"}));

INSTANTIATE_TEST_SUITE_P(
    Tls, RefusedSettings,
    ::testing::Values(RefusedSetting{"listeners.ssl = 5671", "must be none"},
                      RefusedSetting{"listeners.ssl.default = x", "address:port"},
                      RefusedSetting{"ssl_options.versions.1 = tlsv1.1", "not secure"},
                      RefusedSetting{"ssl_options.versions.1 = tlsv1", "not secure"},
                      RefusedSetting{"ssl_options.verify = peer", "verify_none or verify_peer"},
                      RefusedSetting{"ssl_options.certfile = /nonexistent", "can be read"},
                      RefusedSetting{"ssl_options.cacertfile = /", "can be read"},
                      RefusedSetting{"cluster_tls.certfile = /nonexistent", "can be read"},
                      RefusedSetting{"cluster_tls.keyfile = /nonexistent", "can be read"},
                      RefusedSetting{"cluster_tls.cacertfile = /", "can be read"},
                      RefusedSetting{"ssl_options.depth = 256", "from 0 to 255"},
                      RefusedSetting{"ssl_options.crl_check = true", "not supported"},
                      RefusedSetting{"ssl_options.key.RSAPrivateKey = x", "in a file"},
                      RefusedSetting{"ssl_handshake_timeout = 0", "from 1"}));

// What nothing here acts on is judged all the same.
INSTANTIATE_TEST_SUITE_P(
    Ignored, RefusedSettings,
    ::testing::Values(RefusedSetting{"num_acceptors.tcp = many", "must be a number"},
                      RefusedSetting{"collect_statistics = all", "none, coarse or fine"},
                      RefusedSetting{"vm_memory_high_watermark_paging_ratio = 1.5", "between 0"},
                      RefusedSetting{"tcp_listen_options.nodelay = 1", "true or false"},
                      RefusedSetting{"tcp_listen_options.sndbuf = x", "must be a number"},
                      RefusedSetting{"password_hashing_module = plain", "sha256"},
                      RefusedSetting{"log.queue.level = loud", "must be debug"},
                      RefusedSetting{"queue_master_locator = best", "client-local"},
                      RefusedSetting{"mirroring_sync_batch_size = 1000001", "1 to 1000000"},
                      RefusedSetting{"cluster_partition_handling = heal", "pause_minority"},
                      RefusedSetting{"cluster_formation.classic_config.nodes.1 = x", "name@host"},
                      RefusedSetting{"net_ticktime = 0", "from 1"}));

// ---- Files ----

class ConfFile : public ::testing::Test {
protected:
    QString write(const QByteArray& text)
    {
        const QString path = m_folder.filePath(QStringLiteral("rabbitmq.conf"));
        QFile file(path);
        EXPECT_TRUE(file.open(QIODevice::WriteOnly));
        EXPECT_EQ(file.write(text), text.size());
        return path;
    }

    QTemporaryDir m_folder;
    NodeConfig m_config;
};

TEST_F(ConfFile, IsReadAndApplied)
{
    const auto unknown = loadConfFile(write("heartbeat = 7\nother.key = x\n"), m_config);

    ASSERT_TRUE(unknown);
    EXPECT_EQ(unknown->size(), 1u);
    EXPECT_EQ(m_config.heartbeat, 7s);
}

TEST_F(ConfFile, AnErrorNamesFileLineAndReason)
{
    const QString path = write("heartbeat = 7\nheartbeat = x\n");
    const auto unknown = loadConfFile(path, m_config);

    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error(),
              path.toStdString() + ":2: 'heartbeat' must be a number from 0 to 65535");
}

TEST_F(ConfFile, AMissingFileIsAnError)
{
    const auto unknown = loadConfFile(m_folder.filePath(QStringLiteral("none")), m_config);

    ASSERT_FALSE(unknown);
    EXPECT_THAT(unknown.error(), HasSubstr("cannot read the configuration file"));
}

TEST_F(ConfFile, AHugeFileIsAnError)
{
    const auto unknown = loadConfFile(write(QByteArray(kConfBytesMax + 1, '#')), m_config);

    ASSERT_FALSE(unknown);
    EXPECT_THAT(unknown.error(), HasSubstr("larger than 1 MiB"));
}

}  // namespace
}  // namespace warren::node
