// SPDX-License-Identifier: Apache-2.0
#include "lab/page.hpp"

#include <cctype>
#include <charconv>

namespace steward::lab {

std::string Lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool MatchesName(const std::string& pattern, const std::string& name) {
  const std::string wanted = Lower(pattern);
  const std::string text = Lower(name);
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string::npos;
  std::size_t mark = 0;
  while (t < text.size()) {
    if (p < wanted.size() && wanted[p] == '*') {
      star = p++;
      mark = t;
    } else if (p < wanted.size() && wanted[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < wanted.size() && wanted[p] == '*') ++p;
  return p == wanted.size();
}

ListQuery::ListQuery(const net::Request& request) : left_(request.query) {}

std::optional<std::string> ListQuery::Take(const std::string& name) {
  std::optional<std::string> value;
  std::erase_if(left_, [&](auto& entry) {
    if (entry.first != name) return false;
    value = entry.second;
    return true;
  });
  return value;
}

std::set<std::string> ListQuery::TakeWords(const std::string& name) {
  std::set<std::string> words;
  std::erase_if(left_, [&](auto& entry) {
    if (entry.first != name) return false;
    std::string word;
    for (const char letter : entry.second + ",") {
      if (letter != ',') {
        word.push_back(letter);
      } else if (!word.empty()) {
        words.insert(Lower(std::exchange(word, {})));
      }
    }
    return true;
  });
  return words;
}

std::optional<Moment> ListQuery::TakeTime(const std::string& name) {
  const auto text = Take(name);
  if (!text) return std::nullopt;
  const auto at = ParseIsoTime(*text);
  if (!at) throw Refusal{.message = name + ": not a date and time: " + *text};
  return at;
}

std::optional<bool> ListQuery::TakeBool(const std::string& name) {
  const auto text = Take(name);
  if (!text) return std::nullopt;
  if (*text != "true" && *text != "false") throw Refusal{.message = name + ": must be true or false"};
  return *text == "true";
}

void ListQuery::TakePaging() {
  const auto number = [&](const char* name, std::size_t fallback) {
    const auto text = Take(name);
    if (!text) return fallback;
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc{} || end != text->data() + text->size()) {
      throw Refusal{.message = std::string(name) + ": must be a whole number from 0"};
    }
    return value;
  };
  skip = number("skip", 0);
  limit = std::clamp<std::size_t>(number("limit", 200), 1, kMaxPage);
  order_column = Take("orderColumn").value_or("");
  ascending = TakeBool("orderAsc").value_or(true);
}

void ListQuery::Finish() const {
  if (!left_.empty()) throw Refusal{.message = "Unknown query parameter: " + left_.front().first};
}

}  // namespace steward::lab
