#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <utility>

namespace warren::peer {

/// Says each sentence about somebody once, until things have gone well with them: peers are dialled
/// for ever, and a log is not to fill up with that.
///
/// Thread: one.
class Warnings {
public:
    /// Remembers that many; then it begins anew.
    static constexpr std::size_t kRememberedMax = 256;

    explicit Warnings(std::function<void(const std::string& sentence)> say) : m_say(std::move(say))
    {
    }

    /// Says it at once, or not at all.
    void warn(const std::string& about, const std::string& sentence);
    /// Things went well with them.
    void forget(const std::string& about);

private:
    std::function<void(const std::string&)> m_say;
    std::set<std::pair<std::string, std::string>> m_said;  // whom it is about, and the sentence
};

}  // namespace warren::peer
