#include "tests/unit/broker/model/queue_plan.h"

#include <initializer_list>

namespace warren::test {

using broker::Overflow;

namespace {

class Dice {
public:
    explicit Dice(Prng& prng) : m_prng(prng) {}

    bool chance(std::uint64_t percent) { return m_prng.below(100) < percent; }
    std::int32_t oneOf(std::initializer_list<std::int32_t> values)
    {
        return values.begin()[m_prng.below(values.size())];
    }
    std::optional<std::int32_t> maybe(std::uint64_t percent,
                                      std::initializer_list<std::int32_t> values)
    {
        if (!chance(percent)) return std::nullopt;
        return oneOf(values);
    }

private:
    Prng& m_prng;
};

std::string_view wordOf(Overflow overflow)
{
    switch (overflow) {
    case Overflow::DropHead: return "drop-head";
    case Overflow::RejectPublish: return "reject-publish";
    case Overflow::RejectPublishDeadLetter: return "reject-publish-dlx";
    }
    return {};
}

void planDeadLetters(QueuePlan& plan, Dice& dice, std::size_t queueCount)
{
    if (!dice.chance(65)) return;
    const std::int32_t kind = dice.oneOf({0, 0, 0, 0, 1, 1, 2, 3});
    plan.deadLetterExchange = kind == 1 ? kDeathExchange : kind == 3 ? kMissingExchange : "";
    if (kind != 0) return;
    const auto target = static_cast<std::size_t>(dice.oneOf({0, 1, 2, 3, 4, 5, 6, 7}));
    plan.deadLetterKey = "q" + std::to_string(target % queueCount);
}

}  // namespace

std::vector<QueuePlan> randomPlans(Prng& prng, std::size_t count)
{
    Dice dice(prng);
    std::vector<QueuePlan> plans;
    for (std::size_t i = 0; i < count; ++i) {
        QueuePlan plan;
        plan.name = "q" + std::to_string(i);
        plan.isDurable = dice.chance(75);
        plan.isBoundToAll = dice.chance(50);
        plan.isBoundToDeath = dice.chance(30);
        plan.ttlMs = dice.maybe(30, {0, 10, 40, 200});
        plan.hasExactTtl = dice.chance(20);
        plan.expiresMs = dice.maybe(12, {30, 150});
        plan.lengthMax = dice.maybe(35, {0, 1, 2, 4});
        plan.bytesMax = dice.maybe(20, {0, 20, 50});
        if (plan.hasLengthLimit()) plan.overflow = static_cast<Overflow>(dice.oneOf({0, 0, 1, 2}));
        plan.priorityMax = dice.maybe(30, {1, 3, 255}).value_or(0);
        plan.deliveryLimit = dice.maybe(30, {0, 1, 2});
        plan.hasSingleActiveConsumer = dice.chance(15);
        planDeadLetters(plan, dice, count);
        plans.push_back(std::move(plan));
    }
    return plans;
}

amqp::FieldTable argumentsOf(const QueuePlan& plan)
{
    amqp::FieldTable arguments;
    const auto addNumber = [&](const char* name, std::optional<std::int32_t> value) {
        if (value) arguments.append(name, *value);
    };
    addNumber("x-message-ttl", plan.ttlMs);
    if (plan.hasExactTtl) arguments.append("x-exact-ttl", true);
    addNumber("x-expires", plan.expiresMs);
    addNumber("x-max-length", plan.lengthMax);
    addNumber("x-max-length-bytes", plan.bytesMax);
    if (plan.overflow != Overflow::DropHead)
        arguments.append("x-overflow", std::string{wordOf(plan.overflow)});
    if (plan.priorityMax > 0) arguments.append("x-max-priority", plan.priorityMax);
    addNumber("x-delivery-limit", plan.deliveryLimit);
    if (plan.hasSingleActiveConsumer) arguments.append("x-single-active-consumer", true);
    if (plan.deadLetterExchange)
        arguments.append("x-dead-letter-exchange", *plan.deadLetterExchange);
    if (plan.deadLetterKey) arguments.append("x-dead-letter-routing-key", *plan.deadLetterKey);
    return arguments;
}

std::string describe(const QueuePlan& plan)
{
    std::string text = plan.name + (plan.isDurable ? " durable" : " transient");
    const auto addNumber = [&](const char* name, std::optional<std::int32_t> value) {
        if (value) text += std::string{" "} + name + "=" + std::to_string(*value);
    };
    addNumber("ttl", plan.ttlMs);
    if (plan.hasExactTtl) text += " exact-ttl";
    addNumber("expires", plan.expiresMs);
    addNumber("max-length", plan.lengthMax);
    addNumber("max-length-bytes", plan.bytesMax);
    if (plan.hasLengthLimit()) text += " overflow=" + std::string{wordOf(plan.overflow)};
    if (plan.priorityMax > 0) addNumber("max-priority", plan.priorityMax);
    addNumber("delivery-limit", plan.deliveryLimit);
    if (plan.hasSingleActiveConsumer) text += " single-active";
    if (plan.deadLetterExchange) text += " dlx='" + *plan.deadLetterExchange + "'";
    if (plan.deadLetterKey) text += " dlk=" + *plan.deadLetterKey;
    if (plan.isBoundToAll) text += " bound to amq.fanout";
    if (plan.isBoundToDeath) text += std::string{" bound to "} + kDeathExchange;
    return text;
}

std::vector<QueuePlan> simplerPlans(const QueuePlan& plan)
{
    std::vector<QueuePlan> simpler;
    const auto add = [&](bool isThere, auto simplify) {
        if (!isThere) return;
        simpler.push_back(plan);
        simplify(simpler.back());
    };
    add(plan.deadLetterExchange.has_value(), [](QueuePlan& one) {
        one.deadLetterExchange.reset();
        one.deadLetterKey.reset();
    });
    add(plan.ttlMs.has_value(), [](QueuePlan& one) { one.ttlMs.reset(); });
    add(plan.hasExactTtl, [](QueuePlan& one) { one.hasExactTtl = false; });
    add(plan.expiresMs.has_value(), [](QueuePlan& one) { one.expiresMs.reset(); });
    add(plan.lengthMax.has_value(), [](QueuePlan& one) { one.lengthMax.reset(); });
    add(plan.bytesMax.has_value(), [](QueuePlan& one) { one.bytesMax.reset(); });
    add(plan.overflow != Overflow::DropHead,
        [](QueuePlan& one) { one.overflow = Overflow::DropHead; });
    add(plan.priorityMax > 0, [](QueuePlan& one) { one.priorityMax = 0; });
    add(plan.deliveryLimit.has_value(), [](QueuePlan& one) { one.deliveryLimit.reset(); });
    add(plan.hasSingleActiveConsumer, [](QueuePlan& one) { one.hasSingleActiveConsumer = false; });
    add(plan.isBoundToAll, [](QueuePlan& one) { one.isBoundToAll = false; });
    add(plan.isBoundToDeath, [](QueuePlan& one) { one.isBoundToDeath = false; });
    add(plan.isDurable, [](QueuePlan& one) { one.isDurable = false; });
    return simpler;
}

}  // namespace warren::test
