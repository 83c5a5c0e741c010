#include "ui/dialogs/publish_dialog.h"

#include "tests/support/fake_broker_client.h"
#include "tests/ui/resource_snapshots.h"
#include "tests/ui/ui_support.h"
#include "ui/dialogs/command_run.h"
#include "ui/widgets/arguments_editor.h"
#include "ui/widgets/notice_bar.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDateTimeEdit>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPointer>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>

#include <gtest/gtest.h>

namespace warren::ui {
namespace {

using management::CommandStatus;
using management::PublishMessage;
using test::FakeBrokerClient;

class PublishDialogTest : public testing::Test {
protected:
    PublishDialogTest()
        : m_dialog(new PublishDialog(m_client, QStringLiteral("/"), QStringLiteral("orders"),
                                     QStringLiteral("orders.created"), nullptr))
    {
        m_client.setSnapshot(test::typicalSnapshot());
        m_dialog->show();
        test::settle();
    }

    ~PublishDialogTest() override { delete m_dialog; }

    template <typename Widget>
    Widget* find(const char* name)
    {
        return m_dialog->findChild<Widget*>(QLatin1String(name));
    }

    void type(const char* field, const QString& text) { find<QLineEdit>(field)->setText(text); }

    void publish()
    {
        QTest::mouseClick(find<QPushButton>("accept"), Qt::LeftButton);
        test::settle();
    }

    QString notice() { return m_dialog->findChild<NoticeBar*>()->text(); }

    static management::CommandResult routed(bool wasRouted)
    {
        return {.status = CommandStatus::Done,
                .text = {},
                .value = management::PublishResult{wasRouted}};
    }

    test::ThemeScope m_theme{false};
    FakeBrokerClient m_client;
    QPointer<PublishDialog> m_dialog;
};

TEST_F(PublishDialogTest, SetsOnlyWhatWasFilledIn)
{
    find<QPlainTextEdit>("bodyText")->setPlainText(QStringLiteral("grüße"));
    m_client.answerNext(routed(true));
    publish();

    const auto* sent = m_client.lastCommand<PublishMessage>();
    ASSERT_NE(sent, nullptr);
    EXPECT_EQ(sent->vhost, QStringLiteral("/"));
    EXPECT_EQ(sent->exchange, QStringLiteral("orders"));
    EXPECT_EQ(sent->routingKey, QStringLiteral("orders.created"));
    EXPECT_EQ(sent->body, QStringLiteral("grüße").toUtf8());
    management::MessageProperties expected;
    expected.deliveryMode = 2;
    EXPECT_EQ(sent->properties, expected);
    EXPECT_TRUE(m_dialog.isNull()) << "done closes the dialog";
}

TEST_F(PublishDialogTest, SetsEveryProperty)
{
    find<QComboBox>("contentType")->setEditText(QStringLiteral("application/json"));
    type("contentEncoding", QStringLiteral("gzip"));
    find<QComboBox>("deliveryMode")->setCurrentIndex(1);
    type("priority", QStringLiteral("7"));
    type("correlationId", QStringLiteral("c1"));
    type("replyTo", QStringLiteral("r1"));
    type("expiration", QStringLiteral("60000"));
    type("messageId", QStringLiteral("m1"));
    find<QCheckBox>("hasTimestamp")->setChecked(true);
    find<QDateTimeEdit>("timestamp")->setDateTime(QDateTime::fromSecsSinceEpoch(1'740'820'000));
    type("messageType", QStringLiteral("t1"));
    type("userId", QStringLiteral("guest"));
    type("appId", QStringLiteral("shop"));
    m_dialog->findChild<ArgumentsEditor*>()->setArguments({{QStringLiteral("retry"), 3LL}});
    m_client.answerNext(routed(true));
    publish();

    management::MessageProperties expected;
    expected.contentType = QStringLiteral("application/json");
    expected.contentEncoding = QStringLiteral("gzip");
    expected.headers = management::Arguments{{QStringLiteral("retry"), 3LL}};
    expected.deliveryMode = 1;
    expected.priority = 7;
    expected.correlationId = QStringLiteral("c1");
    expected.replyTo = QStringLiteral("r1");
    expected.expiration = QStringLiteral("60000");
    expected.messageId = QStringLiteral("m1");
    expected.timestamp = 1'740'820'000;
    expected.type = QStringLiteral("t1");
    expected.userId = QStringLiteral("guest");
    expected.appId = QStringLiteral("shop");
    ASSERT_NE(m_client.lastCommand<PublishMessage>(), nullptr);
    EXPECT_EQ(m_client.lastCommand<PublishMessage>()->properties, expected);
}

TEST_F(PublishDialogTest, TakesTheBodyFromAFile)
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("body.bin"));
    const QByteArray bytes("\0\xff\r\n", 4);
    QFile file(path);
    ASSERT_TRUE(file.open(QIODevice::WriteOnly));
    file.write(bytes);
    file.close();

    EXPECT_FALSE(m_dialog->useFile(folder.filePath(QStringLiteral("missing"))));
    EXPECT_TRUE(notice().contains(QStringLiteral("cannot be read")));
    EXPECT_TRUE(m_dialog->useFile(path));
    EXPECT_EQ(notice(), QString());
    EXPECT_TRUE(find<QLabel>("fileName")->text().contains(QStringLiteral("body.bin")));
    m_client.answerNext(routed(true));
    publish();
    EXPECT_EQ(m_client.lastCommand<PublishMessage>()->body, bytes);
}

TEST_F(PublishDialogTest, PublishesCopies)
{
    find<QSpinBox>("copies")->setValue(250);
    const QSignalSpy succeeded(m_dialog, &CommandDialog::succeeded);
    publish();
    EXPECT_EQ(m_client.commands().size(), 250);
    ASSERT_EQ(succeeded.size(), 1);
    EXPECT_EQ(succeeded.first().first().toString(), QStringLiteral("250 messages are published."));
}

TEST_F(PublishDialogTest, CanBeStoppedInTheMiddleOfCopies)
{
    m_client.holdAnswers();
    find<QSpinBox>("copies")->setValue(250);
    publish();
    EXPECT_TRUE(find<QProgressBar>("progress")->isVisible());
    QTest::mouseClick(find<QPushButton>("cancel"), Qt::LeftButton);
    m_client.releaseAnswers();
    test::settle();

    ASSERT_FALSE(m_dialog.isNull());
    EXPECT_EQ(m_client.commands().size(), CommandRun::kInFlightMax);
    EXPECT_EQ(notice(), QStringLiteral("Stopped after 32 of 250."));
}

TEST_F(PublishDialogTest, SaysWhenNoQueueGotTheMessage)
{
    m_client.answerNext(routed(false));
    publish();
    ASSERT_FALSE(m_dialog.isNull());
    EXPECT_TRUE(notice().contains(QStringLiteral("dropped")));
}

TEST_F(PublishDialogTest, ShowsARefusalAndSendsNoFurtherCopy)
{
    const QString refusal = QStringLiteral("NOT_FOUND - no exchange 'orders' in vhost '/'");
    m_client.answerNext(routed(true));
    m_client.refuseNext(CommandStatus::NotFound, refusal);
    find<QSpinBox>("copies")->setValue(250);
    publish();
    ASSERT_FALSE(m_dialog.isNull());
    EXPECT_EQ(notice(), QStringLiteral("1 of 250 were published, then: ") + refusal);
    EXPECT_EQ(m_client.commands().size(), 2);
}

TEST_F(PublishDialogTest, ShowsWhatCannotBeSent)
{
    type("userId", QString(256, QLatin1Char('u')));
    publish();
    EXPECT_TRUE(notice().contains(QStringLiteral("255 bytes")));
    type("userId", {});
    type("priority", QStringLiteral("300"));
    publish();
    EXPECT_TRUE(notice().contains(QStringLiteral("priority")));
    EXPECT_TRUE(m_client.commands().isEmpty());
}

}  // namespace
}  // namespace warren::ui
