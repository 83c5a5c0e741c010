#include "ui/models/badge.h"

#include "ui/models/known_arguments.h"

#include <QCoreApplication>
#include <QStringList>

namespace warren::ui {

namespace {

/// Longer names of arguments are cut in their tags; the tool tip has them whole.
constexpr qsizetype kTagCharactersMax = 14;

QString tr(const char* text) { return QCoreApplication::translate("Badge", text); }

Badge argumentBadge(const KnownArgument* known, const QString& name, const QVariant& value,
                    bool isInert)
{
    QString toolTip = name + QStringLiteral(": ") + argumentText(value);
    if (known) toolTip += QLatin1Char('\n') + knownArgumentExplanation(*known);
    if (isInert) toolTip += QLatin1Char('\n') + tr("Stored, not yet acted on.");
    QString tag = known ? QLatin1String(known->tag) : name;
    if (tag.size() > kTagCharactersMax) tag = tag.first(kTagCharactersMax - 1) + QChar(u'…');
    return {tag, toolTip, Tone::Neutral, isInert};
}

/// One badge per argument: the known ones in their order, then the others by name.
void appendArguments(Badges& badges, std::span<const KnownArgument> known,
                     const management::Arguments& arguments, const QStringList& notHonoured)
{
    if (arguments.isEmpty()) return;
    for (const KnownArgument& each : known) {
        const QString name = QLatin1String(each.name);
        const auto found = arguments.constFind(name);
        if (found == arguments.cend()) continue;
        badges.append(argumentBadge(&each, name, found.value(), notHonoured.contains(name)));
    }
    for (auto it = arguments.cbegin(); it != arguments.cend(); ++it) {
        if (findKnownArgument(known, it.key())) continue;
        badges.append(argumentBadge(nullptr, it.key(), it.value(), notHonoured.contains(it.key())));
    }
}

}  // namespace

Badges queueFeatures(const management::QueueRow& queue)
{
    Badges badges;
    if (queue.isDurable) {
        badges.append({QStringLiteral("D"), tr("Durable: the queue survives a restart."),
                       Tone::Accent, false});
    }
    if (queue.isAutoDelete) {
        badges.append({QStringLiteral("AD"),
                       tr("Auto-delete: the queue goes when its last consumer has gone."),
                       Tone::Neutral, false});
    }
    if (queue.isExclusive) {
        badges.append(
            {QStringLiteral("Excl"),
             tr("Exclusive: only its connection may use the queue, which goes with it.") +
                 (queue.ownerConnection.isEmpty() ? QString{}
                                                  : QLatin1Char('\n') + queue.ownerConnection),
             Tone::Neutral, false});
    }
    appendArguments(badges, knownQueueArguments(), queue.arguments, queue.notHonoured);
    return badges;
}

Badges exchangeFeatures(const management::ExchangeRow& exchange)
{
    Badges badges;
    if (exchange.isDurable) {
        badges.append({QStringLiteral("D"), tr("Durable: the exchange survives a restart."),
                       Tone::Accent, false});
    }
    if (exchange.isAutoDelete) {
        badges.append({QStringLiteral("AD"),
                       tr("Auto-delete: the exchange goes when its last binding has gone."),
                       Tone::Neutral, false});
    }
    if (exchange.isInternal) {
        badges.append({QStringLiteral("I"),
                       tr("Internal: clients cannot publish to it, only other exchanges can."),
                       Tone::Neutral, false});
    }
    appendArguments(badges, knownExchangeArguments(), exchange.arguments, exchange.notHonoured);
    return badges;
}

Badge queueStateBadge(management::QueueState state)
{
    switch (state) {
    case management::QueueState::Running:
        return {tr("running"), tr("Messages came or went within the last seconds."), Tone::Good,
                false};
    case management::QueueState::Idle:
        return {tr("idle"), tr("Nothing came or went within the last seconds."), Tone::Neutral,
                false};
    case management::QueueState::Blocked:
        return {tr("blocked"), tr("The queue takes no messages now: memory or disk is short."),
                Tone::Bad, false};
    }
    return {};
}

QString badgesText(const Badges& badges)
{
    QString text;
    for (const Badge& badge : badges) {
        if (!text.isEmpty()) text += QLatin1Char(' ');
        text += badge.text;
    }
    return text;
}

QString badgesToolTip(const Badges& badges)
{
    QStringList lines;
    lines.reserve(badges.size());
    for (const Badge& badge : badges) {
        lines.append(badge.text + QStringLiteral(" – ") + badge.toolTip);
    }
    return lines.join(QLatin1Char('\n'));
}

}  // namespace warren::ui
