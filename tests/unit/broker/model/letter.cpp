#include "tests/unit/broker/model/letter.h"

#include "core/amqp/properties.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace warren::test {

using amqp::FieldArray;
using amqp::FieldTable;
using amqp::FieldValue;

namespace {

std::string bodyOf(int id, std::size_t bytes)
{
    std::string body = std::to_string(id);
    body.resize(std::max(body.size(), bytes), 'x');
    return body;
}

std::string textOf(const Letter& letter)
{
    std::string text = std::to_string(letter.id) + "(" + std::to_string(letter.bodyBytes) +
                       "B to '" + letter.exchange + "'/" + letter.key +
                       (letter.isPersistent ? " persistent" : "");
    if (letter.priority) text += " priority " + std::to_string(*letter.priority);
    if (letter.expiration) text += " expiration " + *letter.expiration;
    for (const LetterDeath& death : letter.deaths) {
        text += "; " + death.reason + " in " + death.queue + " x" + std::to_string(death.count) +
                " at " + std::to_string(death.second) + " of '" + death.exchange + "'/" + death.key;
        if (death.expiration) text += " expiration " + *death.expiration;
    }
    if (!letter.firstDeath.empty()) text += "; first " + letter.firstDeath;
    return text + ")";
}

const std::string* textAt(const FieldTable& table, std::string_view key)
{
    const FieldValue* value = table.find(key);
    return value == nullptr ? nullptr : value->as<std::string>();
}

/// nullopt: it is not what a broker writes.
std::optional<LetterDeath> deathIn(const FieldValue& value)
{
    const auto* table = value.as<FieldTable>();
    if (table == nullptr) return std::nullopt;
    const FieldValue* count = table->find("count");
    const FieldValue* time = table->find("time");
    const FieldValue* keys = table->find("routing-keys");
    if (count == nullptr || time == nullptr || keys == nullptr) return std::nullopt;
    const auto* number = count->as<std::int64_t>();
    const auto* timestamp = time->as<amqp::Timestamp>();
    const auto* list = keys->as<FieldArray>();
    const std::string* queue = textAt(*table, "queue");
    const std::string* reason = textAt(*table, "reason");
    const std::string* exchange = textAt(*table, "exchange");
    if (number == nullptr || timestamp == nullptr || list == nullptr || list->size() != 1 ||
        queue == nullptr || reason == nullptr || exchange == nullptr) {
        return std::nullopt;
    }
    const auto* key = list->front().as<std::string>();
    if (key == nullptr) return std::nullopt;
    const std::string* expiration = textAt(*table, "original-expiration");
    if (table->size() != (expiration == nullptr ? 6u : 7u)) return std::nullopt;
    LetterDeath death{*queue, *reason, *number, *exchange, *key, std::nullopt, timestamp->seconds};
    if (expiration != nullptr) death.expiration = *expiration;
    return death;
}

/// @returns whether there is nothing in the table but what a broker writes
bool readHeaders(const FieldTable& headers, Letter& letter, std::int64_t& deliveryCount)
{
    std::size_t knownCount = 0;
    if (const FieldValue* value = headers.find("x-delivery-count")) {
        const auto* number = value->as<std::int64_t>();
        if (number == nullptr) return false;
        deliveryCount = *number;
        knownCount += 1;
    }
    if (const FieldValue* value = headers.find("x-death")) {
        const auto* deaths = value->as<FieldArray>();
        if (deaths == nullptr) return false;
        for (const FieldValue& element : *deaths) {
            auto death = deathIn(element);
            if (!death) return false;
            letter.deaths.push_back(std::move(*death));
        }
        knownCount += 1;
    }
    const std::string* reason = textAt(headers, "x-first-death-reason");
    const std::string* queue = textAt(headers, "x-first-death-queue");
    const std::string* exchange = textAt(headers, "x-first-death-exchange");
    if (reason != nullptr && queue != nullptr && exchange != nullptr) {
        letter.firstDeath = *reason + " in " + *queue + " of '" + *exchange + "'";
        knownCount += 3;
    }
    return headers.size() == knownCount;
}

}  // namespace

LetterPtr sealed(Letter letter)
{
    letter.text = textOf(letter);
    return std::make_shared<const Letter>(std::move(letter));
}

LetterPtr deceased(const Letter& letter, const std::string& queue, std::string_view reason,
                   std::uint64_t second, const std::string& exchange, const std::string& key)
{
    Letter next = letter;
    const auto known = std::ranges::find_if(next.deaths, [&](const LetterDeath& death) {
        return death.queue == queue && death.reason == reason;
    });
    if (known != next.deaths.end()) {
        // The same death again: it counts, and comes to the front.
        known->count += 1;
        std::rotate(next.deaths.begin(), known, known + 1);
    } else {
        next.deaths.insert(next.deaths.begin(), {queue, std::string{reason}, 1, letter.exchange,
                                                 letter.key, letter.expiration, second});
    }
    if (next.firstDeath.empty()) {
        next.firstDeath = std::string{reason} + " in " + queue + " of '" + letter.exchange + "'";
    }
    next.expiration.reset();
    next.exchange = exchange;
    next.key = key;
    return sealed(std::move(next));
}

broker::MessagePtr messageOf(const Letter& letter)
{
    amqp::Properties properties;
    properties.priority = letter.priority;
    properties.expiration = letter.expiration;
    if (letter.isPersistent) properties.deliveryMode = amqp::kDeliveryModePersistent;
    Buffer encoded;
    amqp::appendProperties(encoded, properties);
    return broker::makeMessage(letter.exchange, letter.key, encoded.view(), letter.isPersistent,
                               bytesOf(bodyOf(letter.id, letter.bodyBytes)));
}

SeenLetter seenLetter(const broker::Message& message)
{
    SeenLetter seen;
    const std::string body{warren::textOf(message.body())};
    Letter letter{.id = std::atoi(body.c_str()),
                  .bodyBytes = body.size(),
                  .exchange = std::string{message.exchange()},
                  .key = std::string{message.routingKey()},
                  .isPersistent = message.isPersistent()};
    auto properties = amqp::decodeProperties(message.properties());
    bool isPlain = properties.isOk() && body == bodyOf(letter.id, body.size());
    if (properties) {
        letter.priority = properties->priority;
        letter.expiration = properties->expiration;
        const bool isPersistent = properties->deliveryMode == amqp::kDeliveryModePersistent;
        isPlain = isPlain && isPersistent == letter.isPersistent;
        if (properties->headers) {
            isPlain = readHeaders(*properties->headers, letter, seen.deliveryCount) && isPlain;
        }
    }
    seen.text = textOf(letter);
    if (!isPlain) seen.text += " and something that nobody wrote";
    return seen;
}

}  // namespace warren::test
