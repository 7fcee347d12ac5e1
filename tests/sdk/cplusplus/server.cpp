/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A server in C++: global objects, virtual functions, templates, and `protected` under its C++ name.
 */
#include <microkit.h>

namespace
{
struct shape {
    virtual seL4_Word area() const = 0;
};

class rectangle : public shape
{
public:
    rectangle(seL4_Word width, seL4_Word height) : width_(width), height_(height)
    {
        microkit_dbg_puts("server: constructor\n");
    }
    seL4_Word area() const override
    {
        return width_ * height_;
    }

private:
    seL4_Word width_, height_;
};

template <typename T> T larger(T a, T b)
{
    return a > b ? a : b;
}

volatile seL4_Word six = 6;
rectangle global(six, 7);
const shape *volatile current = &global;
} // namespace

void init(void)
{
    microkit_dbg_puts("server: init\n");
}

void notified(microkit_channel)
{
}

microkit_msginfo microkit_protected(microkit_channel, microkit_msginfo)
{
    microkit_mr_set(0, larger<seL4_Word>(current->area(), 41));
    return microkit_msginfo_new(0, 1);
}
