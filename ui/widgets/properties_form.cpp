#include "ui/widgets/properties_form.h"

#include "ui/theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDateTimeEdit>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QIntValidator>
#include <QLabel>
#include <QLineEdit>
#include <QRegularExpressionValidator>

namespace warren::ui {

namespace {

constexpr int kPriorityMax = 255;  // an octet; queues tell at most this many apart
/// Spec: AMQP 0-9-1 §4.2.5.3, short string.
constexpr qsizetype kShortStringBytesMax = 255;

std::optional<QString> textOf(const QLineEdit* field)
{
    if (field->text().isEmpty()) return std::nullopt;
    return field->text();
}

}  // namespace

PropertiesForm::PropertiesForm(QWidget* parent) : QWidget(parent) { buildUi(); }

void PropertiesForm::buildUi()
{
    m_contentType = new QComboBox(this);
    m_contentType->setObjectName(QStringLiteral("contentType"));
    m_contentType->setEditable(true);
    m_contentType->addItems({QString{}, QStringLiteral("text/plain"),
                             QStringLiteral("application/json"), QStringLiteral("application/xml"),
                             QStringLiteral("application/octet-stream")});
    m_deliveryMode = new QComboBox(this);
    m_deliveryMode->setObjectName(QStringLiteral("deliveryMode"));
    m_deliveryMode->addItem(tr("2 – persistent"), 2);
    m_deliveryMode->addItem(tr("1 – transient"), 1);
    m_deliveryMode->addItem(tr("not set (transient)"));

    m_contentEncoding = makeText(QStringLiteral("contentEncoding"), tr("such as gzip"));
    m_priority = makeText(QStringLiteral("priority"), tr("0 to 255"));
    m_priority->setValidator(new QIntValidator(0, kPriorityMax, m_priority));
    m_correlationId = makeText(QStringLiteral("correlationId"), {});
    m_replyTo = makeText(QStringLiteral("replyTo"), {});
    m_expiration = makeText(QStringLiteral("expiration"), tr("milliseconds"));
    m_expiration->setValidator(new QRegularExpressionValidator(
        QRegularExpression(QStringLiteral("[0-9]{0,18}")), m_expiration));
    m_messageId = makeText(QStringLiteral("messageId"), {});
    m_type = makeText(QStringLiteral("messageType"), {});
    m_userId = makeText(QStringLiteral("userId"), {});
    m_appId = makeText(QStringLiteral("appId"), {});

    auto* timestamp = new QWidget(this);
    auto* timestampLine = new QHBoxLayout(timestamp);
    timestampLine->setContentsMargins(0, 0, 0, 0);
    m_hasTimestamp = new QCheckBox(timestamp);
    m_hasTimestamp->setObjectName(QStringLiteral("hasTimestamp"));
    m_hasTimestamp->setAccessibleName(tr("Set the timestamp"));
    m_timestamp = new QDateTimeEdit(QDateTime::currentDateTime(), timestamp);
    m_timestamp->setObjectName(QStringLiteral("timestamp"));
    m_timestamp->setDisplayFormat(QStringLiteral("yyyy-MM-dd HH:mm:ss"));
    m_timestamp->setCalendarPopup(true);
    m_timestamp->setEnabled(false);
    connect(m_hasTimestamp, &QCheckBox::toggled, m_timestamp, &QWidget::setEnabled);
    timestampLine->addWidget(m_hasTimestamp);
    timestampLine->addWidget(m_timestamp, 1);

    // Two columns: all properties are seen at once, without scrolling.
    auto* grid = new QGridLayout(this);
    grid->setHorizontalSpacing(theme::gap(this, Gap::Medium));
    grid->setVerticalSpacing(theme::gap(this, Gap::Small));
    const struct {
        const char* name;  // as clients and the specification write it
        QWidget* field;
    } fields[] = {
        {"content_type", m_contentType},
        {"content_encoding", m_contentEncoding},
        {"delivery_mode", m_deliveryMode},
        {"priority", m_priority},
        {"correlation_id", m_correlationId},
        {"reply_to", m_replyTo},
        {"expiration", m_expiration},
        {"message_id", m_messageId},
        {"timestamp", timestamp},
        {"type", m_type},
        {"user_id", m_userId},
        {"app_id", m_appId},
    };
    int index = 0;
    for (const auto& [name, field] : fields) {
        auto* label = new QLabel(QLatin1String(name), this);
        label->setBuddy(field == timestamp ? m_hasTimestamp : field);
        const int row = index / 2;
        const int column = index % 2 * 2;
        grid->addWidget(label, row, column);
        field->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
        grid->addWidget(field, row, column + 1);
        index += 1;
    }
    constexpr int kFieldLines = 14;
    for (const int column : {1, 3}) {
        grid->setColumnStretch(column, 1);
        grid->setColumnMinimumWidth(column, fontMetrics().height() * kFieldLines);
    }
    grid->setRowStretch(grid->rowCount(), 1);
}

QLineEdit* PropertiesForm::makeText(const QString& name, const QString& placeholder)
{
    auto* field = new QLineEdit(this);
    field->setObjectName(name);
    field->setPlaceholderText(placeholder);
    return field;
}

management::MessageProperties PropertiesForm::properties() const
{
    management::MessageProperties properties;
    if (!m_contentType->currentText().isEmpty()) {
        properties.contentType = m_contentType->currentText();
    }
    properties.contentEncoding = textOf(m_contentEncoding);
    if (m_deliveryMode->currentData().isValid()) {
        properties.deliveryMode = m_deliveryMode->currentData().toInt();
    }
    if (!m_priority->text().isEmpty()) properties.priority = m_priority->text().toInt();
    properties.correlationId = textOf(m_correlationId);
    properties.replyTo = textOf(m_replyTo);
    properties.expiration = textOf(m_expiration);
    properties.messageId = textOf(m_messageId);
    if (m_hasTimestamp->isChecked()) {
        properties.timestamp = m_timestamp->dateTime().toSecsSinceEpoch();
    }
    properties.type = textOf(m_type);
    properties.userId = textOf(m_userId);
    properties.appId = textOf(m_appId);
    return properties;
}

QString PropertiesForm::problem() const
{
    if (!m_priority->hasAcceptableInput() && !m_priority->text().isEmpty()) {
        return tr("The priority is a number from 0 to %1.").arg(kPriorityMax);
    }
    const QLineEdit* const shortStrings[] = {
        m_contentEncoding, m_correlationId,          m_replyTo, m_messageId, m_type, m_userId,
        m_appId,           m_contentType->lineEdit()};
    for (const QLineEdit* field : shortStrings) {
        if (field->text().toUtf8().size() > kShortStringBytesMax) {
            return tr("A property may have %1 bytes at most: “%2…” has more.")
                .arg(kShortStringBytesMax)
                .arg(field->text().first(16));
        }
    }
    return {};
}

}  // namespace warren::ui
