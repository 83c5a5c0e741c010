#include "tests/ui/resource_snapshots.h"
#include "tests/ui/screenshot_case.h"
#include "ui/dialogs/permission_dialogs.h"
#include "ui/dialogs/policy_dialog.h"
#include "ui/dialogs/tls_dialog.h"
#include "ui/dialogs/user_dialogs.h"
#include "ui/dialogs/vhost_dialog.h"
#include "ui/pages/access_checker.h"
#include "ui/pages/channels_page.h"
#include "ui/pages/policies_page.h"
#include "ui/pages/users_page.h"
#include "ui/pages/vhosts_page.h"
#include "ui/widgets/editable_list.h"
#include "ui/widgets/list_panel.h"
#include "ui/widgets/resource_table.h"

#include <QAction>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTabWidget>
#include <QTest>

namespace warren::ui {
namespace {

using management::CommandStatus;
using management::PolicyPreview;
using test::keyOf;

constexpr int kHugeRows = 10'000;

class AdministrationScreenshot : public test::ScreenshotCase {
protected:
    void accept(QWidget& dialog)
    {
        QTest::mouseClick(dialog.findChild<QPushButton*>(QStringLiteral("accept")), Qt::LeftButton);
        test::settle();
    }
};

INSTANTIATE_TEST_SUITE_P(Themes, AdministrationScreenshot, testing::Bool(), test::themeName);

TEST_P(AdministrationScreenshot, Policies)
{
    PoliciesPage page(m_client);
    showPage(page, test::emptySnapshot());
    shoot(page, QStringLiteral("policies-empty"));
    showPage(page, test::administeredSnapshot());
    page.findChild<ResourceTable*>()->selectRow(1);
    shoot(page, QStringLiteral("policies-typical"));
    showPage(page, test::hugeSnapshot(kHugeRows));
    page.setActionsEnabled(false);
    shoot(page, QStringLiteral("policies-huge-unreachable"));
}

TEST_P(AdministrationScreenshot, PolicyDialogs)
{
    const management::Snapshot snapshot = test::typicalSnapshot();
    m_client.setSnapshot(snapshot);
    PolicyDialog fresh(m_client, PolicyDialog::Intent::Create, {.isOperator = true},
                       {QStringLiteral("/")}, nullptr);
    showDialog(fresh);
    shoot(fresh, QStringLiteral("policy-operator-empty"));
    accept(fresh);
    shoot(fresh, QStringLiteral("policy-operator-error"));

    PolicyPreview preview;
    for (const auto& queue : snapshot.queues) {
        preview.matches.append({.key = queue.key, .replaces = queue.policy});
    }
    preview.matches[1].droppedCount = 1'194'311;
    preview.matches[1].droppedBytes = 611'487'232;
    preview.matches[3].isShadowed = true;
    preview.matches.append(
        {.key = keyOf(QStringLiteral("orders")), .isExchange = true, .replaces = {}});
    m_client.answerNext({.status = CommandStatus::Done, .text = {}, .value = preview});
    PolicyDialog change(m_client, PolicyDialog::Intent::Change, snapshot.policies.at(1),
                        {QStringLiteral("/"), QStringLiteral("staging")}, nullptr);
    showDialog(change);
    change.findChild<QLineEdit*>(QStringLiteral("testedName"))
        ->setText(QStringLiteral("audit.log"));
    accept(change);
    shoot(change, QStringLiteral("policy-drops"));
}

TEST_P(AdministrationScreenshot, Users)
{
    UsersPage page(m_client);
    showPage(page, test::emptySnapshot());
    shoot(page, QStringLiteral("users-empty"));
    showPage(page, test::administeredSnapshot());
    auto* users = page.findChild<EditableList*>(QStringLiteral("users"))->list()->table();
    users->selectRow(2);
    auto* tabs = page.findChild<QTabWidget*>(QStringLiteral("userTabs"));
    shoot(page, QStringLiteral("users-permissions"));
    tabs->setCurrentIndex(1);
    shoot(page, QStringLiteral("users-topic-permissions"));
    tabs->setCurrentIndex(2);
    page.findChild<AccessChecker*>()
        ->findChild<QLineEdit*>(QStringLiteral("name"))
        ->setText(QStringLiteral("invoices"));
    m_client.answerNext(
        {.status = CommandStatus::Done,
         .text = {},
         .value = management::AccessVerdict{
             false, QStringLiteral("the configure pattern '^$' does not match 'invoices'")}});
    QTest::mouseClick(page.findChild<QPushButton*>(QStringLiteral("check")), Qt::LeftButton);
    test::settle();
    shoot(page, QStringLiteral("users-checker"));
    users->selectRow(1);
    tabs->setCurrentIndex(0);
    shoot(page, QStringLiteral("users-no-permissions"));
    showPage(page, test::hugeSnapshot(kHugeRows));
    page.setActionsEnabled(false);
    shoot(page, QStringLiteral("users-huge-unreachable"));
}

TEST_P(AdministrationScreenshot, Vhosts)
{
    VhostsPage page(m_client);
    management::Snapshot none = test::emptySnapshot();
    none.vhosts.clear();
    showPage(page, none);
    shoot(page, QStringLiteral("vhosts-empty"));
    showPage(page, test::administeredSnapshot());
    page.findChild<ResourceTable*>()->selectRow(1);
    shoot(page, QStringLiteral("vhosts-typical"));
    page.findChild<ResourceTable*>()->selectRow(0);
    page.findChild<QAction*>(QStringLiteral("remove"))->trigger();
    auto* confirm = page.findChild<CommandDialog*>();
    ASSERT_NE(confirm, nullptr);
    shoot(*confirm, QStringLiteral("vhost-delete"));
    confirm->reject();
    test::settle();
    showPage(page, test::hugeSnapshot(kHugeRows));
    page.setActionsEnabled(false);
    shoot(page, QStringLiteral("vhosts-huge-unreachable"));
}

TEST_P(AdministrationScreenshot, Closes)
{
    ChannelsPage page(m_client);
    page.findChild<QTabWidget*>(QStringLiteral("channelTabs"))->setCurrentIndex(1);
    showPage(page, test::emptySnapshot());
    shoot(page, QStringLiteral("closes-empty"));
    showPage(page, test::typicalSnapshot());
    page.findChild<QWidget*>(QStringLiteral("closes"))->findChild<ResourceTable*>()->selectRow(3);
    shoot(page, QStringLiteral("closes-typical"));
    showPage(page, test::hugeSnapshot(kHugeRows));
    shoot(page, QStringLiteral("closes-huge"));
}

TEST_P(AdministrationScreenshot, Dialogs)
{
    const management::Snapshot snapshot = test::administeredSnapshot();
    m_client.setSnapshot(snapshot);
    const QStringList vhosts{QStringLiteral("/"), QStringLiteral("staging")};

    UserDialog user(m_client, nullptr);
    showDialog(user);
    shoot(user, QStringLiteral("user-new"));
    user.findChild<QLineEdit*>(QStringLiteral("name"))->setText(QStringLiteral("ann"));
    user.findChild<QLineEdit*>(QStringLiteral("password"))->setText(QStringLiteral("x"));
    accept(user);
    shoot(user, QStringLiteral("user-error"));
    PasswordDialog password(m_client, snapshot.users.last(), nullptr);
    showDialog(password);
    shoot(password, QStringLiteral("password"));
    PermissionDialog permission(m_client, snapshot.permissions.last(), vhosts, nullptr);
    showDialog(permission);
    shoot(permission, QStringLiteral("permission"));
    TopicPermissionDialog topic(m_client, snapshot.topicPermissions.last(), vhosts, nullptr);
    showDialog(topic);
    shoot(topic, QStringLiteral("topic-permission"));
    VhostDialog vhost(m_client, snapshot.vhosts.last(), nullptr);
    showDialog(vhost);
    shoot(vhost, QStringLiteral("vhost-edit"));

    TlsDialog tls(m_client, nullptr);
    showDialog(tls);
    shoot(tls, QStringLiteral("tls-question"));
    const QString folder = QStringLiteral("/home/ann/.local/share/warren/tls/");
    m_client.answerNext(
        {.status = CommandStatus::Done,
         .text = {},
         .value = management::CertificatesResult{
             .folder = folder,
             .authorityFile = folder + QStringLiteral("ca_certificate.pem"),
             .serverCertificateFile = folder + QStringLiteral("server_certificate.pem"),
             .serverKeyFile = folder + QStringLiteral("server_key.pem"),
             .clientCertificateFile = folder + QStringLiteral("client_certificate.pem"),
             .clientKeyFile = folder + QStringLiteral("client_key.pem"),
             .port = 5671}});
    accept(tls);
    shoot(tls, QStringLiteral("tls-answer"));
}

}  // namespace
}  // namespace warren::ui
