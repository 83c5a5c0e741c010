#pragma once

#include "core/broker/bound_keys.h"
#include "core/broker/destination_set.h"
#include "core/broker/router.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace warren::broker {

/// A message goes where a pattern matches its routing key. Both are words between dots; in a
/// pattern `*` stands for one word and `#` for any number of words, none included. The empty key
/// has no words; "." has two, both empty.
///
/// The patterns form a trie with a node per word. A key is walked through it once, word by word,
/// with the set of all nodes that the words so far can have reached, so that no pattern (#.#.#.#)
/// makes it look twice at the same node for the same word.
/// Cost: O(words x nodes reached), at most 256 words in a key; no allocation once the scratch space
/// has grown to what is needed.
/// Spec: AMQP 0-9-1 §3.1.3.3.
class TopicRouter final : public Router {
public:
    TopicRouter();
    ~TopicRouter() override;

    void add(const RouterBinding& binding) override;
    void remove(const RouterBinding& binding) override;
    void removeDestination(const Destination& destination) override;
    bool isEmpty() const override { return m_root->isEmpty(); }
    void route(std::string_view routingKey, ByteView encodedProperties, Prng& random,
               std::vector<Destination>& out) const override;
    bool dependsOnKeyOnly() const override { return true; }
    bool looksAtEveryKey() const override { return true; }

    /// Nodes in the trie, the root counted: what its memory is proportional to.
    std::size_t nodeCount() const { return m_nodeCount; }

private:
    /// Lets the map be searched by string_view, without making a string per word.
    struct WordHash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    struct Node {
        std::unordered_map<std::string, std::unique_ptr<Node>, WordHash, std::equal_to<>> words;
        std::unique_ptr<Node> anyWord;   // *
        std::unique_ptr<Node> anyWords;  // #
        DestinationSet destinations;     // of the patterns that end here
        bool isAnyWords = false;
        std::uint64_t lastStep = 0;  // of a # node: the step at which it was reached last

        bool isEmpty() const
        {
            return words.empty() && !anyWord && !anyWords && destinations.isEmpty();
        }
    };
    /// A way down the trie: the nodes from the root on, and the word that led to each.
    struct Step {
        Node* node;
        std::string_view word;
    };

    /// @returns where the child for this word is or would be owned
    std::unique_ptr<Node>& childSlot(Node& parent, std::string_view word);
    /// The steps to the end of the pattern; empty if there is no such pattern.
    std::vector<Step> find(std::string_view pattern);
    /// Takes away the nodes at the end of `path` that nothing needs any more.
    void prune(std::vector<Step> path);
    /// Adds a node to m_next, with the # nodes behind it, which need no word.
    void reach(Node* node) const;

    std::unique_ptr<Node> m_root;
    std::size_t m_nodeCount = 1;
    BoundKeys m_boundKeys;

    // Scratch of route: kept so that it allocates nothing.
    mutable std::uint64_t m_step = 0;
    mutable std::vector<Node*> m_reached;
    mutable std::vector<Node*> m_next;
};

}  // namespace warren::broker
