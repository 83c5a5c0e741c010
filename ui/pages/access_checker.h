#pragma once

#include "core/management/broker_client.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace warren::ui {

/// "Can this user do that?": asks the broker, and says why (not). Part of UserPane. Thread: GUI.
class AccessChecker final : public QWidget {
    Q_OBJECT

public:
    /// @param client  borrowed; outlives the checker
    explicit AccessChecker(management::BrokerClient& client, QWidget* parent = nullptr);

    /// From now on it is about this user; an older verdict goes.
    void setUser(const QString& user);
    void setVhosts(const QStringList& vhosts);
    void setActionsEnabled(bool enabled);

private:
    void buildUi();
    void showFields();
    void forgetVerdict();
    void check();
    void takeAnswer(const management::CommandResult& result);

    management::BrokerClient& m_client;
    QString m_user;
    std::uint64_t m_asked = 0;  ///< number of the last question
    QComboBox* m_right = nullptr;
    QComboBox* m_kind = nullptr;
    QLineEdit* m_name = nullptr;
    QComboBox* m_vhost = nullptr;
    QLineEdit* m_routingKey = nullptr;
    QPushButton* m_check = nullptr;
    QLabel* m_icon = nullptr;
    QLabel* m_verdict = nullptr;
};

}  // namespace warren::ui
