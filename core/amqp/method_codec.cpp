#include "core/amqp/method_codec.h"

#include "core/amqp/frame_parser.h"
#include "core/amqp/text.h"

#include <algorithm>
#include <array>
#include <string>
#include <variant>

namespace warren::amqp {
namespace {

struct MethodEntry {
    MethodId id;
    std::string_view name;
    Result<Method, AmqpError> (*decode)(ByteView arguments);
};

template <typename M>
Result<Method, AmqpError> decodeAny(ByteView arguments)
{
    auto method = decodeArguments<M>(arguments);
    if (!method) return std::move(method.error());
    return Method(std::move(*method));
}

/// Every method of the variant, sorted by id.
constexpr auto kMethods = []<typename... M>(std::type_identity<std::variant<M...>>) {
    std::array entries{MethodEntry{M::kId, M::kName, &decodeAny<M>}...};
    std::sort(entries.begin(), entries.end(),
              [](const MethodEntry& a, const MethodEntry& b) { return a.id.key() < b.id.key(); });
    return entries;
}(std::type_identity<Method>{});

const MethodEntry* findMethod(MethodId id)
{
    const auto found = std::lower_bound(
        kMethods.begin(), kMethods.end(), id.key(),
        [](const MethodEntry& entry, std::uint32_t key) { return entry.id.key() < key; });
    return found != kMethods.end() && found->id == id ? &*found : nullptr;
}

}  // namespace

AmqpError argumentError(MethodId method, ByteView arguments, const ArgumentReader& reader)
{
    switch (reader.failure()) {
    case ArgumentReader::Failure::Malformed: break;
    case ArgumentReader::Failure::NotUtf8:
        // Without class and method, as RabbitMQ sends it.
        return {.code = ReplyCode::FrameError, .text = "Malformed UTF-8 in shortstr"};
    case ArgumentReader::Failure::BadTable:
        return {.code = ReplyCode::SyntaxError, .text = reader.tableError(), .method = method};
    }
    // No more of it than fits a reply text.
    AmqpError error{.code = ReplyCode::FrameError, .text = "cannot decode ", .method = method};
    appendErlangBytes(error.text,
                      arguments.first(std::min(arguments.size(), kShortStringBytesMax)));
    return error;
}

std::optional<MethodId> peekMethodId(ByteView payload)
{
    if (payload.size() < kMethodIdBytes) return std::nullopt;
    return MethodId{loadU16(payload, 0), loadU16(payload, 2)};
}

Result<Method, AmqpError> decodeMethod(ByteView payload)
{
    const auto id = peekMethodId(payload);
    if (!id) return unknownFrame(static_cast<std::uint8_t>(FrameType::Method), payload);

    const MethodEntry* entry = findMethod(*id);
    if (entry == nullptr) {
        return AmqpError{.code = ReplyCode::NotImplemented,
                         .text = "unknown method " + std::to_string(id->methodId) + " of class " +
                                 std::to_string(id->classId),
                         .method = *id};
    }
    return entry->decode(argumentsOf(payload));
}

std::string_view methodName(MethodId id)
{
    const MethodEntry* entry = findMethod(id);
    return entry != nullptr ? entry->name : std::string_view{};
}

}  // namespace warren::amqp
