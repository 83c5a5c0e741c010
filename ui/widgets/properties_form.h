#pragma once

#include "core/management/management_command.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QDateTimeEdit;
class QLineEdit;

namespace warren::ui {

/// Edits the basic properties of a message but its headers; an empty field is a property not set.
/// Thread: GUI.
class PropertiesForm final : public QWidget {
    Q_OBJECT

public:
    explicit PropertiesForm(QWidget* parent = nullptr);

    management::MessageProperties properties() const;

    /// Why the properties cannot be sent, in one sentence; empty when they can.
    QString problem() const;

private:
    void buildUi();
    QLineEdit* makeText(const QString& name, const QString& placeholder);

    QComboBox* m_contentType = nullptr;
    QLineEdit* m_contentEncoding = nullptr;
    QComboBox* m_deliveryMode = nullptr;
    QLineEdit* m_priority = nullptr;
    QLineEdit* m_correlationId = nullptr;
    QLineEdit* m_replyTo = nullptr;
    QLineEdit* m_expiration = nullptr;
    QLineEdit* m_messageId = nullptr;
    QCheckBox* m_hasTimestamp = nullptr;
    QDateTimeEdit* m_timestamp = nullptr;
    QLineEdit* m_type = nullptr;
    QLineEdit* m_userId = nullptr;
    QLineEdit* m_appId = nullptr;
};

}  // namespace warren::ui
