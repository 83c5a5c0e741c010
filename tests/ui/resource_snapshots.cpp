#include "tests/ui/resource_snapshots.h"

#include <algorithm>

namespace warren::test {

using namespace management;

namespace {

ConsumerRow consumerRow(const QString& queue, int number)
{
    ConsumerRow row;
    row.queue = keyOf(queue);
    row.connection = QStringLiteral("127.0.0.1:%1 -> 127.0.0.1:5672").arg(40'000 + number);
    row.channel = 1;
    row.tag = QStringLiteral("ctag1.%1").arg(number, 6, 10, QLatin1Char('0'));
    row.prefetch = number % 2 == 0 ? 20U : 0U;
    row.unackedCount = 20;
    return row;
}

void setQueueDetail(Snapshot& snapshot, const QString& name)
{
    const auto found = std::ranges::find(snapshot.queues, keyOf(name), &QueueRow::key);
    snapshot.queue.reset();
    snapshot.queueBindings.clear();
    snapshot.queueConsumers.clear();
    if (found == snapshot.queues.end()) return;
    snapshot.queue = *found;
    snapshot.queueBindings = {bindingRow(QString(), name, name)};
}

/// An argument that is less than the operator's limit, and a policy that an argument overrules.
QList<EffectiveSetting> settingsOf(const QueueRow& queue)
{
    QList<EffectiveSetting> settings;
    const auto exchange = queue.arguments.value(QStringLiteral("x-dead-letter-exchange"));
    if (exchange.isValid()) {
        settings.append({.key = QStringLiteral("dead-letter-exchange"),
                         .candidates = {{SettingSource::Argument, exchange},
                                        {SettingSource::Policy, QStringLiteral("old.dead")}}});
    }
    settings.append({.key = QStringLiteral("max-length"),
                     .candidates = {{SettingSource::OperatorPolicy, 2'000'000LL},
                                    {SettingSource::Policy, 5'000'000LL},
                                    {SettingSource::Argument, 9'000'000LL}}});
    settings.append({.key = QStringLiteral("message-ttl"),
                     .candidates = {{SettingSource::Argument, 60'000LL}}});
    return settings;
}

MessageRow messageRow(std::uint64_t position)
{
    MessageRow row;
    row.position = position;
    row.isPersistent = true;
    row.exchange = QStringLiteral("orders");
    row.routingKey = QStringLiteral("orders.created.eu");
    row.properties.deliveryMode = 2;
    return row;
}

void setBody(MessageRow& row, const QByteArray& body, const QString& contentType)
{
    row.body = body;
    row.bodyBytes = static_cast<std::uint64_t>(body.size());
    row.properties.contentType = contentType;
}

}  // namespace

ResourceKey keyOf(const QString& name) { return {QStringLiteral("/"), name}; }

BindingRow bindingRow(const QString& source, const QString& destination, const QString& routingKey)
{
    BindingRow row;
    row.vhost = QStringLiteral("/");
    row.source = source;
    row.destination = destination;
    row.routingKey = routingKey;
    return row;
}

Snapshot queueDetailSnapshot(const QString& name)
{
    Snapshot snapshot = typicalSnapshot();
    setQueueDetail(snapshot, name);
    if (!snapshot.queue) return snapshot;
    snapshot.queueBindings.append(
        bindingRow(QStringLiteral("orders"), name, QStringLiteral("orders.created.#")));
    BindingRow headers = bindingRow(QStringLiteral("thumbnails"), name, QString());
    headers.arguments = {{QStringLiteral("x-match"), QStringLiteral("all")},
                         {QStringLiteral("kind"), QStringLiteral("invoice")}};
    snapshot.queueBindings.append(headers);
    snapshot.queueConsumers = {consumerRow(name, 1), consumerRow(name, 2)};
    snapshot.queueConsumers[0].isActive = false;
    snapshot.queueConsumers[1].priority = 10;
    snapshot.queueSettings = settingsOf(*snapshot.queue);
    return snapshot;
}

Snapshot hugeQueueDetailSnapshot(int rowCount)
{
    Snapshot snapshot = typicalSnapshot();
    QueueRow queue =
        queueRow(QStringLiteral("tenant.") + QStringLiteral("very-long-name-").repeated(14),
                 9'876'543'210ULL);
    queue.rates = {.publish = 1'234'567.8, .deliver = 1'234'567.8, .ack = 1'234'567.8};
    queue.memoryBytes = 987'654'321'987ULL;
    queue.consumerCount = static_cast<std::uint32_t>(rowCount);
    for (int number = 0; number < 12; ++number) {
        queue.arguments.insert(QStringLiteral("x-custom-argument-%1").arg(number),
                               QString(200, QLatin1Char('v')));
    }
    queue.arguments.insert(QStringLiteral("x-max-length"), 5LL);
    queue.notHonoured = queue.arguments.keys();
    snapshot.queues.append(queue);
    snapshot.queue = queue;
    for (int number = 0; number < rowCount; ++number) {
        snapshot.queueConsumers.append(consumerRow(queue.key.name, number));
        snapshot.queueBindings.append(
            bindingRow(QStringLiteral("orders"), queue.key.name,
                       QStringLiteral("orders.created.region-%1").arg(number)));
    }
    return snapshot;
}

Snapshot exchangeDetailSnapshot()
{
    Snapshot snapshot = typicalSnapshot();
    const auto orders =
        std::ranges::find(snapshot.exchanges, keyOf(QStringLiteral("orders")), &ExchangeRow::key);
    snapshot.exchange = *orders;
    snapshot.exchangeBindingsFrom = {
        bindingRow(QStringLiteral("orders"), QStringLiteral("orders"),
                   QStringLiteral("orders.created.#")),
        bindingRow(QStringLiteral("orders"), QStringLiteral("audit.log"), QStringLiteral("#")),
    };
    BindingRow toExchange =
        bindingRow(QStringLiteral("orders"), QStringLiteral("mail"), QStringLiteral("orders.*.eu"));
    toExchange.destinationKind = DestinationKind::Exchange;
    snapshot.exchangeBindingsFrom.append(toExchange);
    BindingRow fromExchange =
        bindingRow(QStringLiteral("audit"), QStringLiteral("orders"), QString());
    fromExchange.destinationKind = DestinationKind::Exchange;
    snapshot.exchangeBindingsTo = {fromExchange};
    return snapshot;
}

Snapshot hugeExchangeSnapshot(int rowCount)
{
    Snapshot snapshot = emptySnapshot();
    for (int number = 0; number < rowCount; ++number) {
        ExchangeRow row;
        row.key = keyOf(QStringLiteral("tenant.%1.events.with.a.rather.long.name")
                            .arg(number, 6, 10, QLatin1Char('0')));
        row.type = QStringLiteral("topic");
        row.isDurable = number % 2 == 0;
        row.isInternal = number % 3 == 0;
        row.publishInRate = number;
        snapshot.exchanges.append(row);
    }
    snapshot.exchange = snapshot.exchanges.last();
    for (int number = 0; number < rowCount; ++number) {
        snapshot.exchangeBindingsFrom.append(
            bindingRow(snapshot.exchange->key.name, QStringLiteral("tenant.%1.jobs").arg(number),
                       QStringLiteral("jobs.%1.#").arg(number)));
    }
    return snapshot;
}

CommandResult typicalBrowseResult()
{
    BrowseResult page;
    MessageRow json = messageRow(0);
    setBody(json,
            R"({"order":18446744073709551615,"customer":{"name":"Ann","vip":true},)"
            R"("lines":[{"sku":"A-1","count":2},{"sku":"B-7","count":1}],"note":null})",
            QStringLiteral("application/json"));
    json.isUnacked = true;
    json.holder = QStringLiteral("127.0.0.1:40001 -> 127.0.0.1:5672 (1), ctag1.000001");
    json.properties.messageId = QStringLiteral("4c1b6f4e-1a7e-4d39-9f1c-ef3a1c0d9b51");
    json.properties.timestamp = 1'740'820'000;
    json.properties.priority = 5;
    json.properties.appId = QStringLiteral("shop");
    json.properties.headers =
        Arguments{{QStringLiteral("retry"), 3LL},
                  {QStringLiteral("x-death"),
                   QVariantList{QVariantMap{{QStringLiteral("queue"), QStringLiteral("orders")},
                                            {QStringLiteral("count"), 2LL}}}}};
    MessageRow text = messageRow(1);
    setBody(text, "Dear Ann,\nyour order is on its way.\n", QStringLiteral("text/plain"));
    text.isRedelivered = true;
    MessageRow binary = messageRow(2);
    QByteArray bytes;
    for (int value = 0; value < 512; ++value) {
        bytes.append(static_cast<char>(value * 7));
    }
    setBody(binary, bytes, QStringLiteral("application/octet-stream"));
    binary.isPersistent = false;
    binary.exchange.clear();
    MessageRow cut = messageRow(3);
    setBody(cut, QByteArray(4096, 'x'), QStringLiteral("text/plain"));
    cut.bodyBytes = 1'234'567;
    MessageRow empty = messageRow(4);
    page.messages = {json, text, binary, cut, empty};
    page.totalCount = 5;
    return {.status = CommandStatus::Done, .text = {}, .value = page};
}

CommandResult browseResult(std::uint64_t offset, int count, std::uint64_t totalCount)
{
    BrowseResult page;
    page.totalCount = totalCount;
    for (int index = 0; index < count; ++index) {
        MessageRow row = messageRow(offset + static_cast<std::uint64_t>(index));
        setBody(row, QByteArrayLiteral("body ") + QByteArray::number(row.position),
                QStringLiteral("text/plain"));
        page.messages.append(row);
    }
    return {.status = CommandStatus::Done, .text = {}, .value = page};
}

}  // namespace warren::test
