// SPDX-License-Identifier: Apache-2.0
#include "document/document.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace steward::document {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A file that is gone with the test.
class TempFile {
 public:
  TempFile(const std::string& bytes, const std::string& suffix) {
    std::string path = (std::filesystem::temp_directory_path() / ("steward-document-XXXXXX" + suffix)).string();
    const int handle = mkstemps(path.data(), static_cast<int>(suffix.size()));
    if (handle < 0) throw std::runtime_error("no temporary file");
    fclose(fdopen(handle, "w"));
    path_ = path;
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  ~TempFile() { std::filesystem::remove(path_); }
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;
  const std::string& Path() const { return path_; }

 private:
  std::string path_;
};

std::string OutputOf(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error(command);
  std::string output;
  std::array<char, 4096> part{};
  while (const std::size_t size = fread(part.data(), 1, part.size(), pipe)) output.append(part.data(), size);
  if (pclose(pipe) != 0) throw std::runtime_error(command + ": failed");
  return output;
}

std::string TextOf(const std::string& pdf, const std::string& options = "-layout") {
  const TempFile file(pdf, ".pdf");
  return OutputOf("pdftotext " + options + " " + file.Path() + " -");
}
int PagesOf(const std::string& pdf) {
  const TempFile file(pdf, ".pdf");
  return std::stoi(OutputOf("pdfinfo " + file.Path() + " | sed -n 's/^Pages: *//p'"));
}
std::string Without(std::string text, const std::string& letters) {
  text.erase(std::remove_if(text.begin(), text.end(), [&](char c) { return letters.find(c) != std::string::npos; }),
             text.end());
  return text;
}
std::size_t CountOf(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

/// What Python reads in a workbook.
std::string ReadWorkbook(const std::string& bytes, const std::string& expression) {
  const TempFile file(bytes, ".xlsx");
  return OutputOf("/usr/bin/python3 -c \"import openpyxl; b = openpyxl.load_workbook('" + file.Path() +
                  "'); s = b.worksheets; print(" + expression + ")\"");
}

/// A red square, 2 by 2.
std::string Png() {
  constexpr std::string_view kHex =
      "89504e470d0a1a0a0000000d4948445200000002000000020802000000fdd49a730000001049444154789c63f8cfc000440c100a001fee03"
      "fd"
      "8b5f14d40000000049454e44ae426082";
  std::string bytes;
  for (std::size_t at = 0; at < kHex.size(); at += 2)
    bytes += static_cast<char>(std::stoi(std::string(kHex.substr(at, 2)), nullptr, 16));
  return bytes;
}

Document Invoice(int rows) {
  Document document;
  document.branding.name = "Nordlicht Services";
  document.title = "Invoice 2026-0117";
  document.facts = {{"Date", "1 December 2026"}, {"Due", "15 December 2026"}};
  document.blocks = {{"Billed to", {"Łukasz Müller & Söhne", "10115 Berlin"}}, {"From", {"Hafenstraße 1"}}};
  Table table{"Services", {{"Position", 3}, {"Amount", 1, true}}, {}};
  for (int i = 0; i < rows; ++i)
    table.rows.push_back({"Position " + std::to_string(i) + ".", std::to_string(i * 10) + ".00 €"});
  document.tables = {table};
  document.totals = {{"Net", "100.00 €"}, {"Tax", "19.00 €"}, {"Sum to pay", "119.00 €", true}};
  document.footer = "Thank you.";
  return document;
}

}  // namespace

TEST(Pdf, Table_GoesOnOverPagesWithItsHeadings) {
  const std::string pdf = Pdf(Invoice(300));
  const int pages = PagesOf(pdf);
  EXPECT_GE(pages, 7);
  EXPECT_LE(pages, 9);
  const std::string text = TextOf(pdf);
  for (int i = 0; i < 300; ++i) EXPECT_EQ(CountOf(text, "Position " + std::to_string(i) + "."), 1U) << i;
  EXPECT_EQ(CountOf(text, "Amount"), static_cast<std::size_t>(pages));
  EXPECT_EQ(CountOf(text, "Thank you."), static_cast<std::size_t>(pages));
  EXPECT_THAT(text, HasSubstr("Page 1 of " + std::to_string(pages)));
  EXPECT_THAT(text, HasSubstr("Page " + std::to_string(pages) + " of " + std::to_string(pages)));
}

TEST(Pdf, Unicode_CanBeSelected) {
  Document document = Invoice(1);
  document.tables[0].rows = {
      {"Grüße, Žluťoučký kůň, Ελληνικά, Привет", "1"}, {"نسخ", "2"}, {"日本", "3"}, {"a\xFF\x01z", "4"}};
  const std::string pdf = Pdf(document);
  const std::string text = TextOf(pdf, "-raw");
  EXPECT_THAT(text, HasSubstr("Łukasz Müller & Söhne"));
  EXPECT_THAT(text, HasSubstr("Grüße, Žluťoučký kůň, Ελληνικά, Привет"));
  EXPECT_THAT(Without(TextOf(pdf), " "), HasSubstr("نسخ")) << "the letters of a word, from right to left";
  EXPECT_THAT(text, HasSubstr("a\xEF\xBF\xBD z"));
  if (!OutputOf("fc-list :lang=ja family").empty()) {
    EXPECT_THAT(text, HasSubstr("日本"));
  }
}

TEST(Pdf, Metadata_HasTheTitleOnA4) {
  const TempFile file(Pdf(Invoice(1)), ".pdf");
  const std::string info = OutputOf("pdfinfo " + file.Path());
  EXPECT_THAT(info, HasSubstr("Invoice 2026-0117"));
  EXPECT_THAT(info, HasSubstr("Nordlicht Services"));
  EXPECT_THAT(info, HasSubstr("(A4)"));
}

TEST(Pdf, LongWords_WrapAndNothingIsCut) {
  const std::string word(700, 'W');
  Document document = Invoice(2);
  document.tables[0].rows[1] = {word, "987654321987654321.00"};
  document.blocks[0].lines = {word};
  document.facts[0].second = word;
  document.title = word;
  document.branding.name = word;
  const std::string pdf = Pdf(document);
  const std::string text = TextOf(pdf, "-raw -nopgbrk");
  EXPECT_GE(CountOf(text, "W"), 5U * 700);
  EXPECT_THAT(text, HasSubstr("987654321987654321.00")) << "a number stays on its line";
  const TempFile file(pdf, ".pdf");
  const std::string boxes =
      OutputOf("pdftotext -bbox " + file.Path() + " - | sed -n 's/.*xMax=\"\\([0-9.]*\\)\".*/\\1/p'");
  std::istringstream numbers(boxes);
  for (double right = 0; numbers >> right;) EXPECT_LE(right, 595.276 - 47.5);
}

TEST(Pdf, RowHigherThanAPage_GoesOnOnTheNext) {
  Document document = Invoice(3);
  std::string text;
  for (int i = 0; i < 2000; ++i) text += "w" + std::to_string(i) + ". ";
  document.tables[0].rows[1][0] = text;
  const std::string pdf = Pdf(document);
  EXPECT_GE(PagesOf(pdf), 3);
  const std::string read = TextOf(pdf, "-raw");
  for (int i = 0; i < 2000; ++i) ASSERT_EQ(CountOf(read, "w" + std::to_string(i) + "."), 1U) << i;
  EXPECT_EQ(CountOf(read, "Position 2."), 1U);
}

TEST(Pdf, Totals_StayTogether) {
  for (int rows = 20; rows < 34; ++rows) {
    const std::string text = TextOf(Pdf(Invoice(rows)));
    const std::size_t net = text.find("Net ");
    const std::size_t sum = text.find("Sum to pay");
    ASSERT_NE(net, std::string::npos);
    ASSERT_NE(sum, std::string::npos);
    EXPECT_EQ(text.substr(net, sum - net).find('\f'), std::string::npos) << rows;
  }
}

TEST(Pdf, Language_OfThePageNumber) {
  Document document = Invoice(1);
  document.language = "de-DE";
  EXPECT_THAT(TextOf(Pdf(document)), HasSubstr("Seite 1 von 1"));
}

TEST(Pdf, Logo_OneThatCannotBeReadIsLeftOut) {
  Document document = Invoice(1);
  const auto pictures = [&] {
    const TempFile file(Pdf(document), ".pdf");
    return CountOf(OutputOf("pdfimages -list " + file.Path()), " image ");
  };
  document.branding.logo_png = Png();
  EXPECT_GE(pictures(), 1U);
  std::string huge = Png();
  huge[16] = '\x7F';  // of its width
  for (const std::string& logo : {std::string("no picture"), Png().substr(0, 50), huge,
                                  std::string("\x89PNG\r\n\x1a\n") + std::string(40, '\xFF')}) {
    document.branding.logo_png = logo;
    EXPECT_EQ(pictures(), 0U);
    EXPECT_THAT(TextOf(Pdf(document)), HasSubstr("Nordlicht Services"));
  }
}

TEST(Pdf, MoreCellsThanColumns_Refused) {
  Document document = Invoice(1);
  document.tables[0].rows[0] = {"1", "2", "3"};
  EXPECT_THROW(Pdf(document), std::invalid_argument);
  EXPECT_EQ(PagesOf(Pdf(Document{})), 1);
}

TEST(Xlsx, ReadBack_HasNumbersAndTexts) {
  const std::string book =
      Xlsx({{"Usage", {"Company", "Points"}, {{"Łódź & Söhne <1>", 12.5}, {"日本", -3.0}}}, {"Empty", {"A"}, {}}});
  EXPECT_EQ(ReadWorkbook(book, "[x.title for x in s], [[c.value for c in r] for r in s[0].rows]"),
            "['Usage', 'Empty'] [['Company', 'Points'], ['Łódź & Söhne <1>', 12.5], ['日本', -3]]\n");
  EXPECT_EQ(
      ReadWorkbook(book,
                   "s[0]['A1'].font.b, s[0]['A2'].font.b, s[0].freeze_panes, s[0].column_dimensions['A'].width > 16"),
      "True False A2 True\n");
}

TEST(Xlsx, TextsThatLookLikeFormulas_StayTexts) {
  const std::string book =
      Xlsx({{"F", {"=1+1"}, {{"=1+1"}, {"+1"}, {"-1"}, {"@SUM(A1)"}, {"{=1}"}, {"007"}, {"https://x.y"}}}});
  EXPECT_EQ(ReadWorkbook(book, "[(r[0].value, r[0].data_type) for r in s[0].rows]"),
            "[('=1+1', 's'), ('=1+1', 's'), ('+1', 's'), ('-1', 's'), ('@SUM(A1)', 's'), ('{=1}', 's'), ('007', 's'), "
            "('https://x.y', 's')]\n");
  const TempFile file(book, ".xlsx");
  EXPECT_THAT(OutputOf("/usr/bin/python3 -c \"import zipfile; print(zipfile.ZipFile('" + file.Path() +
                       "').read('xl/worksheets/sheet1.xml').decode())\""),
              Not(HasSubstr("<f>")));
}

TEST(Xlsx, NamesAndTextsThatDoNotFit_AreMadeFit) {
  const std::string name(40, 'n');
  const std::string book = Xlsx({{name, {"A"}, {{std::string(40000, 'x')}, {std::string("b\xFF\x01")}}},
                                 {name, {}, {}},
                                 {"a/b:c", {}, {}},
                                 {"", {}, {}}});
  EXPECT_EQ(
      ReadWorkbook(book, "[x.title for x in s], len(s[0]['A2'].value), s[0]['A2'].value[-1], s[0]['A3'].value"),
      "['" + std::string(31, 'n') + "', '" + std::string(29, 'n') + " 2', 'a b c', 'Sheet'] 32767 … b\xEF\xBF\xBD \n");
  EXPECT_THROW(Xlsx({}), std::invalid_argument);
}

}  // namespace steward::document
