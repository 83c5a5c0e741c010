#pragma once

#include <string_view>
#include <vector>

namespace warren {

/// The words of a topic key or pattern; the empty one has none.
inline std::vector<std::string_view> topicWords(std::string_view key)
{
    std::vector<std::string_view> words;
    if (key.empty()) return words;
    for (;;) {
        const auto dot = key.find('.');
        words.push_back(key.substr(0, dot));
        if (dot == std::string_view::npos) return words;
        key.remove_prefix(dot + 1);
    }
}

/// Whether a topic pattern matches a routing key, straight from the definition: a table of which
/// beginnings of the one match which beginnings of the other. What the topic router is tested
/// against. Cost: O(words of the pattern x words of the key).
inline bool matchesTopic(std::string_view pattern, std::string_view key)
{
    const auto patternWords = topicWords(pattern);
    const auto keyWords = topicWords(key);
    std::vector<bool> matches(keyWords.size() + 1, false);  // of the pattern's beginning so far
    matches[0] = true;
    for (const std::string_view word : patternWords) {
        std::vector<bool> longer(keyWords.size() + 1, false);
        if (word == "#") longer[0] = matches[0];
        for (std::size_t i = 1; i <= keyWords.size(); ++i) {
            if (word == "#") {
                longer[i] = matches[i] || longer[i - 1];
            } else {
                longer[i] = matches[i - 1] && (word == "*" || word == keyWords[i - 1]);
            }
        }
        matches = longer;
    }
    return matches.back();
}

}  // namespace warren
