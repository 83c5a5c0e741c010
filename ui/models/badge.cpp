#include "ui/models/badge.h"

#include "ui/models/known_arguments.h"

#include <QCoreApplication>
#include <QStringList>

namespace warren::ui {

namespace {

/// Longer names of arguments are cut in their tags; the tool tip has them whole.
constexpr qsizetype kTagCharactersMax = 14;

QString tr(const char* text) { return QCoreApplication::translate("Badge", text); }

/// What the policies of a queue say. Exchanges have none that the window is told of.
struct PolicyWords {
    management::Arguments definition;
    QString source;  ///< "policy “keep-a-week”"
};

PolicyWords policyWords(const management::QueueRow& queue)
{
    QStringList sources;
    if (!queue.policy.isEmpty()) sources.append(tr("policy “%1”").arg(queue.policy));
    if (!queue.operatorPolicy.isEmpty()) {
        sources.append(tr("operator policy “%1”").arg(queue.operatorPolicy));
    }
    return {queue.effectivePolicy, sources.join(tr(" and "))};
}

QString policyKeyOf(const QString& argumentName)
{
    return argumentName.startsWith(QLatin1String("x-")) ? argumentName.sliced(2) : argumentName;
}

QString shortened(const QString& name)
{
    return name.size() > kTagCharactersMax ? name.first(kTagCharactersMax - 1) + QChar(u'…') : name;
}

Badge argumentBadge(const KnownArgument* known, const QString& name, const QVariant& value,
                    bool isInert, const PolicyWords& policy)
{
    QString toolTip = name + QStringLiteral(": ") + argumentText(value);
    if (known) toolTip += QLatin1Char('\n') + knownArgumentExplanation(*known);
    if (isInert) {
        toolTip += QLatin1Char('\n') + tr("Stored and shown, but this broker does not act on it.");
    }
    const auto ofPolicy = policy.definition.constFind(policyKeyOf(name));
    if (ofPolicy != policy.definition.cend()) {
        toolTip += QLatin1Char('\n') + tr("%1 says %2 too; the queue's Settings say who wins.")
                                           .arg(policy.source, argumentText(*ofPolicy));
    }
    const QString tag = known ? QLatin1String(known->tag) : shortened(name);
    if (isInert) return {QStringLiteral("⚠ ") + tag, toolTip, Tone::Caution, true, false};
    return {tag, toolTip, Tone::Neutral, false, false};
}

Badge policyBadge(const KnownArgument* known, const QString& key, const QVariant& value,
                  bool isInert, const PolicyWords& policy)
{
    QString toolTip = key + QStringLiteral(": ") + argumentText(value);
    if (known) toolTip += QLatin1Char('\n') + knownArgumentExplanation(*known);
    toolTip += QLatin1Char('\n') + tr("Given by %1.").arg(policy.source);
    const QString tag = known ? QLatin1String(known->tag) : shortened(key);
    if (isInert) {
        toolTip += QLatin1Char('\n') + tr("This broker does not act on it.");
        return {QStringLiteral("⚠ ") + tag, toolTip, Tone::Caution, true, true};
    }
    return {tag, toolTip, Tone::Accent, false, true};
}

/// One badge per argument or policy key: the known ones in their order, then the others by name.
void appendArguments(Badges& badges, std::span<const KnownArgument> known,
                     const management::Arguments& arguments, const QStringList& notHonoured,
                     const PolicyWords& policy)
{
    management::Arguments others = policy.definition;
    for (const KnownArgument& each : known) {
        const QString name = QLatin1String(each.name);
        const QString key = policyKeyOf(name);
        if (const auto found = arguments.constFind(name); found != arguments.cend()) {
            badges.append(
                argumentBadge(&each, name, found.value(), notHonoured.contains(name), policy));
        } else if (const auto given = policy.definition.constFind(key);
                   given != policy.definition.cend()) {
            badges.append(
                policyBadge(&each, key, given.value(), notHonoured.contains(key), policy));
        }
        others.remove(key);
    }
    for (auto it = others.cbegin(); it != others.cend(); ++it) {
        badges.append(policyBadge(findPolicyKey(it.key()), it.key(), it.value(),
                                  notHonoured.contains(it.key()), policy));
    }
    for (auto it = arguments.cbegin(); it != arguments.cend(); ++it) {
        if (findKnownArgument(known, it.key())) continue;
        badges.append(
            argumentBadge(nullptr, it.key(), it.value(), notHonoured.contains(it.key()), policy));
    }
}

/// The keys of mirroring make one tag together.
management::Arguments withoutMirroring(management::Arguments definition)
{
    definition.removeIf(
        [](const auto& entry) { return entry.key().startsWith(QLatin1String("ha-")); });
    return definition;
}

void appendMirroring(Badges& badges, const PolicyWords& policy, const QStringList& notHonoured)
{
    management::Arguments mirroring;
    bool isInert = false;
    for (auto it = policy.definition.cbegin(); it != policy.definition.cend(); ++it) {
        if (!it.key().startsWith(QLatin1String("ha-"))) continue;
        mirroring.insert(it.key(), it.value());
        isInert = isInert || notHonoured.contains(it.key());
    }
    if (mirroring.isEmpty()) return;
    QString toolTip =
        argumentsLines(mirroring) + QLatin1Char('\n') + tr("Given by %1.").arg(policy.source);
    if (isInert) toolTip += QLatin1Char('\n') + tr("This broker does not act on it.");
    badges.append({isInert ? QStringLiteral("⚠ HA") : QStringLiteral("HA"), toolTip,
                   isInert ? Tone::Caution : Tone::Accent, isInert, true});
}

}  // namespace

Badges queueFeatures(const management::QueueRow& queue)
{
    Badges badges;
    if (queue.isDurable) {
        badges.append({QStringLiteral("D"), tr("Durable: the queue survives a restart."),
                       Tone::Accent, false, false});
    }
    if (queue.isAutoDelete) {
        badges.append({QStringLiteral("AD"),
                       tr("Auto-delete: the queue goes when its last consumer has gone."),
                       Tone::Neutral, false, false});
    }
    if (queue.isExclusive) {
        badges.append(
            {QStringLiteral("Excl"),
             tr("Exclusive: only its connection may use the queue, which goes with it.") +
                 (queue.ownerConnection.isEmpty() ? QString{}
                                                  : QLatin1Char('\n') + queue.ownerConnection),
             Tone::Neutral, false, false});
    }
    management::Arguments arguments = queue.arguments;
    // The type has a tag of its own; nobody needs to be told of the usual one.
    arguments.remove(QStringLiteral("x-queue-type"));
    if (queue.type == QLatin1String("quorum")) {
        badges.append({QStringLiteral("Q"),
                       tr("Quorum queue: durable, and kept on a majority of its nodes."),
                       Tone::Accent, false, false});
    }
    PolicyWords policy = policyWords(queue);
    appendMirroring(badges, policy, queue.notHonoured);
    policy.definition = withoutMirroring(policy.definition);
    appendArguments(badges, knownQueueArguments(), arguments, queue.notHonoured, policy);
    return badges;
}

Badges exchangeFeatures(const management::ExchangeRow& exchange)
{
    Badges badges;
    if (exchange.isDurable) {
        badges.append({QStringLiteral("D"), tr("Durable: the exchange survives a restart."),
                       Tone::Accent, false, false});
    }
    if (exchange.isAutoDelete) {
        badges.append({QStringLiteral("AD"),
                       tr("Auto-delete: the exchange goes when its last binding has gone."),
                       Tone::Neutral, false, false});
    }
    if (exchange.isInternal) {
        badges.append({QStringLiteral("I"),
                       tr("Internal: clients cannot publish to it, only other exchanges can."),
                       Tone::Neutral, false, false});
    }
    appendArguments(badges, knownExchangeArguments(), exchange.arguments, exchange.notHonoured, {});
    return badges;
}

Badge queueStateBadge(management::QueueState state)
{
    switch (state) {
    case management::QueueState::Running:
        return {tr("running"), tr("Messages came or went within the last seconds."), Tone::Good,
                false, false};
    case management::QueueState::Idle:
        return {tr("idle"), tr("Nothing came or went within the last seconds."), Tone::Neutral,
                false, false};
    case management::QueueState::Blocked:
        return {tr("blocked"), tr("The queue takes no messages now: memory or disk is short."),
                Tone::Bad, false, false};
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
