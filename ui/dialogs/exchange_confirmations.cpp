#include "ui/dialogs/exchange_confirmations.h"

#include "ui/format.h"
#include "ui/models/argument_values.h"

#include <QCheckBox>

namespace warren::ui {

using management::BindingRow;
using management::ResourceKey;
using management::Snapshot;

namespace {

QStringList namesOf(const QList<ResourceKey>& keys)
{
    QStringList names;
    names.reserve(keys.size());
    for (const ResourceKey& key : keys) {
        names.append(key.name);
    }
    return names;
}

QString bindingText(const BindingRow& binding)
{
    QString text = QStringLiteral("%1 → %2").arg(binding.source, binding.destination);
    if (!binding.routingKey.isEmpty()) text += QStringLiteral("  ") + binding.routingKey;
    if (!binding.arguments.isEmpty())
        text += QStringLiteral("  ") + argumentsText(binding.arguments);
    return text;
}

QStringList bindingTexts(const QList<BindingRow>& bindings)
{
    QStringList texts;
    texts.reserve(bindings.size());
    for (const BindingRow& binding : bindings) {
        texts.append(bindingText(binding));
    }
    return texts;
}

}  // namespace

DeleteExchangesDialog::DeleteExchangesDialog(management::BrokerClient& client,
                                             const QList<ResourceKey>& keys, QWidget* parent)
    : ConfirmDialog(
          client, keys.size() == 1 ? tr("Delete exchange") : tr("Delete exchanges"),
          keys.size() == 1 ? tr("Delete exchange") : tr("Delete %1 exchanges").arg(keys.size()),
          parent),
      m_keys(keys),
      m_onlyIfUnused(addCondition(QStringLiteral("onlyIfUnused"),
                                  tr("Only if nothing is bound to it (if-unused)")))
{
    setObjectName(QStringLiteral("deleteExchangesDialog"));
    begin(keys.size() == 1 ? tr("Delete the exchange “%1”?").arg(keys.first().name)
                           : tr("Delete these %1 exchanges?").arg(keys.size()),
          namesOf(keys));
}

ConfirmDialog::Losses DeleteExchangesDialog::losses(const Snapshot& snapshot)
{
    Losses lost;
    const bool isOne = pending().size() == 1;
    if (isOne && snapshot.exchange && snapshot.exchange->key == m_keys.at(pending().first())) {
        const auto from = static_cast<std::uint64_t>(snapshot.exchangeBindingsFrom.size());
        const auto to = static_cast<std::uint64_t>(snapshot.exchangeBindingsTo.size());
        if (from > 0) {
            lost.lines.append(
                format::counted(from, tr("1 binding from it"), tr("%1 bindings from it")));
        }
        if (to > 0) {
            lost.lines.append(format::counted(to, tr("1 binding to it"), tr("%1 bindings to it")));
        }
        if (lost.lines.isEmpty()) lost.lines.append(tr("only the exchange: it has no bindings"));
    } else {
        lost.lines.append(isOne ? tr("the bindings from it and to it")
                                : tr("the bindings from them and to them"));
    }
    lost.reassurance =
        tr("Messages in queues stay. Whoever publishes to it afterwards gets an error.");
    return lost;
}

management::ManagementCommand DeleteExchangesDialog::command(int target) const
{
    return management::DeleteExchange{m_keys.at(target), m_onlyIfUnused->isChecked()};
}

QString DeleteExchangesDialog::doneText() const
{
    return m_keys.size() == 1 ? tr("Exchange “%1” is deleted.").arg(m_keys.first().name)
                              : tr("%1 exchanges are deleted.").arg(m_keys.size());
}

RemoveBindingsDialog::RemoveBindingsDialog(management::BrokerClient& client,
                                           const QList<BindingRow>& bindings, QWidget* parent)
    : ConfirmDialog(client, bindings.size() == 1 ? tr("Remove binding") : tr("Remove bindings"),
                    bindings.size() == 1 ? tr("Remove binding")
                                         : tr("Remove %1 bindings").arg(bindings.size()),
                    parent),
      m_bindings(bindings)
{
    setObjectName(QStringLiteral("removeBindingsDialog"));
    begin(bindings.size() == 1 ? tr("Remove the binding %1?").arg(bindingText(bindings.first()))
                               : tr("Remove these %1 bindings?").arg(bindings.size()),
          bindingTexts(bindings));
}

ConfirmDialog::Losses RemoveBindingsDialog::losses(const Snapshot& snapshot)
{
    Q_UNUSED(snapshot)
    Losses lost;
    const BindingRow& first = m_bindings.at(pending().first());
    lost.lines.append(
        pending().size() == 1
            ? tr("one way for new messages from “%1” to “%2”").arg(first.source, first.destination)
            : tr("%1 ways for new messages").arg(pending().size()));
    lost.reassurance = tr("Messages that are in queues stay.");
    return lost;
}

management::ManagementCommand RemoveBindingsDialog::command(int target) const
{
    return management::RemoveBinding{m_bindings.at(target)};
}

QString RemoveBindingsDialog::doneText() const
{
    return m_bindings.size() == 1 ? tr("The binding is removed.")
                                  : tr("%1 bindings are removed.").arg(m_bindings.size());
}

}  // namespace warren::ui
