// SPDX-License-Identifier: Apache-2.0
#include "platform/list/lenient_json.hpp"

#include <algorithm>
#include <cctype>

#include "base/text.hpp"
#include "fmt/format.h"

namespace steward::platform {
namespace {

constexpr int kMaxDepth = 32;

class Parser {
 public:
  Parser(std::string_view text, const std::string& parameter) : text_(text), parameter_(parameter) {}

  Result<LenientValue> Whole() {
    auto value = Value(0);
    if (!value) return value;
    Skip();
    if (at_ < text_.size()) return Wrong("nothing more");
    return value;
  }

 private:
  tl::unexpected<Error> Wrong(std::string_view expected) const {
    const std::string found = at_ < text_.size() ? fmt::format("'{}'", text_.substr(at_, 1)) : "the end";
    return FailParameter(parameter_, fmt::format("{} is not valid JSON: expected {} at position {}, found {}.",
                                                 parameter_, expected, at_, found));
  }

  void Skip() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }

  bool Take(char c) {
    Skip();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  Result<LenientValue> Value(int depth) {
    Skip();
    if (depth > kMaxDepth) return Wrong("fewer levels of nesting");
    if (at_ >= text_.size()) return Wrong("a value");
    switch (text_[at_]) {
      case '[':
        return Array(depth);
      case '{':
        return Object(depth);
      case '"':
      case '\'':
        return String();
      default:
        return Literal();
    }
  }

  Result<LenientValue> Array(int depth) {
    LenientValue out{.type = LenientValue::Type::kArray, .position = at_++};
    if (Take(']')) return out;
    while (true) {
      auto item = Value(depth + 1);
      if (!item) return item;
      out.items.push_back(std::move(*item));
      if (Take(']')) return out;
      if (!Take(',')) return Wrong("',' or ']'");
    }
  }

  Result<LenientValue> Object(int depth) {
    LenientValue out{.type = LenientValue::Type::kObject, .position = at_++};
    if (Take('}')) return out;
    while (true) {
      Skip();
      if (at_ >= text_.size() || (text_[at_] != '"' && text_[at_] != '\'')) return Wrong("a quoted name");
      auto name = String();
      if (!name) return name;
      if (!Take(':')) return Wrong("':'");
      auto value = Value(depth + 1);
      if (!value) return value;
      out.members.push_back({std::move(name->text), std::move(*value)});
      if (Take('}')) return out;
      if (!Take(',')) return Wrong("',' or '}'");
    }
  }

  Result<LenientValue> String() {
    LenientValue out{.type = LenientValue::Type::kString, .position = at_};
    const char quote = text_[at_++];
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] != '\\') {
        if (text_[at_] == '\0') return Wrong("no NUL character");
        out.text.push_back(text_[at_++]);
        continue;
      }
      if (++at_ >= text_.size()) break;
      if (!Escape(out.text)) return Wrong("a valid escape");
    }
    if (at_ >= text_.size()) return Wrong("the closing quote");
    ++at_;
    return out;
  }

  bool Escape(std::string& out) {
    static constexpr std::string_view kFrom = "\"\\/'bfnrt";
    static constexpr std::string_view kTo = "\"\\/'\b\f\n\r\t";
    const char c = text_[at_++];
    if (const std::size_t i = kFrom.find(c); i != std::string_view::npos) {
      out.push_back(kTo[i]);
      return true;
    }
    unsigned code = 0;
    if (c != 'u' || !Hex4(code)) return false;
    if (code >= 0xd800 && code < 0xdc00) {
      unsigned low = 0;
      if (at_ + 1 >= text_.size() || text_[at_] != '\\' || text_[at_ + 1] != 'u') return false;
      at_ += 2;
      if (!Hex4(low) || low < 0xdc00 || low > 0xdfff) return false;
      code = 0x10000 + ((code - 0xd800) << 10U) + (low - 0xdc00);
    } else if (code == 0 || (code >= 0xdc00 && code <= 0xdfff)) {
      return false;
    }
    AppendUtf8(out, code);
    return true;
  }

  bool Hex4(unsigned& code) {
    if (at_ + 4 > text_.size()) return false;
    for (int i = 0; i < 4; ++i) {
      const auto c = static_cast<unsigned char>(text_[at_++]);
      if (std::isxdigit(c) == 0) return false;
      code = code * 16 + static_cast<unsigned>(std::isdigit(c) != 0 ? c - '0' : std::tolower(c) - 'a' + 10);
    }
    return true;
  }

  static void AppendUtf8(std::string& out, unsigned code) {
    const auto put = [&out](unsigned byte) { out.push_back(static_cast<char>(byte)); };
    if (code < 0x80) {
      put(code);
    } else if (code < 0x800) {
      put(0xc0 | (code >> 6U));
      put(0x80 | (code & 0x3fU));
    } else if (code < 0x10000) {
      put(0xe0 | (code >> 12U));
      put(0x80 | ((code >> 6U) & 0x3fU));
      put(0x80 | (code & 0x3fU));
    } else {
      put(0xf0 | (code >> 18U));
      put(0x80 | ((code >> 12U) & 0x3fU));
      put(0x80 | ((code >> 6U) & 0x3fU));
      put(0x80 | (code & 0x3fU));
    }
  }

  Result<LenientValue> Literal() {
    LenientValue out{.position = at_};
    const auto part = [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '+' || c == '.';
    };
    while (at_ < text_.size() && part(text_[at_])) out.text.push_back(text_[at_++]);
    std::string lower = out.text;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (lower == "null" || lower == "none") {
      out.type = LenientValue::Type::kNull;
    } else if (lower == "true" || lower == "false") {
      out.type = LenientValue::Type::kBoolean;
      out.text = lower;
    } else if (!out.text.empty() &&
               (std::isdigit(static_cast<unsigned char>(out.text[0])) != 0 || out.text[0] == '-')) {
      out.type = LenientValue::Type::kNumber;
    } else {
      at_ = out.position;
      return Wrong("a value");
    }
    return out;
  }

  std::string_view text_;
  const std::string& parameter_;
  std::size_t at_ = 0;
};

}  // namespace

const LenientValue* LenientValue::Find(std::string_view name) const {
  for (const auto& [key, value] : members) {
    if (SameNoCase(key, name)) return &value;
  }
  return nullptr;
}

Result<LenientValue> ParseLenientJson(std::string_view text, const std::string& parameter) {
  return Parser(text, parameter).Whole();
}

}  // namespace steward::platform
