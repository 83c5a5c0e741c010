#include "ui/models/body_text.h"

#include <QCoreApplication>
#include <QJsonDocument>
#include <QStringDecoder>

#include <algorithm>

namespace warren::ui {

namespace {

constexpr qsizetype kHexBytesPerLine = 16;
constexpr qsizetype kIndentSpaces = 2;

QString tr(const char* text) { return QCoreApplication::translate("BodyText", text); }

/// The bytes as text, or nullopt if they are not UTF-8. A character cut off at the end is left out.
std::optional<QString> decodedUtf8(QByteArrayView bytes)
{
    QStringDecoder decoder(QStringDecoder::Utf8);
    QString text = decoder.decode(bytes);
    if (decoder.hasError()) return std::nullopt;
    return text;
}

bool isControl(QChar c) { return c < QLatin1Char(' ') && c != u'\n' && c != u'\r' && c != u'\t'; }

bool looksLikeJson(const QByteArray& body)
{
    const QByteArray trimmed = body.trimmed();
    return trimmed.startsWith('{') || trimmed.startsWith('[');
}

/// Writes the tokens of valid JSON with new white space between them.
class JsonIndenter {
public:
    QByteArray indent(const QByteArray& json)
    {
        m_out.reserve(json.size() * 2);
        for (qsizetype at = 0; at < json.size(); ++at) {
            at = takeToken(json, at);
        }
        return m_out;
    }

private:
    /// @returns the position of the last byte taken
    qsizetype takeToken(const QByteArray& json, qsizetype at)
    {
        const char c = json.at(at);
        switch (c) {
        case ' ':
        case '\t':
        case '\r':
        case '\n': break;
        case '"': return takeString(json, at);
        case '{':
        case '[':
            beginValue();
            m_out.append(c);
            m_depth += 1;
            m_isEmpty = true;
            break;
        case '}':
        case ']':
            m_depth -= 1;
            if (!m_isEmpty) newLine();
            m_isEmpty = false;
            m_out.append(c);
            break;
        case ',':
            m_out.append(c);
            newLine();
            break;
        case ':': m_out.append(": "); break;
        default:
            beginValue();
            m_out.append(c);
            break;
        }
        return at;
    }

    qsizetype takeString(const QByteArray& json, qsizetype at)
    {
        beginValue();
        qsizetype end = at + 1;
        while (end < json.size() && json.at(end) != '"') {
            end += json.at(end) == '\\' ? 2 : 1;
        }
        end = std::min(end, json.size() - 1);
        m_out.append(json.sliced(at, end - at + 1));
        return end;
    }

    /// The first value of an object or array goes onto a line of its own.
    void beginValue()
    {
        if (m_isEmpty && m_depth > 0) newLine();
        m_isEmpty = false;
    }

    void newLine()
    {
        m_out.append('\n');
        m_out.append(m_depth * kIndentSpaces, ' ');
    }

    QByteArray m_out;
    qsizetype m_depth = 0;
    bool m_isEmpty = false;  // nothing was written since the last opening bracket
};

}  // namespace

BodyView suggestedBodyView(const QByteArray& body)
{
    if (looksLikeJson(body) && indentedJson(body)) return BodyView::Json;
    const auto text =
        decodedUtf8(QByteArrayView(body).first(std::min(body.size(), kBodyTextBytesMax)));
    if (text && std::ranges::none_of(*text, isControl)) return BodyView::Text;
    return BodyView::Hex;
}

BodyText bodyText(const QByteArray& body, BodyView view)
{
    const qsizetype textBytes = std::min(body.size(), kBodyTextBytesMax);
    switch (view) {
    case BodyView::Text: {
        const auto text = decodedUtf8(QByteArrayView(body).first(textBytes));
        if (!text) return {{}, 0, tr("The body is not UTF-8 text; see it as hex.")};
        return {*text, textBytes, {}};
    }
    case BodyView::Json: {
        if (body.size() > kBodyTextBytesMax) {
            return {{}, 0, tr("The body is too long to be shown as JSON; see it as text.")};
        }
        const auto text = indentedJson(body);
        if (!text)
            return {{}, 0, tr("What is here of the body is not valid JSON; see it as text.")};
        return {*text, body.size(), {}};
    }
    case BodyView::Hex: {
        const qsizetype hexBytes = std::min(body.size(), kBodyHexBytesMax);
        return {hexDump(body.first(hexBytes)), hexBytes, {}};
    }
    }
    return {};
}

std::optional<QString> indentedJson(const QByteArray& body)
{
    if (body.size() > kBodyTextBytesMax) return std::nullopt;
    QJsonParseError error;
    QJsonDocument::fromJson(body, &error);
    if (error.error != QJsonParseError::NoError) return std::nullopt;
    return QString::fromUtf8(JsonIndenter().indent(body));
}

QString withShortLines(const QString& text)
{
    QString shortened;
    qsizetype keptUpTo = 0;  // of `text`, what is in `shortened`
    for (qsizetype start = 0; start < text.size();) {
        const qsizetype newLine = text.indexOf(u'\n', start);
        const qsizetype end = newLine < 0 ? text.size() : newLine;
        if (end - start > kBodyLineCharactersMax) {
            shortened +=
                QStringView(text).sliced(keptUpTo, start + kBodyLineCharactersMax - keptUpTo);
            shortened += u'…';
            keptUpTo = end;
        }
        start = end + 1;
    }
    if (keptUpTo == 0) return text;
    shortened += QStringView(text).sliced(keptUpTo);
    return shortened;
}

QString hexDump(const QByteArray& bytes)
{
    QString dump;
    constexpr qsizetype kCharactersPerLine = 8 + 2 + kHexBytesPerLine * 4 + 3;
    dump.reserve((bytes.size() / kHexBytesPerLine + 1) * kCharactersPerLine);
    for (qsizetype offset = 0; offset < bytes.size(); offset += kHexBytesPerLine) {
        if (offset > 0) dump += u'\n';
        dump += QString::number(offset, 16).rightJustified(8, u'0') + u' ';
        QString ascii;
        for (qsizetype column = 0; column < kHexBytesPerLine; ++column) {
            if (column % 8 == 0) dump += u' ';
            if (offset + column >= bytes.size()) {
                dump += QStringLiteral("   ");
                continue;
            }
            const auto byte = static_cast<uchar>(bytes.at(offset + column));
            dump += QString::number(byte, 16).rightJustified(2, u'0') + u' ';
            ascii += byte >= 0x20 && byte < 0x7f ? QLatin1Char(bytes.at(offset + column))
                                                 : QLatin1Char('.');
        }
        dump += u' ' + ascii;
    }
    return dump;
}

}  // namespace warren::ui
