#include "core/node/command_line.h"

#include <QDir>
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

CommandLineOutcome read(QStringList arguments)
{
    arguments.prepend(QStringLiteral("warren-node"));
    return readCommandLine(arguments, QStringLiteral("A broker."));
}

/// @pre the command line asks for a node
RunNode runOf(const QStringList& arguments)
{
    const auto outcome = read(arguments);
    const auto* refused = std::get_if<PrintAndExit>(&outcome);
    EXPECT_EQ(refused, nullptr) << refused->text.toStdString();
    return refused == nullptr ? std::get<RunNode>(outcome) : RunNode{};
}

/// The error of a wrong command line.
std::string errorOf(const QStringList& arguments)
{
    const auto outcome = read(arguments);
    const auto* refused = std::get_if<PrintAndExit>(&outcome);
    if (refused == nullptr) return "accepted";
    EXPECT_EQ(refused->code, ExitCode::Usage);
    EXPECT_FALSE(refused->text.contains(QLatin1Char('\n'))) << "one sentence";
    return refused->text.toStdString();
}

QString opt(const char* text) { return QString::fromUtf8(text); }

TEST(CommandLine, WithoutOptionsGivesTheDefaults)
{
    const RunNode run = runOf({});

    EXPECT_EQ(run.config, defaultNodeConfig());
    EXPECT_THAT(run.config.listeners, ElementsAre(ListenAddress{"127.0.0.1", 5672}));
    EXPECT_TRUE(run.config.nodeName.starts_with("warren@"));
    EXPECT_TRUE(isValidNodeName(run.config.nodeName));
    EXPECT_TRUE(run.config.dataFolder.endsWith(QStringLiteral("/warren")));
    EXPECT_TRUE(QDir::isAbsolutePath(run.config.dataFolder));
}

TEST(CommandLine, TakesEveryOption)
{
    const RunNode run = runOf({opt("--data"), opt("/tmp/x/../warren-data"), opt("--listen"),
                               opt("0.0.0.0"), opt("--amqp-port"), opt("0"), opt("--node-name"),
                               opt("rabbit@desk"), opt("--log-level=debug")});

    EXPECT_EQ(run.config.dataFolder, opt("/tmp/warren-data"));
    EXPECT_THAT(run.config.listeners, ElementsAre(ListenAddress{"0.0.0.0", 0}));
    EXPECT_EQ(run.config.nodeName, "rabbit@desk");
    EXPECT_EQ(run.config.logLevel, LogLevel::Debug);
    EXPECT_FALSE(run.config.isEphemeral);
}

TEST(CommandLine, JoinsAsOneTypeOfNode)
{
    const RunNode run = runOf({opt("--join"), opt("desk:25672"), opt("--node-type"), opt("ram")});
    EXPECT_EQ(run.config.cluster.joinAddress, "desk:25672");
    EXPECT_EQ(run.config.cluster.joinType, cluster::NodeType::Ram);
    EXPECT_EQ(runOf({opt("--node-type=disc")}).config.cluster.joinType, cluster::NodeType::Disk);
    EXPECT_THAT(errorOf({opt("--node-type=tape")}), HasSubstr("disc or ram"));
}

TEST(CommandLine, ARelativeDataFolderIsMadeAbsolute)
{
    EXPECT_EQ(runOf({opt("--data"), opt("some/folder")}).config.dataFolder,
              QDir::current().absoluteFilePath(opt("some/folder")));
}

TEST(CommandLine, TakesEphemeral) { EXPECT_TRUE(runOf({opt("--ephemeral")}).config.isEphemeral); }

TEST(CommandLine, WinsOverTheFile)
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(opt("rabbitmq.conf"));
    QFile file(path);
    ASSERT_TRUE(file.open(QIODevice::WriteOnly));
    file.write(
        "listeners.tcp.1 = 10.0.0.1:1000\nlisteners.tcp.2 = 10.0.0.2:2000\n"
        "heartbeat = 5\nlog.console.level = error\nmanagement.path_prefix = /x\n");
    file.close();

    const RunNode fileOnly = runOf({opt("--config"), path});
    EXPECT_EQ(fileOnly.config.listeners.size(), 2u);
    EXPECT_EQ(fileOnly.config.logLevel, LogLevel::Error);
    EXPECT_EQ(fileOnly.configFile, path);
    EXPECT_THAT(fileOnly.ignoredSettings,
                ElementsAre(IgnoredSetting{"management.path_prefix", 5, IgnoredReason::Unknown}));

    const RunNode both = runOf(
        {opt("--config"), path, opt("--amqp-port"), opt("3000"), opt("--log-level"), opt("info")});
    EXPECT_THAT(both.config.listeners, ElementsAre(ListenAddress{"10.0.0.1", 3000}));
    EXPECT_EQ(both.config.logLevel, LogLevel::Info);
    EXPECT_EQ(both.config.heartbeat, 5s);
}

TEST(CommandLine, RefusesBadValuesInOneSentence)
{
    EXPECT_THAT(errorOf({opt("--amqp-port"), opt("65536")}), HasSubstr("--amqp-port"));
    EXPECT_THAT(errorOf({opt("--amqp-port"), opt("-1")}), HasSubstr("--amqp-port"));
    EXPECT_THAT(errorOf({opt("--amqp-port"), opt("http")}), HasSubstr("'http'"));
    EXPECT_THAT(errorOf({opt("--log-level"), opt("loud")}), HasSubstr("'loud'"));
    EXPECT_THAT(errorOf({opt("--node-name"), opt("desk")}), HasSubstr("name@host"));
    EXPECT_THAT(errorOf({opt("--listen"), QString()}), HasSubstr("--listen"));
    EXPECT_THAT(errorOf({opt("--data"), QString()}), HasSubstr("--data"));
    EXPECT_THAT(errorOf({opt("--data"), opt("x"), opt("--ephemeral")}), HasSubstr("exclude"));
    EXPECT_THAT(errorOf({opt("--config"), opt("/does/not/exist")}), HasSubstr("/does/not/exist"));
    EXPECT_THAT(errorOf({opt("--colour")}), HasSubstr("colour"));
    EXPECT_THAT(errorOf({opt("--listen")}), HasSubstr("listen"));
    EXPECT_THAT(errorOf({opt("start")}), HasSubstr("'start'"));
}

TEST(CommandLine, TakesTheThreeFilesOfTlsBetweenNodes)
{
    const RunNode run = runOf({opt("--cluster-tls-certificate"), opt("/tmp/x/../node.pem"),
                               opt("--cluster-tls-key"), opt("/tmp/node.key"),
                               opt("--cluster-tls-ca=/tmp/ca.pem")});
    const ClusterTls& tls = run.config.cluster.tls;
    EXPECT_EQ(tls, (ClusterTls{"/tmp/node.pem", "/tmp/node.key", "/tmp/ca.pem"}));
    EXPECT_TRUE(tls.tlsOptions().verifiesPeer);
    EXPECT_TRUE(tls.tlsOptions().requiresPeerCertificate);
    EXPECT_FALSE(runOf({}).config.cluster.tls.isWanted());
}

TEST(CommandLine, WantsAllFilesOfTlsBetweenNodesOrNone)
{
    EXPECT_THAT(errorOf({opt("--cluster-tls-key"), opt("k")}), HasSubstr("needs all of"));
    EXPECT_THAT(
        errorOf({opt("--cluster-tls-key"), opt("k"), opt("--cluster-tls-certificate"), opt("c")}),
        HasSubstr("--cluster-tls-ca"));
    EXPECT_EQ(errorOf({opt("--cluster-tls-key"), QString()}), "--cluster-tls-key needs a file");
}

TEST(CommandLine, CompletesTheFilesOfTlsBetweenNodesFromTheFile)
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(opt("rabbitmq.conf"));
    QFile file(path);
    ASSERT_TRUE(file.open(QIODevice::WriteOnly));
    // Any file that can be read: what is in it is judged at the start.
    const QByteArray name = path.toUtf8();
    file.write("cluster_tls.certfile = " + name + "\ncluster_tls.cacertfile = " + name + "\n");
    file.close();

    EXPECT_THAT(errorOf({opt("--config"), path}), HasSubstr("cluster_tls.certfile"));
    const RunNode run = runOf({opt("--config"), path, opt("--cluster-tls-key"), opt("/tmp/k")});
    EXPECT_EQ(run.config.cluster.tls,
              (ClusterTls{name.toStdString(), "/tmp/k", name.toStdString()}));
    EXPECT_TRUE(run.ignoredSettings.empty());
}

TEST(CommandLine, HelpNamesOptionsDefaultsAndExitCodes)
{
    const auto outcome = read({opt("--help")});
    const auto* help = std::get_if<PrintAndExit>(&outcome);

    ASSERT_NE(help, nullptr);
    EXPECT_EQ(help->code, ExitCode::Ok);
    for (const char* word :
         {"--config", "--data", "--listen", "--amqp-port", "--node-name", "--ephemeral",
          "--log-level", "--cluster-tls-certificate", "--cluster-tls-key", "--cluster-tls-ca",
          "--version", "5672", "A broker.", "  6  the database is damaged"}) {
        EXPECT_THAT(help->text.toStdString(), HasSubstr(word));
    }
}

TEST(CommandLine, VersionIsOneLine)
{
    const auto outcome = read({opt("--version")});
    const auto* version = std::get_if<PrintAndExit>(&outcome);

    ASSERT_NE(version, nullptr);
    EXPECT_EQ(version->text.toStdString(), "Warren " WARREN_VERSION "\n");
}

TEST(NodeName, HasTwoPartsWithoutSpaces)
{
    EXPECT_TRUE(isValidNodeName("warren@desk"));
    EXPECT_TRUE(isValidNodeName("a@b.example"));
    for (const char* name : {"", "warren", "@desk", "warren@", "a@b@c", "a b@c", "a@b\n"}) {
        EXPECT_FALSE(isValidNodeName(name)) << name;
    }
}

}  // namespace
}  // namespace warren::node
