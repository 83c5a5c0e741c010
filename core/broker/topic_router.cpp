#include "core/broker/topic_router.h"

#include <utility>

namespace warren::broker {

namespace {

constexpr std::string_view kAnyWord = "*";
constexpr std::string_view kAnyWords = "#";

/// Calls `visit(word)` for every word of a key or pattern; the empty one has none.
template <typename Visit>
void forEachWord(std::string_view key, Visit visit)
{
    if (key.empty()) return;
    for (;;) {
        const std::size_t dot = key.find('.');
        visit(key.substr(0, dot));
        if (dot == std::string_view::npos) return;
        key.remove_prefix(dot + 1);
    }
}

}  // namespace

TopicRouter::TopicRouter() : m_root(std::make_unique<Node>()) {}

// Destroying a node destroys its children: the depth is that of the longest pattern, 256 words.
TopicRouter::~TopicRouter() = default;

void TopicRouter::add(const RouterBinding& binding)
{
    Node* node = m_root.get();
    forEachWord(binding.routingKey, [&](std::string_view word) {
        std::unique_ptr<Node>& child = childSlot(*node, word);
        if (!child) {
            child = std::make_unique<Node>();
            child->isAnyWords = word == kAnyWords;
            m_nodeCount += 1;
        }
        node = child.get();
    });
    if (node->destinations.add(binding)) m_boundKeys.add(binding.destination, binding.routingKey);
}

void TopicRouter::remove(const RouterBinding& binding)
{
    std::vector<Step> path = find(binding.routingKey);
    if (path.empty()) return;
    DestinationSet& destinations = path.back().node->destinations;
    if (!destinations.remove(binding)) return;
    if (!destinations.contains(binding.destination)) {
        m_boundKeys.remove(binding.destination, binding.routingKey);
    }
    prune(std::move(path));
}

void TopicRouter::removeDestination(const Destination& destination)
{
    for (const std::string& pattern : m_boundKeys.take(destination)) {
        std::vector<Step> path = find(pattern);
        path.back().node->destinations.removeDestination(destination);
        prune(std::move(path));
    }
}

void TopicRouter::route(std::string_view routingKey, ByteView, Prng&,
                        std::vector<Destination>& out) const
{
    m_step += 1;
    m_next.clear();
    reach(m_root.get());
    m_reached.swap(m_next);

    forEachWord(routingKey, [&](std::string_view word) {
        m_step += 1;
        m_next.clear();
        for (Node* node : m_reached) {
            if (node->isAnyWords) reach(node);
            if (node->anyWord) reach(node->anyWord.get());
            const auto child = node->words.find(word);
            if (child != node->words.end()) reach(child->second.get());
        }
        m_reached.swap(m_next);
    });

    for (const Node* node : m_reached) {
        const auto& destinations = node->destinations.destinations();
        out.insert(out.end(), destinations.begin(), destinations.end());
    }
}

void TopicRouter::reach(Node* node) const
{
    while (node != nullptr) {
        // Only a # node can be reached twice at one step: from its parent and by staying there.
        if (node->isAnyWords) {
            if (node->lastStep == m_step) return;
            node->lastStep = m_step;
        }
        m_next.push_back(node);
        node = node->anyWords.get();
    }
}

std::unique_ptr<TopicRouter::Node>& TopicRouter::childSlot(Node& parent, std::string_view word)
{
    if (word == kAnyWord) return parent.anyWord;
    if (word == kAnyWords) return parent.anyWords;
    const auto found = parent.words.find(word);
    if (found != parent.words.end()) return found->second;
    return parent.words[std::string(word)];
}

std::vector<TopicRouter::Step> TopicRouter::find(std::string_view pattern)
{
    std::vector<Step> path{{m_root.get(), {}}};
    bool isThere = true;
    forEachWord(pattern, [&](std::string_view word) {
        if (!isThere) return;
        Node& parent = *path.back().node;
        Node* child = nullptr;
        if (word == kAnyWord) {
            child = parent.anyWord.get();
        } else if (word == kAnyWords) {
            child = parent.anyWords.get();
        } else if (const auto found = parent.words.find(word); found != parent.words.end()) {
            child = found->second.get();
        }
        isThere = child != nullptr;
        if (isThere) path.push_back({child, word});
    });
    if (!isThere) path.clear();
    return path;
}

void TopicRouter::prune(std::vector<Step> path)
{
    while (path.size() > 1 && path.back().node->isEmpty()) {
        const std::string_view word = path.back().word;
        path.pop_back();
        Node& parent = *path.back().node;
        std::unique_ptr<Node>& child = childSlot(parent, word);
        child.reset();
        if (word != kAnyWord && word != kAnyWords) parent.words.erase(parent.words.find(word));
        m_nodeCount -= 1;
    }
}

}  // namespace warren::broker
