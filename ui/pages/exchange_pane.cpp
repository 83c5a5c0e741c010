#include "ui/pages/exchange_pane.h"

#include "ui/models/argument_values.h"
#include "ui/models/badge.h"
#include "ui/models/exchange_model.h"
#include "ui/pages/bindings_panel.h"
#include "ui/theme.h"
#include "ui/widgets/badges.h"
#include "ui/widgets/card.h"
#include "ui/widgets/elided_label.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/hint_label.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QStackedLayout>
#include <QToolButton>
#include <QVBoxLayout>

namespace warren::ui {

using management::BindingRow;
using management::ExchangeRow;

namespace {

/// What becomes of messages while nothing is bound to the exchange.
QString emptySentence(const ExchangeRow& exchange)
{
    if (exchange.key.name.isEmpty()) {
        return ExchangePane::tr("There is no queue: what is published here is dropped.");
    }
    const auto alternate = exchange.arguments.constFind(QStringLiteral("alternate-exchange"));
    if (alternate != exchange.arguments.cend()) {
        return ExchangePane::tr(
                   "Nothing is bound to this exchange: what is published to it goes "
                   "to its alternate exchange, %1.")
            .arg(alternate->toString());
    }
    return ExchangePane::tr(
        "Nothing is bound to this exchange: what is published to it is dropped.");
}

}  // namespace

ExchangePane::ExchangePane(management::BrokerClient& client, const QList<QAction*>& actions,
                           QWidget* parent)
    : QWidget(parent), m_client(client)
{
    buildUi(actions);
    showExchange(std::nullopt);
}

void ExchangePane::buildUi(const QList<QAction*>& actions)
{
    auto* card = new Card({}, this);
    auto* line = new QHBoxLayout;
    line->setSpacing(theme::gap(this, Gap::Small));
    m_name = new ElidedLabel(card);
    m_name->setObjectName(QStringLiteral("exchangeName"));
    m_name->setFont(theme::titleFont(font()));
    m_name->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Preferred);
    line->addWidget(m_name);
    line->addStretch(1);
    for (QAction* action : actions) {
        auto* button = new QToolButton(card);
        button->setDefaultAction(action);
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        button->setFocusPolicy(Qt::StrongFocus);
        line->addWidget(button);
    }
    card->body()->addLayout(line);

    auto* kindLine = new QHBoxLayout;
    kindLine->setSpacing(theme::gap(this, Gap::Small));
    m_type = new QLabel(card);
    m_type->setObjectName(QStringLiteral("exchangeType"));
    kindLine->addWidget(m_type);
    m_features = new BadgeStrip(card);
    kindLine->addWidget(m_features);
    kindLine->addStretch(1);
    card->body()->addLayout(kindLine);
    m_hint = new HintLabel({}, card);
    m_hint->setObjectName(QStringLiteral("exchangeHint"));
    card->body()->addWidget(m_hint);

    m_from = new BindingsPanel(m_client, BindDialog::Fixed::Source, tr("Where messages go"), card);
    m_from->setObjectName(QStringLiteral("bindingsFrom"));
    m_to = new BindingsPanel(m_client, BindDialog::Fixed::DestinationExchange,
                             tr("Exchanges that feed it"), card);
    m_to->setObjectName(QStringLiteral("bindingsTo"));
    m_to->setEmptySentence(tr("No other exchange is bound to this one."));
    for (BindingsPanel* panel : {m_from, m_to}) {
        connect(panel, &BindingsPanel::wantedChanged, this, &ExchangePane::wantedChanged);
        connect(panel, &BindingsPanel::openQueue, this, &ExchangePane::openQueue);
        connect(panel, &BindingsPanel::openExchange, this, &ExchangePane::openExchange);
        connect(panel, &BindingsPanel::succeeded, this, &ExchangePane::succeeded);
    }
    card->body()->addWidget(m_from, 3);
    card->body()->addWidget(m_to, 2);

    auto* none = new EmptyState(this);
    none->setContent(tr("Select an exchange to see its bindings."), {});
    m_stack = new QStackedLayout(this);
    m_stack->addWidget(none);
    m_stack->addWidget(card);
}

void ExchangePane::showExchange(const std::optional<ExchangeRow>& exchange)
{
    m_exchange = exchange;
    m_stack->setCurrentIndex(exchange ? 1 : 0);
    if (!exchange) return;
    m_name->setFullText(exchangeDisplayName(exchange->key.name));
    m_type->setText(exchange->policy.isEmpty()
                        ? tr("%1 exchange").arg(exchange->type)
                        : tr("%1 exchange, policy “%2”").arg(exchange->type, exchange->policy));
    m_features->setBadges(exchangeFeatures(*exchange));
    m_from->setOwner(exchange->key);
    m_to->setOwner(exchange->key);
    const bool isDefault = exchange->key.name.isEmpty();
    m_to->setVisible(!isDefault);
    m_from->setEmptySentence(emptySentence(*exchange));
    QString hint = argumentsText(exchange->arguments);
    if (isDefault) {
        hint =
            tr("Every queue is bound to the default exchange by its own name; these bindings "
               "cannot be changed.");
    }
    m_hint->setText(hint);
    m_hint->setVisible(!hint.isEmpty());
    showRefusal();
}

void ExchangePane::showRefusal()
{
    QString refusal;
    if (!m_isReachable) {
        refusal = tr("The broker cannot be reached.");
    } else if (m_exchange && m_exchange->key.name.isEmpty()) {
        refusal = tr("Bindings of the default exchange cannot be changed.");
    }
    m_from->setRefusal(refusal);
    m_to->setRefusal(refusal);
}

void ExchangePane::showBindings(const QList<BindingRow>& from, const QList<BindingRow>& to)
{
    m_from->showBindings(from);
    m_to->showBindings(to);
}

void ExchangePane::setActionsEnabled(bool enabled)
{
    m_isReachable = enabled;
    showRefusal();
}

management::Topics ExchangePane::wantedTopics() const
{
    return m_from->wantedTopics() | m_to->wantedTopics();
}

}  // namespace warren::ui
