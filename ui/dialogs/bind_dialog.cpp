#include "ui/dialogs/bind_dialog.h"

#include "ui/dialogs/form_fields.h"
#include "ui/theme.h"
#include "ui/widgets/arguments_editor.h"
#include "ui/widgets/hint_label.h"

#include <QComboBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace warren::ui {

using management::DestinationKind;
using management::ResourceKey;

namespace {

const QString kMatchArgument = QStringLiteral("x-match");

QString titleOf(BindDialog::Fixed fixed)
{
    switch (fixed) {
    case BindDialog::Fixed::DestinationQueue: return BindDialog::tr("Bind queue");
    case BindDialog::Fixed::DestinationExchange:
    case BindDialog::Fixed::Source: return BindDialog::tr("Bind exchange");
    }
    return {};
}

QString subjectOf(BindDialog::Fixed fixed, const ResourceKey& key)
{
    switch (fixed) {
    case BindDialog::Fixed::DestinationQueue:
        return BindDialog::tr("Messages go to queue “%1”").arg(key.name);
    case BindDialog::Fixed::DestinationExchange:
        return BindDialog::tr("Messages go to exchange “%1”").arg(key.name);
    case BindDialog::Fixed::Source:
        return BindDialog::tr("Messages come from exchange “%1”").arg(key.name);
    }
    return {};
}

QString keyHint(const QString& exchangeType)
{
    if (exchangeType == QLatin1String("fanout")) {
        return BindDialog::tr("A fanout exchange does not look at routing keys.");
    }
    if (exchangeType == QLatin1String("topic")) {
        return BindDialog::tr("A pattern: * stands for one word, # for any number of words.");
    }
    if (exchangeType == QLatin1String("headers")) {
        return BindDialog::tr(
            "A headers exchange looks at the arguments below instead of the routing key.");
    }
    return {};
}

}  // namespace

BindDialog::BindDialog(management::BrokerClient& client, Fixed fixed, const ResourceKey& key,
                       QWidget* parent)
    : CommandDialog(client, titleOf(fixed), tr("Bind"), parent), m_fixed(fixed), m_key(key)
{
    setObjectName(QStringLiteral("bindDialog"));
    setSubject(subjectOf(fixed, key));
    buildUi();
    offer(*client.snapshot());
    connect(&client, &management::BrokerClient::snapshotChanged, this,
            [this](const management::SnapshotPtr& snapshot) { offer(*snapshot); });
}

management::Topics BindDialog::wantedTopics() const
{
    if (m_fixed != Fixed::Source) return management::TopicExchanges;
    return management::TopicExchanges | management::TopicQueues;
}

void BindDialog::buildUi()
{
    m_form = makeForm(this);
    addOtherEnd(m_form);

    m_routingKey = new QLineEdit(this);
    m_routingKey->setObjectName(QStringLiteral("routingKey"));
    m_form->addRow(tr("Routing &key"), m_routingKey);
    m_keyHint = new HintLabel(QString{}, this);
    m_form->addRow(QString{}, m_keyHint);

    m_match = new QComboBox(this);
    m_match->setObjectName(QStringLiteral("match"));
    m_match->addItem(tr("all – every argument is in the headers"), QStringLiteral("all"));
    m_match->addItem(tr("any – at least one is in the headers"), QStringLiteral("any"));
    m_match->addItem(tr("all-with-x – as all, x- headers count too"), QStringLiteral("all-with-x"));
    m_match->addItem(tr("any-with-x – as any, x- headers count too"), QStringLiteral("any-with-x"));
    m_form->addRow(tr("&Match"), m_match);
    body()->addLayout(m_form);

    body()->addWidget(makeSectionLabel(tr("Arguments"), this));
    m_arguments = new ArgumentsEditor(ArgumentsEditor::Purpose::Binding, this);
    m_arguments->setObjectName(QStringLiteral("arguments"));
    body()->addWidget(m_arguments, 1);
}

void BindDialog::addOtherEnd(QFormLayout* form)
{
    if (m_fixed != Fixed::Source) {
        m_source = makeNameField(QStringLiteral("source"), this);
        form->addRow(tr("&From exchange"), m_source);
        connect(m_source, &QComboBox::editTextChanged, this, &BindDialog::showSourceType);
        m_source->setFocus();
        return;
    }
    m_destinationKind = new QComboBox(this);
    m_destinationKind->setObjectName(QStringLiteral("destinationKind"));
    m_destinationKind->addItem(tr("Queue"), static_cast<int>(DestinationKind::Queue));
    m_destinationKind->addItem(tr("Exchange"), static_cast<int>(DestinationKind::Exchange));
    connect(m_destinationKind, &QComboBox::currentIndexChanged, this, [this] {
        m_destination->clearEditText();
        offer(*client().snapshot());
    });
    m_destination = makeNameField(QStringLiteral("destination"), this);
    auto* line = new QHBoxLayout;
    line->setSpacing(theme::gap(this, Gap::Small));
    line->addWidget(m_destinationKind);
    line->addWidget(m_destination, 1);
    form->addRow(tr("To"), line);
    m_destination->setFocus();
}

void BindDialog::offer(const management::Snapshot& snapshot)
{
    if (m_source) {
        offerNames(m_source, exchangeNames(snapshot, m_key.vhost));
    } else if (m_destinationKind->currentData().toInt() ==
               static_cast<int>(DestinationKind::Queue)) {
        offerNames(m_destination, queueNames(snapshot, m_key.vhost));
    } else {
        offerNames(m_destination, exchangeNames(snapshot, m_key.vhost));
    }
    showSourceType();
}

QString BindDialog::sourceName() const { return m_source ? m_source->currentText() : m_key.name; }

QString BindDialog::sourceType() const
{
    const ResourceKey wanted{m_key.vhost, sourceName()};
    const auto snapshot = client().snapshot();
    if (snapshot->exchange && snapshot->exchange->key == wanted) return snapshot->exchange->type;
    const auto found =
        std::ranges::find(snapshot->exchanges, wanted, &management::ExchangeRow::key);
    return found == snapshot->exchanges.end() ? QString{} : found->type;
}

void BindDialog::showSourceType()
{
    const QString type = sourceType();
    m_keyHint->setText(keyHint(type));
    m_form->setRowVisible(m_keyHint, !m_keyHint->text().isEmpty());
    m_form->setRowVisible(m_match, type == QLatin1String("headers"));
}

management::BindingRow BindDialog::binding() const
{
    management::BindingRow binding;
    binding.vhost = m_key.vhost;
    binding.source = sourceName();
    if (m_source) {
        binding.destination = m_key.name;
        binding.destinationKind =
            m_fixed == Fixed::DestinationQueue ? DestinationKind::Queue : DestinationKind::Exchange;
    } else {
        binding.destination = m_destination->currentText();
        binding.destinationKind =
            static_cast<DestinationKind>(m_destinationKind->currentData().toInt());
    }
    binding.routingKey = m_routingKey->text();
    binding.arguments = m_arguments->arguments();
    if (sourceType() == QLatin1String("headers") && !binding.arguments.contains(kMatchArgument)) {
        binding.arguments.insert(kMatchArgument, m_match->currentData());
    }
    return binding;
}

void BindDialog::submit()
{
    QComboBox* otherEnd = m_source ? m_source : m_destination;
    if (otherEnd->currentText().isEmpty()) {
        showProblem(m_source ? tr("Choose the exchange that the messages come from.")
                             : tr("Choose where the messages go."));
        otherEnd->setFocus();
        return;
    }
    if (const QString problem = m_arguments->problem(); !problem.isEmpty()) {
        showProblem(problem);
        m_arguments->focusProblem();
        return;
    }
    run(management::AddBinding{binding()});
}

void BindDialog::takeDone(const management::CommandResult& result)
{
    Q_UNUSED(result)
    const management::BindingRow added = binding();
    emit succeeded(tr("“%1” is bound to “%2”.").arg(added.destination, added.source));
    accept();
}

}  // namespace warren::ui
