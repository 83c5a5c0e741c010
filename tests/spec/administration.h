#pragma once

#include "core/amqp/field_table.h"
#include "core/base/result.h"
#include "tests/spec/script_wire.h"

#include <map>
#include <string>
#include <string_view>

namespace warren::spec {

/// What an `admin` line asks for: its name, its words and, of a policy, the definition.
struct AdminAct {
    std::string name;
    std::map<std::string, std::string, std::less<>> words = {};
    amqp::FieldTable definition = {};

    /// A word of the line, or what holds when it is not there.
    std::string word(std::string_view key, std::string_view absent = {}) const
    {
        const auto found = words.find(key);
        return std::string(found == words.end() ? absent : found->second);
    }
    std::string vhost() const { return word("vhost", "/"); }
};

/// Who may change policies, users, permissions, vhosts and limits of the broker under test.
class Administration {
public:
    virtual ~Administration() = default;

    /// Whether there is such an act for this broker.
    virtual bool knows([[maybe_unused]] std::string_view act) const { return true; }

    /// Done and in force when it returns. @error  refused, or no such act
    virtual Status<Mismatch> perform(const AdminAct& act) = 0;
};

}  // namespace warren::spec
