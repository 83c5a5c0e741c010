#include "ui/models/natural_order.h"

namespace warren::ui {
namespace {

bool isDigit(QChar c) { return c >= u'0' && c <= u'9'; }

/// Drops the run of ASCII digits at the front of `text`. @returns it without leading zeros
QStringView takeNumber(QStringView& text)
{
    qsizetype end = 0;
    while (end < text.size() && isDigit(text[end]))
        end += 1;
    QStringView number = text.first(end);
    text = text.sliced(end);
    while (number.size() > 1 && number.front() == u'0')
        number = number.sliced(1);
    return number;
}

std::strong_ordering toOrdering(int comparison) { return comparison <=> 0; }

}  // namespace

std::strong_ordering naturalOrder(QStringView left, QStringView right)
{
    QStringView l = left;
    QStringView r = right;
    while (!l.isEmpty() && !r.isEmpty()) {
        if (isDigit(l.front()) && isDigit(r.front())) {
            const QStringView leftNumber = takeNumber(l);
            const QStringView rightNumber = takeNumber(r);
            if (leftNumber.size() != rightNumber.size()) {
                return leftNumber.size() <=> rightNumber.size();
            }
            const auto order = toOrdering(leftNumber.compare(rightNumber));
            if (order != std::strong_ordering::equal) return order;
            continue;
        }
        const char16_t leftUnit = l.front().toCaseFolded().unicode();
        const char16_t rightUnit = r.front().toCaseFolded().unicode();
        if (leftUnit != rightUnit) return leftUnit <=> rightUnit;
        l = l.sliced(1);
        r = r.sliced(1);
    }
    if (l.size() != r.size()) return l.size() <=> r.size();
    return toOrdering(left.compare(right));
}

}  // namespace warren::ui
