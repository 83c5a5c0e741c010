#pragma once

#include "core/broker/message.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warren::test {

/// One entry of a message's x-death.
struct LetterDeath {
    std::string queue;
    std::string reason;
    std::int64_t count = 1;
    std::string exchange;
    std::string key;
    std::optional<std::string> expiration;
    std::uint64_t second = 0;
};

/// A message of the model, as plain values. Its body is its id, made longer.
struct Letter {
    int id = 0;
    std::size_t bodyBytes = 0;
    std::string exchange{};
    std::string key{};
    bool isPersistent = false;
    std::optional<std::uint8_t> priority{};
    std::optional<std::string> expiration{};  ///< milliseconds
    std::vector<LetterDeath> deaths{};        ///< the newest first
    std::string firstDeath{};                 ///< reason, queue, exchange of the oldest
    std::string text{};                       ///< all of the above for comparison; see `sealed`
};
using LetterPtr = std::shared_ptr<const Letter>;

/// The letter with its text.
LetterPtr sealed(Letter letter);
/// The same after a death: another address, one more death, no expiration.
LetterPtr deceased(const Letter& letter, const std::string& queue, std::string_view reason,
                   std::uint64_t second, const std::string& exchange, const std::string& key);

/// What a client would publish.
broker::MessagePtr messageOf(const Letter& letter);

/// A message as a client sees it.
struct SeenLetter {
    std::string text;                ///< as Letter::text; what makes no sense is added to it
    std::int64_t deliveryCount = 0;  ///< header x-delivery-count
};
SeenLetter seenLetter(const broker::Message& message);

}  // namespace warren::test
