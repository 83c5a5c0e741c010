#include "core/node/test_certificates.h"

#include "core/net/tls_context.h"
#include "core/node/log.h"
#include "core/node/tls_credentials.h"

#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>

#include <gtest/gtest.h>

#include <gmock/gmock.h>

namespace warren::node {
namespace {

using ::testing::HasSubstr;

class TestCertificatesTest : public ::testing::Test {
protected:
    std::filesystem::path folder() const
    {
        return std::filesystem::path{m_folder.path().toStdString()} / "made" / "here";
    }
    TestCertificates create(const std::string& clientName = "guest")
    {
        auto made = createTestCertificates(folder(), clientName, {"desk.example", "bad name!"});
        EXPECT_TRUE(made) << made.error();
        return *made;
    }
    static QByteArray contentOf(const std::filesystem::path& path)
    {
        QFile file(QString::fromStdString(path.string()));
        EXPECT_TRUE(file.open(QIODevice::ReadOnly)) << path;
        return file.readAll();
    }
    static void write(const std::filesystem::path& path, const QByteArray& content)
    {
        QFile file(QString::fromStdString(path.string()));
        EXPECT_TRUE(file.open(QIODevice::WriteOnly));
        file.write(content);
    }

    QTemporaryDir m_folder;
};

TEST_F(TestCertificatesTest, CanBeUsedAtOnceByTheirOwnerOnly)
{
    const TestCertificates made = create();
    const auto context = net::TlsContext::load(made.tlsOptions());
    EXPECT_TRUE(context) << context.error();

    using Permissions = std::filesystem::perms;
    const auto permissionsOf = [](const std::filesystem::path& path) {
        return std::filesystem::status(path).permissions();
    };
    EXPECT_EQ(permissionsOf(folder()), Permissions::owner_all);
    const auto ownerOnly = Permissions::owner_read | Permissions::owner_write;
    EXPECT_EQ(permissionsOf(made.authorityKey), ownerOnly);
    EXPECT_EQ(permissionsOf(made.serverKey), ownerOnly);
    EXPECT_EQ(permissionsOf(made.clientKey), ownerOnly);
}

TEST_F(TestCertificatesTest, KeepTheirAuthorityForMoreClients)
{
    const TestCertificates first = create("guest");
    const QByteArray authority = contentOf(first.authority);
    const QByteArray client = contentOf(first.clientCertificate);
    const TestCertificates second = create("../ann");
    EXPECT_EQ(contentOf(second.authority), authority);
    EXPECT_EQ(contentOf(first.clientCertificate), client) << "each client has files of its own";
    EXPECT_EQ(second.clientCertificate, folder() / "client____ann_certificate.pem");
}

TEST_F(TestCertificatesTest, DoNotOverwriteAnAuthorityOfOthers)
{
    const TestCertificates made = create();
    std::filesystem::remove(made.authorityKey);
    const QByteArray before = contentOf(made.authority);
    const auto again = createTestCertificates(folder(), "guest", {});
    ASSERT_FALSE(again);
    EXPECT_THAT(again.error(), HasSubstr("do not belong together"));
    EXPECT_EQ(contentOf(made.authority), before);
}

TEST_F(TestCertificatesTest, SayWhyTheyCannotBeWritten)
{
    write(std::filesystem::path{m_folder.path().toStdString()} / "made", "a file");
    const auto made = createTestCertificates(folder(), "guest", {});
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error(), HasSubstr("cannot create the folder"));
}

TEST_F(TestCertificatesTest, AreNotRenewedBeforeTheirTime)
{
    const TestCertificates made = create();
    const QByteArray server = contentOf(made.serverCertificate);
    EXPECT_TRUE(renewTestServerCertificate(folder(), {}));
    EXPECT_EQ(contentOf(made.serverCertificate), server);

    std::filesystem::remove(made.serverCertificate);
    EXPECT_TRUE(renewTestServerCertificate(folder(), {}));
    const auto context = net::TlsContext::load(made.tlsOptions());
    EXPECT_TRUE(context) << context.error();
}

TEST_F(TestCertificatesTest, JudgeNames)
{
    EXPECT_TRUE(isValidCommonName("guest"));
    EXPECT_TRUE(isValidCommonName("J\xc3\xb6rg O'Neill"));
    EXPECT_TRUE(isValidCommonName(std::string(64, 'x')));
    EXPECT_FALSE(isValidCommonName(""));
    EXPECT_FALSE(isValidCommonName(std::string(65, 'x')));
    EXPECT_FALSE(isValidCommonName("a\nb"));
    EXPECT_FALSE(isValidCommonName("\xff"));
}

TEST_F(TestCertificatesTest, AreRememberedForTheNextStart)
{
    const std::filesystem::path data = m_folder.path().toStdString();
    EXPECT_EQ(rememberedTestListener(data), std::nullopt);
    const TestListener listener{folder(), 5671};
    EXPECT_TRUE(rememberTestListener(data, listener));
    EXPECT_EQ(rememberedTestListener(data), listener);

    for (const char* damaged : {"", "[]", "{\"port\":5671}", "{\"port\":70000,\"folder\":\"/x\"}",
                                "{\"port\":1,\"folder\":\"x\"}"}) {
        write(testCertificateFolder(data) / "listener.json", damaged);
        EXPECT_EQ(rememberedTestListener(data), std::nullopt) << damaged;
    }
}

TEST_F(TestCertificatesTest, AreLoadedAgainWhenTheyChange)
{
    Logger logger(Logger::Level::Debug, -1);
    const TestCertificates made = create();
    TlsCredentials credentials(made.tlsOptions(), logger);
    ASSERT_TRUE(credentials.load());
    const auto first = credentials.context();
    credentials.reloadIfChanged();
    EXPECT_EQ(credentials.context(), first) << "nothing has changed";

    create();
    credentials.reloadIfChanged();
    const auto second = credentials.context();
    EXPECT_NE(second, first);

    const QByteArray good = contentOf(made.serverCertificate);
    write(made.serverCertificate, good.left(good.size() / 2));
    const auto sequence = logger.lastSequence();
    credentials.reloadIfChanged();
    credentials.reloadIfChanged();
    EXPECT_EQ(credentials.context(), second) << "the old one stays in use";
    const auto lines = logger.linesAfter(sequence);
    ASSERT_EQ(lines.size(), 1u) << "said once";
    EXPECT_THAT(lines.front().text.toStdString(), HasSubstr("the old certificate stays in use"));

    std::filesystem::remove(made.serverCertificate);
    credentials.reloadIfChanged();
    EXPECT_EQ(credentials.context(), second);

    write(made.serverCertificate, good);
    credentials.reloadIfChanged();
    EXPECT_NE(credentials.context(), second);
}

}  // namespace
}  // namespace warren::node
