// SPDX-License-Identifier: Apache-2.0
#include "base/iso_time.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cstdint>

namespace steward {
namespace {

/// The number that `count` digits at `at` make; -1 when other characters stand there.
int Digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return -1;
  int value = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

bool InRange(int value, int last) {
  return value >= 0 && value <= last;
}

}  // namespace

std::string IsoTime(std::chrono::sys_seconds at, std::chrono::minutes offset) {
  const std::chrono::sys_seconds local = at + offset;
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{local - day};
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                                 time.hours().count(), time.minutes().count(), time.seconds().count());
  if (offset.count() == 0) return text + "Z";
  const auto size = std::chrono::abs(offset).count();
  return text + fmt::format("{}{:02}:{:02}", offset.count() < 0 ? '-' : '+', size / 60, size % 60);
}

std::optional<std::chrono::sys_time<std::chrono::microseconds>> ParseIsoMicroseconds(std::string_view text) {
  const int year = Digits(text, 0, 4);
  const int month = Digits(text, 5, 2);
  const int day = Digits(text, 8, 2);
  const int hour = Digits(text, 11, 2);
  const int minute = Digits(text, 14, 2);
  const int second = Digits(text, 17, 2);
  if (year < 0 || month < 0 || day < 0 || !InRange(hour, 23) || !InRange(minute, 59) || !InRange(second, 60)) return {};
  if (text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':') return {};
  if (text[10] != 'T' && text[10] != 't' && text[10] != ' ') return {};
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return {};
  auto rest = text.substr(19);
  std::int64_t micros = 0;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    for (std::int64_t unit = 100'000; !rest.empty() && rest[0] >= '0' && rest[0] <= '9'; unit /= 10) {
      micros += (rest[0] - '0') * unit;
      rest.remove_prefix(1);
    }
  }
  std::chrono::minutes offset{0};
  if (!rest.empty() && rest != "Z" && rest != "z") {
    const int hours = Digits(rest, 1, 2);
    const int minutes = Digits(rest, 4, 2);
    if (rest.size() != 6 || (rest[0] != '+' && rest[0] != '-') || hours < 0 || minutes < 0) return {};
    offset = std::chrono::minutes((rest[0] == '-' ? -1 : 1) * (hours * 60 + minutes));
  }
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second) + std::chrono::microseconds(micros) - offset;
}

std::optional<std::chrono::sys_seconds> ParseIsoTime(std::string_view text) {
  const auto at = ParseIsoMicroseconds(text);
  if (!at) return std::nullopt;
  return std::chrono::floor<std::chrono::seconds>(*at);
}

bool IsIsoDateTime(std::string_view text) {
  const int year = Digits(text, 0, 4);
  const int month = Digits(text, 5, 2);
  const int day = Digits(text, 8, 2);
  if (year < 1 || month < 1 || day < 1 || text[4] != '-' || text[7] != '-') return false;
  if (!(std::chrono::year(year) / month / day).ok()) return false;
  if (text.size() == 10) return true;
  if (text[10] != 'T' && text[10] != 't' && text[10] != ' ') return false;
  if (!InRange(Digits(text, 11, 2), 23) || !InRange(Digits(text, 14, 2), 59) || text[13] != ':') return false;
  auto rest = text.substr(16);
  if (rest.starts_with(':')) {
    if (!InRange(Digits(rest, 1, 2), 59)) return false;
    rest = rest.substr(3);
    if (rest.starts_with('.')) {
      const std::size_t end = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
      if (end == 1) return false;
      rest = rest.substr(end);
    }
  }
  if (rest.empty() || rest == "Z" || rest == "z") return true;
  return rest.size() == 6 && (rest[0] == '+' || rest[0] == '-') && rest[3] == ':' && InRange(Digits(rest, 1, 2), 14) &&
         InRange(Digits(rest, 4, 2), 59);
}

std::string UtcText(std::chrono::sys_seconds at) {
  std::string text = IsoTime(at);
  text.pop_back();
  return text + ".0000000Z";
}

std::optional<std::string> UtcText(std::string_view iso) {
  const auto at = ParseIsoTime(iso);
  if (!at || *at < std::chrono::sys_days(std::chrono::year(1900) / 1 / 1)) return std::nullopt;
  std::string text = UtcText(*at);
  const auto dot = iso.find('.');
  if (dot != std::string_view::npos) {
    for (std::size_t i = 0; i < 7 && dot + 1 + i < iso.size(); ++i) {
      const char digit = iso[dot + 1 + i];
      if (digit < '0' || digit > '9') break;
      text[20 + i] = digit;
    }
  }
  return text;
}

}  // namespace steward
