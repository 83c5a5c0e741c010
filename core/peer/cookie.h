#pragma once

#include "core/base/bytes.h"
#include "core/base/result.h"

#include <array>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace warren::peer {

/// HMAC-SHA-256 under a cookie.
using Proof = std::array<std::byte, 32>;

/// The secret that all nodes of a cluster share, as Erlang's nodes do. Who knows it may join.
///
/// Never shown: there is no way to get its text, nor to compare two of them but by their proofs.
/// Thread: any one. Cost: loading reads a small file, and writes and syncs it if it is not there.
class Cookie {
public:
    static constexpr std::size_t kBytesMax = 255;

    /// Reads the cookie, which only the file's owner may read; without a file it makes one of
    /// 32 random bytes. A newline at the end is not part of it.
    /// @error one sentence that names the file: others may read it, it can't be read or made, or
    /// what fromText says
    static Result<Cookie, std::string> loadOrCreate(const std::filesystem::path& file);

    /// @error one sentence: empty, longer than kBytesMax, or not printable ASCII
    static Result<Cookie, std::string> fromText(std::string_view text);

    /// Of `parts`, one after the other: where one ends must follow from what they say.
    Proof proof(std::span<const ByteView> parts) const;
    /// Takes the same time wherever the two differ.
    bool isProof(const Proof& claimed, std::span<const ByteView> parts) const;

private:
    explicit Cookie(std::string_view text) : m_text(text) {}

    std::string m_text;
};

}  // namespace warren::peer
