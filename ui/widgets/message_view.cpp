#include "ui/widgets/message_view.h"

#include "ui/format.h"
#include "ui/icons.h"
#include "ui/models/argument_values.h"
#include "ui/models/exchange_model.h"
#include "ui/models/message_model.h"
#include "ui/theme.h"

#include <QApplication>
#include <QButtonGroup>
#include <QClipboard>
#include <QDateTime>
#include <QFile>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QStackedLayout>
#include <QTabWidget>
#include <QToolButton>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace warren::ui {

using management::MessageProperties;
using management::MessageRow;

namespace {

QTreeWidget* makeTree(const QStringList& headings, const QString& name, QWidget* parent)
{
    auto* tree = new QTreeWidget(parent);
    tree->setObjectName(name);
    tree->setHeaderLabels(headings);
    tree->setAlternatingRowColors(true);
    tree->setUniformRowHeights(true);
    tree->setFrameShape(QFrame::NoFrame);
    tree->setTextElideMode(Qt::ElideRight);
    tree->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
    tree->header()->setStretchLastSection(true);
    return tree;
}

void addRow(QTreeWidget* tree, const QString& name, const QString& value)
{
    auto* item = new QTreeWidgetItem(tree, {name, value});
    item->setToolTip(1, value);
}

void addValue(QTreeWidget* tree, QTreeWidgetItem* parent, const QString& name,
              const QVariant& value)
{
    const QStringList texts{name, argumentTypeName(argumentTypeOf(value)), argumentText(value)};
    auto* item = parent ? new QTreeWidgetItem(parent, texts) : new QTreeWidgetItem(tree, texts);
    item->setToolTip(2, texts.last());
    if (argumentTypeOf(value) == ArgumentType::Table) {
        const QVariantMap entries = value.toMap();
        for (auto it = entries.cbegin(); it != entries.cend(); ++it) {
            addValue(tree, item, it.key(), it.value());
        }
    } else if (argumentTypeOf(value) == ArgumentType::List) {
        int number = 1;
        for (const QVariantList entries = value.toList(); const QVariant& entry : entries) {
            addValue(tree, item, QStringLiteral("%1.").arg(number), entry);
            number += 1;
        }
    }
}

QString deliveryModeText(int mode)
{
    switch (mode) {
    case 1: return MessageView::tr("1 – transient");
    case 2: return MessageView::tr("2 – persistent");
    default: return QString::number(mode);
    }
}

}  // namespace

MessageView::MessageView(QWidget* parent) : QWidget(parent)
{
    buildUi();
    clear();
}

void MessageView::buildUi()
{
    m_stack = new QStackedLayout(this);

    auto* nothing = new QLabel(tr("Select a message to read it."), this);
    nothing->setAlignment(Qt::AlignCenter);
    nothing->setWordWrap(true);
    nothing->setEnabled(false);
    m_stack->addWidget(nothing);

    m_tabs = new QTabWidget(this);
    m_tabs->setObjectName(QStringLiteral("messageTabs"));
    m_tabs->setDocumentMode(true);
    m_properties =
        makeTree({tr("Property"), tr("Value")}, QStringLiteral("messageProperties"), m_tabs);
    m_properties->setRootIsDecorated(false);
    m_headers =
        makeTree({tr("Header"), tr("Type"), tr("Value")}, QStringLiteral("messageHeaders"), m_tabs);
    m_tabs->addTab(makeBodyTab(), tr("Body"));
    m_tabs->addTab(m_properties, tr("Properties"));
    m_tabs->addTab(m_headers, tr("Headers"));
    m_stack->addWidget(m_tabs);
}

QWidget* MessageView::makeBodyTab()
{
    auto* tab = new QWidget(m_tabs);
    auto* layout = new QVBoxLayout(tab);
    const int margin = theme::gap(this, Gap::Small);
    layout->setContentsMargins(0, margin, 0, 0);
    layout->setSpacing(margin);

    auto* line = new QHBoxLayout;
    line->setSpacing(theme::gap(this, Gap::Hair));
    m_viewButtons = new QButtonGroup(this);
    line->addWidget(makeViewButton(BodyView::Text, tr("Text"), QStringLiteral("viewText")));
    line->addWidget(makeViewButton(BodyView::Json, tr("JSON"), QStringLiteral("viewJson")));
    line->addWidget(makeViewButton(BodyView::Hex, tr("Hex"), QStringLiteral("viewHex")));
    connect(m_viewButtons, &QButtonGroup::idClicked, this, [this](int id) {
        m_bodyView = static_cast<BodyView>(id);
        showBody();
    });
    line->addStretch();

    auto* copy = new QToolButton(tab);
    copy->setObjectName(QStringLiteral("copyBody"));
    copy->setIcon(icon(Icon::Copy));
    copy->setText(tr("Copy"));
    copy->setToolTip(tr("Copies the body as it is shown"));
    copy->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    connect(copy, &QToolButton::clicked, this, &MessageView::copyBody);
    line->addWidget(copy);

    auto* save = new QToolButton(tab);
    save->setObjectName(QStringLiteral("saveBody"));
    save->setText(tr("Save…"));
    save->setToolTip(tr("Writes the body to a file, byte for byte"));
    connect(save, &QToolButton::clicked, this, &MessageView::askWhereToSave);
    line->addWidget(save);
    layout->addLayout(line);

    m_body = new QPlainTextEdit(tab);
    m_body->setObjectName(QStringLiteral("messageBody"));
    m_body->setReadOnly(true);
    m_body->setFont(theme::monospaceFont(font()));
    m_body->setAccessibleName(tr("Message body"));
    layout->addWidget(m_body, 1);

    auto* noteLine = new QHBoxLayout;
    m_note = new QLabel(tab);
    m_note->setObjectName(QStringLiteral("bodyNote"));
    m_note->setWordWrap(true);
    noteLine->addWidget(m_note, 1);
    m_loadWhole = new QPushButton(tr("Load the whole body"), tab);
    m_loadWhole->setObjectName(QStringLiteral("loadWholeBody"));
    m_loadWhole->setAutoDefault(false);
    connect(m_loadWhole, &QPushButton::clicked, this, [this] {
        if (m_message) emit wholeBodyWanted(m_message->position);
    });
    noteLine->addWidget(m_loadWhole);
    layout->addLayout(noteLine);
    return tab;
}

QToolButton* MessageView::makeViewButton(BodyView view, const QString& text, const QString& name)
{
    auto* button = new QToolButton(this);
    button->setObjectName(name);
    button->setText(text);
    button->setCheckable(true);
    m_viewButtons->addButton(button, static_cast<int>(view));
    return button;
}

void MessageView::showMessage(const MessageRow& message)
{
    if (m_message == message) return;
    const bool isSameBody = m_message && m_message->position == message.position &&
                            message.body.startsWith(m_message->body);
    const bool knewAll = isSameBody && m_message->body.size() == message.body.size();
    m_message = message;
    // What was cut may have looked like something else than the whole.
    if (!knewAll) m_bodyView = suggestedBodyView(message.body);
    showBody();
    showProperties();
    showHeaders();
    m_stack->setCurrentWidget(m_tabs);
}

void MessageView::clear()
{
    m_message.reset();
    m_body->clear();
    m_properties->clear();
    m_headers->clear();
    m_stack->setCurrentIndex(0);
}

std::optional<std::uint64_t> MessageView::position() const
{
    if (!m_message) return std::nullopt;
    return m_message->position;
}

void MessageView::showBody()
{
    m_viewButtons->button(static_cast<int>(m_bodyView))->setChecked(true);
    const BodyText shown = bodyText(m_message->body, m_bodyView);
    // Hex lines up in columns only when no line is broken.
    m_body->setLineWrapMode(m_bodyView == BodyView::Text ? QPlainTextEdit::WidgetWidth
                                                         : QPlainTextEdit::NoWrap);
    m_bodyText = shown.text;
    const QString shortLines = withShortLines(shown.text);
    m_body->setPlainText(shortLines);
    m_body->setPlaceholderText(m_message->bodyBytes == 0 ? tr("The body is empty.") : QString{});

    const auto shownBytes = static_cast<std::uint64_t>(shown.shownBytes);
    const bool isCut = static_cast<std::uint64_t>(m_message->body.size()) < m_message->bodyBytes;
    if (!shown.problem.isEmpty()) {
        note(shown.problem, isCut);
    } else if (shownBytes < m_message->bodyBytes) {
        note(tr("The first %1 of %2.")
                 .arg(format::bytes(shownBytes), format::bytes(m_message->bodyBytes)),
             isCut);
    } else {
        note(format::bytes(m_message->bodyBytes), false);
    }
    if (shortLines.size() != m_bodyText.size()) {
        m_note->setText(m_note->text() + u' ' +
                        tr("Lines over %1 characters are shown cut; Copy and Save have them whole.")
                            .arg(format::count(kBodyLineCharactersMax)));
    }
}

void MessageView::note(const QString& text, bool offersWholeBody)
{
    m_note->setText(text);
    m_loadWhole->setVisible(offersWholeBody);
}

void MessageView::showProperties()
{
    m_properties->clear();
    const MessageRow& message = *m_message;
    addRow(m_properties, tr("Position"), format::count(message.position));
    addRow(m_properties, tr("State"),
           message.isUnacked ? tr("unacked, with %1").arg(message.holder) : tr("ready"));
    addRow(m_properties, tr("Redelivered"), message.isRedelivered ? tr("yes") : tr("no"));
    addRow(m_properties, tr("Persistent"), message.isPersistent ? tr("yes") : tr("no"));
    addRow(m_properties, tr("Exchange"), exchangeDisplayName(message.exchange));
    addRow(m_properties, tr("Routing key"), message.routingKey);
    addRow(m_properties, tr("Body size"), format::bytes(message.bodyBytes));

    const MessageProperties& properties = message.properties;
    const auto addText = [this](const QString& name, const std::optional<QString>& value) {
        if (value) addRow(m_properties, name, *value);
    };
    addText(QStringLiteral("content_type"), properties.contentType);
    addText(QStringLiteral("content_encoding"), properties.contentEncoding);
    if (properties.deliveryMode) {
        addRow(m_properties, QStringLiteral("delivery_mode"),
               deliveryModeText(*properties.deliveryMode));
    }
    if (properties.priority) {
        addRow(m_properties, QStringLiteral("priority"), QString::number(*properties.priority));
    }
    addText(QStringLiteral("correlation_id"), properties.correlationId);
    addText(QStringLiteral("reply_to"), properties.replyTo);
    addText(QStringLiteral("expiration"), properties.expiration);
    addText(QStringLiteral("message_id"), properties.messageId);
    if (properties.timestamp) {
        const QDateTime at = QDateTime::fromSecsSinceEpoch(*properties.timestamp);
        addRow(m_properties, QStringLiteral("timestamp"),
               tr("%1 (%2)").arg(*properties.timestamp).arg(format::dateTime(at)));
    }
    addText(QStringLiteral("type"), properties.type);
    addText(QStringLiteral("user_id"), properties.userId);
    addText(QStringLiteral("app_id"), properties.appId);
}

void MessageView::showHeaders()
{
    m_headers->clear();
    const management::Arguments headers =
        m_message->properties.headers.value_or(management::Arguments{});
    for (auto it = headers.cbegin(); it != headers.cend(); ++it) {
        addValue(m_headers, nullptr, it.key(), it.value());
    }
    m_headers->expandAll();
    m_tabs->setTabText(m_tabs->indexOf(m_headers),
                       headers.isEmpty() ? tr("Headers") : tr("Headers (%1)").arg(headers.size()));
}

void MessageView::copyBody() { QApplication::clipboard()->setText(m_bodyText); }

void MessageView::askWhereToSave()
{
    if (!m_message) return;
    if (static_cast<std::uint64_t>(m_message->body.size()) < m_message->bodyBytes) {
        emit saveFailed(
            tr("Only the first %1 of the body are here. Load the whole body first.")
                .arg(format::bytes(static_cast<std::uint64_t>(m_message->body.size()))));
        return;
    }
    auto* dialog = new QFileDialog(this, tr("Save the body"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setFileMode(QFileDialog::AnyFile);
    dialog->selectFile(QStringLiteral("message-%1").arg(m_message->position));
    // The body is kept here: the person may look at another message meanwhile.
    connect(dialog, &QFileDialog::fileSelected, this,
            [this, body = m_message->body](const QString& path) {
                const QString failure = writeBody(body, path);
                if (failure.isEmpty()) {
                    emit saved(path);
                } else {
                    emit saveFailed(failure);
                }
            });
    dialog->open();
}

QString MessageView::writeBody(const QByteArray& body, const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(body) != body.size() || !file.flush()) {
        return tr("%1 cannot be written: %2").arg(path, file.errorString());
    }
    return {};
}

}  // namespace warren::ui
