#include "core/base/check.h"
#include "core/broker/topic_router.h"
#include "tests/support/naive_topic_match.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace warren;

/// Words and dots instead of raw bytes, so that patterns and keys have a chance to match.
constexpr std::string_view kTokens[] = {".", "*", "#", "a", "b", "aa", ".#", ".*"};

/// A key of up to 255 bytes from bytes up to one that is 0xFF; what is used of `input` is dropped.
std::string takeKey(ByteView& input)
{
    std::string key;
    while (!input.empty()) {
        const auto byte = std::to_integer<std::uint8_t>(input[0]);
        input = input.subspan(1);
        if (byte == 0xFF) break;
        const std::string_view token = kTokens[byte % std::size(kTokens)];
        if (key.size() + token.size() <= 255) key += token;
    }
    return key;
}

bool isRouted(const std::vector<broker::Destination>& out, const broker::Destination& destination)
{
    return std::find(out.begin(), out.end(), destination) != out.end();
}

}  // namespace

/// The topic router against its definition: the same destinations for any patterns and keys, also
/// after bindings were removed; and no node of the trie is left when all are gone.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    constexpr std::size_t kBindingCountMax = 32;
    ByteView input = std::as_bytes(std::span{data, size});
    broker::TopicRouter router;
    std::vector<broker::RouterBinding> bindings;
    while (!input.empty()) {
        const auto action = std::to_integer<std::uint8_t>(input[0]) % 4;
        input = input.subspan(1);
        const std::string key = takeKey(input);
        if (action == 0 && bindings.size() < kBindingCountMax) {
            const broker::Destination destination{.kind = broker::DestinationKind::Queue,
                                                  .queue = {bindings.size() + 1},
                                                  .exchange = {}};
            bindings.push_back({.routingKey = key, .arguments = {}, .destination = destination});
            router.add(bindings.back());
        } else if (action == 1 && !bindings.empty()) {
            router.remove(bindings.back());
            bindings.pop_back();
        } else {
            std::vector<broker::Destination> out;
            Prng random{1};
            router.route(key, {}, random, out);
            for (const broker::RouterBinding& binding : bindings) {
                WARREN_CHECK(isRouted(out, binding.destination) ==
                             matchesTopic(binding.routingKey, key));
            }
            WARREN_CHECK(out.size() <= bindings.size());
        }
    }
    for (const broker::RouterBinding& binding : bindings) {
        router.removeDestination(binding.destination);
    }
    WARREN_CHECK(router.isEmpty() && router.nodeCount() == 1);
    return 0;
}
