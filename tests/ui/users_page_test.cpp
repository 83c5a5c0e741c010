#include "ui/pages/users_page.h"

#include "tests/support/fake_broker_client.h"
#include "tests/ui/ui_support.h"
#include "ui/dialogs/confirm_commands_dialog.h"
#include "ui/dialogs/permission_dialogs.h"
#include "ui/dialogs/user_dialogs.h"
#include "ui/models/permission_models.h"
#include "ui/models/user_model.h"
#include "ui/pages/access_checker.h"
#include "ui/widgets/editable_list.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/resource_table.h"

#include <QAbstractItemModelTester>
#include <QAction>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTabWidget>
#include <QTest>

#include <gtest/gtest.h>

namespace warren::ui {
namespace {

using management::AccessVerdict;
using management::CheckAccess;
using management::CommandStatus;
using management::PutPermission;
using management::PutTopicPermission;
using management::PutUser;
using management::RemovePermission;
using management::RemoveTopicPermission;
using management::RemoveUser;
using test::FakeBrokerClient;

class UsersPageTest : public testing::Test {
protected:
    UsersPageTest() : m_page(m_client)
    {
        m_page.resize(1300, 900);
        m_page.show();
        m_page.activateWindow();
        showSnapshot(test::administeredSnapshot());
    }

    void showSnapshot(const management::Snapshot& snapshot)
    {
        m_client.setSnapshot(snapshot);
        m_page.showSnapshot(m_client.snapshot());
        test::settle();
    }

    EditableList* part(const char* name)
    {
        return m_page.findChild<EditableList*>(QString::fromLatin1(name));
    }

    static ResourceTable& tableOf(const QWidget* list)
    {
        return *list->findChild<ResourceTable*>();
    }

    void select(const QString& user)
    {
        ResourceTable& table = tableOf(part("users"));
        for (int row = 0; row < table.model()->rowCount(); ++row) {
            if (table.model()->index(row, 0).data().toString() == user) table.selectRow(row);
        }
        test::settle();
    }

    void trigger(QWidget* owner, const char* action)
    {
        owner->findChild<QAction*>(QString::fromLatin1(action))->trigger();
        test::settle();
    }

    template <typename Dialog>
    Dialog* dialog()
    {
        return m_page.findChild<Dialog*>();
    }

    static void type(QWidget* dialog, const char* name, const QString& text)
    {
        dialog->findChild<QLineEdit*>(QString::fromLatin1(name))->setText(text);
    }

    void accept(QWidget* dialog)
    {
        QTest::mouseClick(dialog->findChild<QPushButton*>(QStringLiteral("accept")),
                          Qt::LeftButton);
        test::settle();
    }

    static QString problem(QWidget* dialog) { return dialog->findChild<NoticeBar*>()->text(); }

    test::ThemeScope m_theme{false};
    FakeBrokerClient m_client;
    UsersPage m_page;
};

TEST(UserModels, ShowChangesWithoutReset)
{
    constexpr auto kFatal = QAbstractItemModelTester::FailureReportingMode::Fatal;
    UserModel users;
    PermissionModel permissions;
    TopicPermissionModel topics;
    const QAbstractItemModelTester usersTester(&users, kFatal);
    const QAbstractItemModelTester permissionsTester(&permissions, kFatal);
    const QAbstractItemModelTester topicsTester(&topics, kFatal);
    management::Snapshot snapshot = test::typicalSnapshot();
    for (int round = 0; round < 3; ++round) {
        users.show(snapshot.users);
        permissions.show(snapshot.permissions.first(std::min<qsizetype>(1, round)));
        topics.show(snapshot.topicPermissions);
        snapshot.users.removeFirst();
        snapshot.topicPermissions.clear();
    }
    EXPECT_EQ(users.rowCount(), 1);
    EXPECT_EQ(users.index(0, static_cast<int>(UserColumn::Limits)).data().toString(),
              QStringLiteral("20 connections, 200 channels"));
    EXPECT_EQ(patternText(QStringLiteral("^$")), QStringLiteral("^$  (nothing)"));
}

TEST_F(UsersPageTest, AddsAUserWithAPasswordThatIsTypedTwice)
{
    trigger(part("users"), "add");
    auto* add = dialog<UserDialog>();
    ASSERT_NE(add, nullptr);
    accept(add);
    EXPECT_TRUE(problem(add).contains(QStringLiteral("needs a name")));
    type(add, "name", QStringLiteral("ann"));
    type(add, "password", QStringLiteral("s3cret"));
    type(add, "passwordAgain", QStringLiteral("secret"));
    accept(add);
    EXPECT_TRUE(problem(add).contains(QStringLiteral("not the same")));
    EXPECT_EQ(m_client.lastCommand<PutUser>(), nullptr);
    for (const char* name : {"password", "passwordAgain"}) {
        EXPECT_EQ(add->findChild<QLineEdit*>(QString::fromLatin1(name))->echoMode(),
                  QLineEdit::Password);
    }
    type(add, "passwordAgain", QStringLiteral("s3cret"));
    QTest::mouseClick(add->findChild<QWidget*>(QStringLiteral("tag-monitoring")), Qt::LeftButton);
    QTest::mouseClick(add->findChild<QWidget*>(QStringLiteral("tag-monitoring")), Qt::LeftButton);
    type(add, "maxConnections", QStringLiteral("5"));
    m_client.refuseNext(CommandStatus::AccessRefused, QStringLiteral("not allowed"));
    accept(add);
    EXPECT_EQ(problem(add), QStringLiteral("not allowed"));
    accept(add);

    const auto* sent = m_client.lastCommand<PutUser>();
    ASSERT_NE(sent, nullptr);
    EXPECT_EQ(sent->name, QStringLiteral("ann"));
    EXPECT_EQ(sent->password, QStringLiteral("s3cret"));
    EXPECT_EQ(sent->tags, QStringList{QStringLiteral("monitoring")});
    EXPECT_EQ(sent->maxConnections, 5);
    EXPECT_EQ(sent->maxChannels, std::nullopt);
    EXPECT_EQ(dialog<UserDialog>(), nullptr);

    management::Snapshot later = test::administeredSnapshot();
    later.users.prepend({.name = QStringLiteral("ann")});
    showSnapshot(later);
    EXPECT_EQ(m_page.findChild<QLabel*>(QStringLiteral("userName"))->accessibleName(),
              QStringLiteral("ann"));
}

TEST_F(UsersPageTest, ChangesTagsAndLimitsAndLeavesThePassword)
{
    select(QStringLiteral("shop"));
    trigger(part("users"), "edit");
    auto* edit = dialog<UserDialog>();
    ASSERT_NE(edit, nullptr);
    EXPECT_EQ(edit->findChild<QLineEdit*>(QStringLiteral("password")), nullptr);
    type(edit, "tags", QStringLiteral("one, two one"));
    type(edit, "maxChannels", {});
    accept(edit);
    const auto* sent = m_client.lastCommand<PutUser>();
    ASSERT_NE(sent, nullptr);
    EXPECT_EQ(sent->tags, (QStringList{QStringLiteral("one"), QStringLiteral("two")}));
    EXPECT_EQ(sent->maxConnections, 20);
    EXPECT_EQ(sent->maxChannels, std::nullopt);
    EXPECT_FALSE(sent->password || sent->removesPassword);
}

TEST_F(UsersPageTest, SetsAndRemovesThePasswordAndKeepsTheRest)
{
    select(QStringLiteral("shop"));
    trigger(&m_page, "setPassword");
    auto* set = dialog<PasswordDialog>();
    ASSERT_NE(set, nullptr);
    accept(set);
    EXPECT_TRUE(problem(set).contains(QStringLiteral("Type a password")));
    type(set, "password", QStringLiteral("x"));
    type(set, "passwordAgain", QStringLiteral("x"));
    accept(set);
    const auto* sent = m_client.lastCommand<PutUser>();
    ASSERT_NE(sent, nullptr);
    EXPECT_EQ(sent->password, QStringLiteral("x"));
    EXPECT_EQ(sent->tags.size(), 2);
    EXPECT_EQ(sent->maxChannels, 200);

    trigger(&m_page, "removePassword");
    accept(dialog<ConfirmCommandsDialog>());
    ASSERT_NE(m_client.lastCommand<PutUser>(), nullptr);
    EXPECT_TRUE(m_client.lastCommand<PutUser>()->removesPassword);
    EXPECT_FALSE(m_client.lastCommand<PutUser>()->password);

    select(QStringLiteral("metrics"));
    EXPECT_FALSE(m_page.findChild<QAction*>(QStringLiteral("removePassword"))->isEnabled())
        << "it has none";
}

TEST_F(UsersPageTest, DeletesAndSaysWhichConnectionsGo)
{
    select(QStringLiteral("shop"));
    QTest::keyClick(&tableOf(part("users")), Qt::Key_Delete);
    auto* confirm = dialog<ConfirmCommandsDialog>();
    ASSERT_NE(confirm, nullptr);
    EXPECT_TRUE(confirm->findChild<QLabel*>(QStringLiteral("losses"))
                    ->text()
                    .contains(QStringLiteral("3 open connections")));
    accept(confirm);
    ASSERT_NE(m_client.lastCommand<RemoveUser>(), nullptr);
    EXPECT_EQ(m_client.lastCommand<RemoveUser>()->name, QStringLiteral("shop"));
}

TEST_F(UsersPageTest, EditsPermissionsOfTheSelectedUser)
{
    select(QStringLiteral("shop"));
    EditableList* permissions = part("permissions");
    EXPECT_EQ(tableOf(permissions).model()->rowCount(), 1);
    trigger(permissions, "add");
    auto* add = dialog<PermissionDialog>();
    ASSERT_NE(add, nullptr);
    EXPECT_EQ(add->findChild<QComboBox*>(QStringLiteral("vhost"))->currentText(),
              QStringLiteral("staging"))
        << "the first that the user has no permissions in";
    type(add, "configure", QStringLiteral("("));
    accept(add);
    EXPECT_TRUE(problem(add).contains(QStringLiteral("no regular expression")));
    type(add, "configure", QStringLiteral("^a"));
    m_client.refuseNext(CommandStatus::Invalid, QStringLiteral("bad"));
    accept(add);
    EXPECT_EQ(problem(add), QStringLiteral("bad"));
    accept(add);
    const auto* sent = m_client.lastCommand<PutPermission>();
    ASSERT_NE(sent, nullptr);
    EXPECT_EQ(sent->permission, (management::PermissionRow{.vhost = QStringLiteral("staging"),
                                                           .user = QStringLiteral("shop"),
                                                           .configure = QStringLiteral("^a"),
                                                           .write = QStringLiteral(".*"),
                                                           .read = QStringLiteral(".*")}));

    tableOf(permissions).selectRow(0);
    trigger(permissions, "remove");
    accept(dialog<ConfirmCommandsDialog>());
    ASSERT_NE(m_client.lastCommand<RemovePermission>(), nullptr);
    EXPECT_EQ(m_client.lastCommand<RemovePermission>()->vhost, QStringLiteral("/"));
    EXPECT_EQ(m_client.lastCommand<RemovePermission>()->user, QStringLiteral("shop"));
}

TEST_F(UsersPageTest, EditsTopicPermissionsOfTheSelectedUser)
{
    select(QStringLiteral("shop"));
    m_page.findChild<QTabWidget*>(QStringLiteral("userTabs"))->setCurrentIndex(1);
    EditableList* topics = part("topicPermissions");
    tableOf(topics).selectRow(0);
    trigger(topics, "edit");
    auto* edit = dialog<TopicPermissionDialog>();
    ASSERT_NE(edit, nullptr);
    type(edit, "exchange", {});
    accept(edit);
    EXPECT_TRUE(problem(edit).contains(QStringLiteral("Name the topic exchange")));
    type(edit, "exchange", QStringLiteral("events"));
    type(edit, "read", QStringLiteral("["));
    accept(edit);
    EXPECT_TRUE(problem(edit).contains(QStringLiteral("no regular expression")));
    type(edit, "read", QStringLiteral("^eu"));
    accept(edit);
    const auto* sent = m_client.lastCommand<PutTopicPermission>();
    ASSERT_NE(sent, nullptr);
    EXPECT_EQ(sent->permission.exchange, QStringLiteral("events"));
    EXPECT_EQ(sent->permission.read, QStringLiteral("^eu"));

    trigger(topics, "remove");
    accept(dialog<ConfirmCommandsDialog>());
    ASSERT_NE(m_client.lastCommand<RemoveTopicPermission>(), nullptr);
    EXPECT_EQ(m_client.lastCommand<RemoveTopicPermission>()->exchange, QStringLiteral("amq.topic"));
}

TEST_F(UsersPageTest, SaysWhetherTheUserMayDoSomethingAndWhy)
{
    select(QStringLiteral("shop"));
    m_page.findChild<QTabWidget*>(QStringLiteral("userTabs"))->setCurrentIndex(2);
    auto* checker = m_page.findChild<AccessChecker*>();
    auto* verdict = checker->findChild<QLabel*>(QStringLiteral("verdict"));
    const auto box = [&](const char* name) {
        return checker->findChild<QComboBox*>(QString::fromLatin1(name));
    };
    box("right")->setCurrentIndex(1);
    box("kind")->setCurrentIndex(1);
    box("vhost")->setCurrentIndex(1);
    type(checker, "name", QStringLiteral("amq.topic"));
    type(checker, "routingKey", QStringLiteral("eu.x"));
    m_client.answerNext({.status = CommandStatus::Done,
                         .text = {},
                         .value = AccessVerdict{true, QStringLiteral("write is ^eu")}});
    QTest::keyClick(checker->findChild<QLineEdit*>(QStringLiteral("name")), Qt::Key_Return);
    test::settle();
    const auto* sent = m_client.lastCommand<CheckAccess>();
    ASSERT_NE(sent, nullptr);
    EXPECT_EQ(sent->user, QStringLiteral("shop"));
    EXPECT_EQ(sent->vhost, QStringLiteral("staging"));
    EXPECT_TRUE(sent->isExchange);
    EXPECT_EQ(sent->name, QStringLiteral("amq.topic"));
    EXPECT_EQ(sent->right, CheckAccess::Right::Write);
    EXPECT_EQ(sent->routingKey, QStringLiteral("eu.x"));
    EXPECT_EQ(verdict->text(), QStringLiteral("Yes: write is ^eu"));

    // A verdict about something else must not stay.
    box("right")->setCurrentIndex(0);
    EXPECT_EQ(verdict->text(), QString());
    EXPECT_FALSE(checker->findChild<QLineEdit*>(QStringLiteral("routingKey"))->isEnabled());
    m_client.refuseNext(CommandStatus::NotFound, QStringLiteral("no such vhost"));
    QTest::mouseClick(checker->findChild<QPushButton*>(QStringLiteral("check")), Qt::LeftButton);
    test::settle();
    EXPECT_EQ(m_client.lastCommand<CheckAccess>()->routingKey, std::nullopt);
    EXPECT_EQ(verdict->text(), QStringLiteral("no such vhost"));
}

TEST_F(UsersPageTest, OffersNothingWhileTheBrokerCannotBeReached)
{
    select(QStringLiteral("shop"));
    m_page.setActionsEnabled(false);
    for (QAction* action : m_page.findChildren<QAction*>()) {
        if (action->objectName().isEmpty() || action->objectName().startsWith(u'_')) continue;
        EXPECT_FALSE(action->isEnabled()) << qPrintable(action->objectName());
    }
}

}  // namespace
}  // namespace warren::ui
