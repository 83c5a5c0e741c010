#include "ui/dialogs/tls_dialog.h"

#include "tests/support/fake_broker_client.h"
#include "tests/ui/ui_support.h"
#include "ui/widgets/fact_list.h"
#include "ui/widgets/notice_bar.h"

#include <QCheckBox>
#include <QClipboard>
#include <QGuiApplication>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTest>

#include <gtest/gtest.h>

namespace warren::ui {
namespace {

using management::CertificatesResult;
using management::CommandStatus;
using management::CreateTestCertificates;
using test::FakeBrokerClient;

CertificatesResult certificates()
{
    return {.folder = QStringLiteral("/home/ann/tls"),
            .authorityFile = QStringLiteral("/home/ann/tls/ca.pem"),
            .serverCertificateFile = QStringLiteral("/home/ann/tls/server.pem"),
            .serverKeyFile = QStringLiteral("/home/ann/tls/server.key"),
            .clientCertificateFile = QStringLiteral("/home/ann/tls/it's 5%2.pem"),
            .clientKeyFile = QStringLiteral("/home/ann/tls/client.key"),
            .port = 5671};
}

class TlsDialogTest : public testing::Test {
protected:
    TlsDialogTest()
    {
        m_client.setSnapshot(test::typicalSnapshot());
        m_dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        m_dialog.show();
        test::settle();
    }

    template <typename Child>
    Child* child(const char* name)
    {
        return m_dialog.findChild<Child*>(QString::fromLatin1(name));
    }

    void accept()
    {
        QTest::mouseClick(child<QPushButton>("accept"), Qt::LeftButton);
        test::settle();
    }

    test::ThemeScope m_theme{false};
    FakeBrokerClient m_client;
    TlsDialog m_dialog{m_client, nullptr};
};

TEST_F(TlsDialogTest, MakesCertificatesWithOneClickAndSaysWhereTheyAre)
{
    const QSignalSpy done(&m_dialog, &CommandDialog::succeeded);
    m_client.answerNext({.status = CommandStatus::Done, .text = {}, .value = certificates()});
    accept();
    const auto* sent = m_client.lastCommand<CreateTestCertificates>();
    ASSERT_NE(sent, nullptr);
    EXPECT_EQ(sent->folder, QString());
    EXPECT_EQ(sent->clientName, QStringLiteral("guest"));
    EXPECT_TRUE(sent->startsListener);
    EXPECT_EQ(done.size(), 1);
    ASSERT_TRUE(m_dialog.isVisible());

    const auto* files = child<FactList>("files");
    EXPECT_EQ(files->value(0), QStringLiteral("amqps://127.0.0.1:5671/"));
    EXPECT_EQ(files->value(2), certificates().authorityFile);
    QTest::mouseClick(child<QPushButton>("copySnippet"), Qt::LeftButton);
    EXPECT_EQ(QGuiApplication::clipboard()->text(),
              pikaSnippet(certificates(), QStringLiteral("127.0.0.1")));
    child<QTabWidget>("snippets")->setCurrentIndex(1);
    QTest::mouseClick(child<QPushButton>("copySnippet"), Qt::LeftButton);
    EXPECT_TRUE(QGuiApplication::clipboard()->text().startsWith(QStringLiteral("openssl")));
}

TEST_F(TlsDialogTest, QuotesPathsThatWouldEndTheString)
{
    const QString shell = opensslSnippet(certificates(), QStringLiteral("localhost"));
    EXPECT_TRUE(shell.contains(QStringLiteral(R"('/home/ann/tls/it'\''s 5%2.pem')")))
        << qPrintable(shell);
    CertificatesResult odd = certificates();
    odd.authorityFile = QStringLiteral(R"(C:\a"b.pem)");
    EXPECT_TRUE(pikaSnippet(odd, QStringLiteral("localhost"))
                    .contains(QStringLiteral(R"("C:\\a\"b.pem")")));
}

TEST_F(TlsDialogTest, ShowsARefusalAndWhatIsMissing)
{
    child<QLineEdit>("clientName")->clear();
    accept();
    EXPECT_EQ(m_client.lastCommand<CreateTestCertificates>(), nullptr);
    EXPECT_FALSE(m_dialog.findChild<NoticeBar*>()->text().isEmpty());
    child<QLineEdit>("clientName")->setText(QStringLiteral("shop"));
    child<QLineEdit>("folder")->setText(QStringLiteral("/nowhere"));
    child<QCheckBox>("startsListener")->setChecked(false);
    m_client.refuseNext(CommandStatus::Invalid, QStringLiteral("cannot write to /nowhere"));
    accept();
    EXPECT_EQ(m_dialog.findChild<NoticeBar*>()->text(), QStringLiteral("cannot write to /nowhere"));
    EXPECT_EQ(m_client.lastCommand<CreateTestCertificates>()->folder, QStringLiteral("/nowhere"));
    EXPECT_FALSE(m_client.lastCommand<CreateTestCertificates>()->startsListener);
    accept();
    EXPECT_TRUE(
        m_dialog.findChild<NoticeBar*>()->text().contains(QStringLiteral("does not say where")));
}

}  // namespace
}  // namespace warren::ui
