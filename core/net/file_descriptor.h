#pragma once

#include <unistd.h>
#include <utility>

namespace warren::net {

/// Owns one file descriptor and closes it. Movable, not copyable.
class FileDescriptor {
public:
    FileDescriptor() = default;
    explicit FileDescriptor(int descriptor) : m_descriptor(descriptor) {}
    FileDescriptor(FileDescriptor&& other) noexcept
        : m_descriptor(std::exchange(other.m_descriptor, -1))
    {
    }
    FileDescriptor& operator=(FileDescriptor&& other) noexcept
    {
        if (this != &other) {
            close();
            m_descriptor = std::exchange(other.m_descriptor, -1);
        }
        return *this;
    }
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;
    ~FileDescriptor() { close(); }

    bool isOpen() const { return m_descriptor >= 0; }
    int get() const { return m_descriptor; }

    void close()
    {
        if (!isOpen()) return;
        // Linux frees the number even when close reports an error, so there is nothing to retry.
        (void)::close(std::exchange(m_descriptor, -1));
    }

private:
    int m_descriptor = -1;
};

}  // namespace warren::net
