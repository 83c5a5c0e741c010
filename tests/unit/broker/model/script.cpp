#include "tests/unit/broker/model/script.h"

namespace warren::test {

namespace {

using Kind = Action::Kind;

struct Weight {
    Kind kind;
    std::uint64_t weight;
};
constexpr Weight kWeights[] = {
    {Kind::Publish, 340},  {Kind::Consume, 70},        {Kind::Cancel, 30},
    {Kind::Get, 70},       {Kind::Settle, 220},        {Kind::Recover, 15},
    {Kind::SetLimits, 35}, {Kind::Purge, 10},          {Kind::DeleteQueue, 6},
    {Kind::PassTime, 70},  {Kind::EndTransaction, 55}, {Kind::CloseChannel, 20},
    {Kind::LoseClient, 8}, {Kind::CommitStore, 80},    {Kind::Crash, 12},
    {Kind::Restart, 6},
};

Kind randomKind(Prng& prng)
{
    std::uint64_t sum = 0;
    for (const Weight& weight : kWeights)
        sum += weight.weight;
    std::uint64_t left = prng.below(sum);
    for (const Weight& weight : kWeights) {
        if (left < weight.weight) return weight.kind;
        left -= weight.weight;
    }
    return Kind::Publish;
}

}  // namespace

Script randomScript(std::uint64_t seed, std::size_t actionCount)
{
    constexpr std::size_t kQueueCountMax = 6;
    Prng prng(seed);
    Script script{.seed = seed, .commitsAtOnce = prng.below(4) == 0};
    script.queues = randomPlans(prng, 1 + prng.below(kQueueCountMax));
    for (std::size_t i = 0; i < actionCount; ++i) {
        Action action{.kind = randomKind(prng)};
        for (std::uint32_t& die : action.dice)
            die = static_cast<std::uint32_t>(prng.next() >> 32);
        script.actions.push_back(action);
    }
    return script;
}

}  // namespace warren::test
